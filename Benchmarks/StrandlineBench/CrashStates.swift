import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import StrandlineTestKit

/// How many disks that a power cut may leave are recovered and checked in a second.
enum CrashStates {
  static let measurements = [
    Measurement(name: "crash-states-snapshot", about: "crash states recovered and checked, a snapshot per batch") {
      try run("crash-states-snapshot", .snapshot, $0)
    },
    Measurement(name: "crash-states-log", about: "crash states recovered and checked, deltas with shard snapshots") {
      try run("crash-states-log", .log, $0)
    },
  ]

  private static func run(_ name: String, _ mode: CheckpointMode, _ bench: Bench) throws {
    var limits = DrillLimits()
    limits.depth = 3
    let batches = 60
    let rows = bench.rows(16)
    let drill = DiskDrill(limits: limits) { _ in subject(mode, batches: batches, rows: rows) }
    var report = DrillReport(mode: "disk")
    try bench.measure(name, rows: 2 * batches * rows, bytes: nil) {
      report = try drill.run(clock: { SystemClock.monotonicNanos() }, progress: { _ in })
      var line = JSONLine()
      line.add("crash_states", report.tried)
      line.add("distinct", report.distinct)
      line.add("distinct_per_s", report.distinctPerSecond)
      return line
    }
    if let violation = report.violations.first { throw BenchError("\(violation)") }
  }

  /// Two partitions of rows over a few hundred keys.
  private static func subject(_ mode: CheckpointMode, batches: Int, rows: Int) -> DrillSubject {
    let partitions = (0..<2).map { partition in
      (0..<batches).map { batch in
        let first = (batch * 2 + partition) * rows
        return ColumnBatch(
          WindowedCount.schema,
          columns: [
            Column(.timestamp, words: (0..<rows).map { Int64(first + $0) * 100_000 }),
            Column(.int64, words: (0..<rows).map { Int64(($0 &* 7 &+ first) % 61) }),
          ])
      }
    }
    var subject = DrillSubject(plan: WindowedCount.plan(WindowedCount.schema), partitions: partitions)
    subject.options.mode = mode
    subject.options.shardCount = 4
    subject.options.retainedBatches = 2
    subject.options.log.segmentCapacity = 8 << 10
    return subject
  }
}
