import Strandline
import StrandlineLog
import StrandlineRecovery

/// A run's report for programs.
enum CountReport {
  /// The report as one object.
  static func json(_ report: RunReport, nanos: UInt64, wasStopped: Bool) -> JSONValue {
    let result: JSONValue = [
      "event": .string("ended"), "finished": .bool(report.isFinished), "stopped": .bool(wasStopped),
      "batches": .int(report.batches), "last_batch": JSONValue(report.lastBatch?.value),
      "rows_read": JSONValue(report.rowsRead), "rows_this_run": JSONValue(report.rowsThisRun),
      "rows_late": JSONValue(report.rowsLate), "rows_refused": JSONValue(report.rowsRefused),
      "rows_written": JSONValue(report.rowsWritten), "watermark": JSONValue(watermark(report)),
      "spilled_bytes": JSONValue(report.spilledBytes),
      "groups": .int(report.groups), "open_windows": .int(report.openPanes),
      "digest": .string("\(report.digest)"), "log_bytes": .int(report.logBytes),
      "log_bytes_written": .int(report.logBytesWritten),
      "snapshots": .int(report.commits[.snapshot] ?? 0), "deltas": .int(report.commits[.delta] ?? 0),
      "ticks": .int(report.commits[.tick] ?? 0), "commit_ms": .double(Double(report.commitNanos) / 1e6),
      "wall_ms": .double(Double(nanos) / 1e6),
      "predicted_recovery_ms": .double(Double(report.predictedRecoveryNanos) / 1e6),
      "recovery_budget_can_be_met": .bool(report.canMeetRecoveryBudget),
    ]
    guard let found = report.recovery, found.plan != nil else { return result }
    return result.adding("recovery", recovery(found, report))
  }

  /// What recovery found and did.
  static func recovery(_ recovery: RecoveryReport, _ report: RunReport) -> JSONValue {
    let batch = recovery.plan?.last?.batch.value
    return [
      "event": .string("recovered"), "batch": JSONValue(batch), "groups": .int(report.groups),
      "millis": .double(Double(recovery.nanos) / 1e6), "batches_redone": .int(recovery.figures.batchesRedone),
      "snapshot_ms": .double(Double(recovery.figures.snapshotNanos) / 1e6),
      "redo_ms": .double(Double(recovery.figures.redoNanos) / 1e6),
      "snapshot_bytes": .int(recovery.figures.snapshotBytes), "redo_bytes": .int(recovery.figures.redoBytes),
      "quarantined": JSONValue(recovery.quarantined),
      "degraded": .array((recovery.plan?.degraded ?? []).map(\.json)),
      "plan_changes": .array(recovery.planChanges.map { .string($0) }),
    ]
  }

  /// What a dry run found.
  static func json(_ preview: OpeningPreview) -> JSONValue {
    let would = preview.refusal != nil ? "refuse" : preview.facts == nil ? "make" : "recover"
    let plan = preview.plan
    return [
      "event": .string("previewed"), "path": .string(preview.path), "would": .string(would),
      "code": JSONValue(preview.refusal?.code.name),
      "plan_changes": .array(
        preview.difference.changes.map { ["text": .string($0.text), "carried_over": .bool($0.isCarriedOver)] }),
      "first_batch": JSONValue(preview.facts?.batches.first?.batch.value),
      "last_batch": JSONValue(plan?.last?.batch.value), "torn_tail": JSONValue(plan?.tail?.reason),
      "degraded": .array((plan?.degraded ?? []).map(\.json)),
      "snapshot_bytes": JSONValue(plan?.work.snapshotBytes), "redo_bytes": JSONValue(plan?.work.redoBytes),
      "steps": .array((plan?.lines ?? []).map { .string($0) }),
    ]
  }

  /// The watermark as a time; nil before the first row, and at the end of the input.
  static func watermark(_ report: RunReport) -> String? { watermark(report.watermark) }

  /// A watermark as a time; nil while nothing is known, and at the end of the input.
  static func watermark(_ micros: Int64) -> String? {
    micros == .min || micros == .max ? nil : "\(Timestamp(microsecondsSince1970: micros))"
  }
}
