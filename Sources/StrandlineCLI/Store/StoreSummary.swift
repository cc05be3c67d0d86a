import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState

/// What `inspect` says of a store.
struct StoreSummary {
  private let facts: StoreFacts
  private let plan: RecoveryPlan
  private let commit: CommitRecord?
  private let state: StreamState
  private let predictedNanos: UInt64

  /// Restores the newest state of a store.
  init(_ access: StoreAccess) throws {
    facts = access.facts
    let restored = try access.state()
    plan = restored.plan
    state = restored.state
    var speeds = RecoverySpeeds()
    speeds.learn(from: restored.figures)
    predictedNanos = speeds.predictedNanos(plan.work, logBytes: facts.usedBytes)
    commit = facts.newest
  }

  /// The log in numbers.
  struct Log {
    var fileBytes = 0
    var usedBytes = 0
    var records: [RecordKind: Int] = [:]

    init(_ facts: StoreFacts) {
      for segment in facts.segments {
        guard case .success(let scan) = segment.scan else { continue }
        fileBytes += scan.fileSize
        usedBytes += scan.endOffset
        for record in scan.records { records[record.header.kind, default: 0] += 1 }
      }
    }
  }

  /// Lines for people.
  var lines: [String] {
    let log = Log(facts)
    let manifest = facts.manifest
    var lines = [
      "store       \(facts.path)",
      "            \(manifest.store), epoch \(manifest.epoch), "
        + Quantities.count(manifest.identity.shardCount, "shard", "shards"),
    ]
    lines += titled("plan", manifest.plan.split(separator: "\n").map(String.init))
    if let first = facts.batches.first, let last = facts.batches.last, let commit {
      let ending = commit.isFinished ? "; the job has ended" : ""
      lines.append("batches     \(first.batch) to \(last.batch) in the log\(ending)")
      lines.append("watermark   \(watermark(commit.watermark))")
      lines.append(
        "rows        \(Quantities.grouped(commit.rowsRead)) read, \(Quantities.grouped(commit.rowsLate)) late, "
          + "\(Quantities.grouped(commit.rowsRefused)) refused, \(Quantities.grouped(commit.rowsWritten)) written")
      lines += titled("partitions", commit.partitions.map(partition))
    } else {
      lines.append("batches     none")
    }
    lines.append(
      "state       \(Quantities.count(state.groupCount, "group", "groups")) in "
        + "\(Quantities.count(state.openPaneCount, "open window", "open windows")), "
        + "\(Quantities.bytes(state.memoryBytes)) in memory")
    lines.append("            digest \(state.digest)")
    let kinds = RecordKind.allCases.compactMap { kind in
      log.records[kind].map { "\(Quantities.grouped($0)) \(kind.name)" }
    }
    lines.append(
      "log         \(Quantities.count(facts.segments.count, "segment", "segments")), "
        + "\(Quantities.bytes(log.usedBytes)) used of \(Quantities.bytes(log.fileBytes))")
    lines.append("            records: \(kinds.isEmpty ? "none" : kinds.joined(separator: ", "))")
    lines.append("floor       record \(plan.floor) is known to be durable")
    return lines + titled("recovery", plan.lines + ["predicted: \(Quantities.nanos(predictedNanos)) on this machine"])
  }

  private func titled(_ title: String, _ lines: [String]) -> [String] {
    lines.enumerated().map { index, line in
      let head = index == 0 ? title : ""
      return head + String(repeating: " ", count: 12 - head.count) + line
    }
  }

  private func partition(_ partition: PartitionRecord) -> String {
    "\(partition.name): offset \(Quantities.grouped(partition.offset)), \(Quantities.grouped(partition.rows)) rows"
      + (partition.maximumTime.map { ", up to \(Timestamp(microsecondsSince1970: $0))" } ?? "")
      + (partition.status == .active ? "" : ", \(name(of: partition.status))")
  }

  private func name(of status: PartitionRecord.Status) -> String {
    switch status {
    case .active: "active"
    case .finished: "finished"
    case .idle: "idle"
    }
  }

  private func watermark(_ micros: Int64) -> String {
    CountReport.watermark(micros) ?? (micros == .max ? "the end" : "not known yet")
  }

  /// The same as one object.
  var json: JSONValue {
    let log = Log(facts)
    let manifest = facts.manifest
    let partitions = (commit?.partitions ?? []).map { partition -> JSONValue in
      [
        "name": .string(partition.name), "offset": JSONValue(partition.offset), "rows": JSONValue(partition.rows),
        "latest": JSONValue(partition.maximumTime.flatMap(CountReport.watermark)),
        "status": .string(name(of: partition.status)),
      ]
    }
    return [
      "path": .string(facts.path), "store": .string("\(manifest.store)"), "epoch": JSONValue(manifest.epoch.value),
      "shards": .int(manifest.identity.shardCount),
      "plan": .array(manifest.plan.split(separator: "\n").map { .string(String($0)) }),
      "first_batch": JSONValue(facts.batches.first?.batch.value),
      "last_batch": JSONValue(facts.batches.last?.batch.value), "finished": .bool(commit?.isFinished ?? false),
      "watermark": JSONValue(commit.flatMap { CountReport.watermark($0.watermark) }),
      "rows_read": JSONValue(commit?.rowsRead ?? 0), "rows_late": JSONValue(commit?.rowsLate ?? 0),
      "rows_refused": JSONValue(commit?.rowsRefused ?? 0), "rows_written": JSONValue(commit?.rowsWritten ?? 0),
      "partitions": .array(partitions), "groups": .int(state.groupCount), "open_windows": .int(state.openPaneCount),
      "state_bytes": .int(state.memoryBytes), "digest": .string("\(state.digest)"),
      "segments": .int(facts.segments.count), "log_bytes_used": .int(log.usedBytes),
      "log_bytes": .int(log.fileBytes),
      "records": .object(
        RecordKind.allCases.map { JSONValue.Member(name: $0.name, value: .int(log.records[$0] ?? 0)) }),
      "floor": JSONValue(plan.floor.value), "degraded": .array(plan.degraded.map(\.json)),
      "recovery": .array(plan.lines.map { .string($0) }),
      "predicted_recovery_ms": .double(Double(predictedNanos) / 1e6),
    ]
  }
}
