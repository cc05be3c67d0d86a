import Metrics
import StrandlineRecovery

/// What a run counts through swift-metrics, once per batch.
struct RunMetrics {
  private let rows = Counter(label: "strandline.rows.read")
  private let late = Counter(label: "strandline.rows.late")
  private let refused = Counter(label: "strandline.rows.refused")
  private let written = Counter(label: "strandline.rows.written")
  private let batches = Counter(label: "strandline.batches")
  private let spilled = Counter(label: "strandline.spilled.bytes")
  private let commit = Timer(label: "strandline.commit.duration")
  private let overlap = Gauge(label: "strandline.commit.overlap")
  private let recovery = Timer(label: "strandline.recovery.duration")
  private let groups = Gauge(label: "strandline.state.groups")
  private let log = Gauge(label: "strandline.log.bytes")
  private let predicted = Gauge(label: "strandline.recovery.predicted.nanoseconds")

  func recovered(_ report: RecoveryReport) {
    recovery.recordNanoseconds(Int64(clamping: report.nanos))
  }

  func committed(_ now: RunReport, after before: RunReport) {
    rows.increment(by: Int64(clamping: now.rowsRead - before.rowsRead))
    late.increment(by: Int64(clamping: now.rowsLate - before.rowsLate))
    refused.increment(by: Int64(clamping: now.rowsRefused - before.rowsRefused))
    written.increment(by: Int64(clamping: now.rowsWritten - before.rowsWritten))
    batches.increment()
    spilled.increment(by: Int64(clamping: now.spilledBytes - before.spilledBytes))
    commit.recordNanoseconds(Int64(clamping: now.commitNanos - before.commitNanos))
    overlap.record(now.commitOverlap)
    groups.record(now.groups)
    log.record(now.logBytes)
    predicted.record(now.predictedRecoveryNanos)
  }
}
