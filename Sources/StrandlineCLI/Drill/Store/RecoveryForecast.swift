import StrandlineLog
import StrandlineRecovery
import StrandlineStorage
import StrandlineTestKit

/// How long recovery takes on this machine, learned from stores of page views that are made for it.
struct RecoveryForecast {
  private var nanosPerSnapshotByte = 0.0
  private var nanosPerRedoByte = 0.0
  private var nanosPerLogByte = 0.0
  private var fixedNanos = 0.0

  /// Makes three stores below a directory, and recovers them in processes of their own: one with hardly any state, one with
  /// a snapshot, one with a log to redo. What fits into the processor's caches is restored faster than what doesn't, so they
  /// are as large as the store at hand, within bounds.
  ///
  /// - Parameter groups: the groups of the store at hand.
  init(learningIn directory: String, groups: Int, seed: UInt64) throws {
    let keys = min(max(groups, 20_000), 500_000)
    let tiny = try Self.learn(directory, "tiny", .snapshot, rows: 64, keys: 4, seed)
    let snapshot = try Self.learn(directory, "snapshot", .snapshot, rows: 2 * keys, keys: keys, seed)
    let log = try Self.learn(directory, "log", .log, rows: 2 * keys, keys: keys, seed)
    let snapshotNanos = snapshot.outcome.sample.snapshotNanos + log.outcome.sample.snapshotNanos
    let snapshotBytes = snapshot.outcome.snapshotBytes + log.outcome.snapshotBytes
    nanosPerSnapshotByte = Double(snapshotNanos) / Double(max(1, snapshotBytes))
    nanosPerRedoByte = Double(log.outcome.sample.redoNanos) / Double(max(1, log.outcome.redoBytes))
    fixedNanos = tiny.rest
    let more = max(1, log.logBytes + snapshot.logBytes - 2 * tiny.logBytes)
    nanosPerLogByte = max(0, log.rest + snapshot.rest - 2 * tiny.rest) / Double(more)
  }

  private struct Point {
    var outcome: StoreRecoveryProcess.Outcome
    var logBytes: Int

    /// Nanoseconds spent on state.
    var state: Double { Double(outcome.sample.snapshotNanos + outcome.sample.redoNanos) }
    /// All others.
    var rest: Double { Double(outcome.sample.nanos) - state }
  }

  private static func learn(
    _ directory: String, _ name: String, _ state: DrillState, rows: Int, keys: Int, _ seed: UInt64
  ) throws -> Point {
    var shape = PageViews.Shape()
    shape.rows = rows
    shape.pages = keys
    shape.seed = seed
    let input = "\(directory)/\(name).ndjson"
    try GenerateCommand.write(shape, to: input)
    var child = CountChild(directory: "\(directory)/\(name)", inputs: [input])
    child.window = "1d"
    child.batchRows = max(1, rows / 16)
    child.state = state.checkpointMode.rawValue
    child.leavesOpen = true
    _ = try child.finish()
    let logBytes = try usedBytes(child.store)
    let process = StoreRecoveryProcess(store: child.store, log: "\(directory)/\(name).log")
    return Point(outcome: try process.run(), logBytes: logBytes)
  }

  /// The bytes that recovery reads of the segments of a store.
  static func usedBytes(_ store: String) throws -> Int {
    StoreSummary.Log(try StoreAccess(path: store).facts).usedBytes
  }

  /// What the recovery of a store will take.
  ///
  /// - Parameters:
  ///   - plan: what recovery will do.
  ///   - usedBytes: the bytes of the store's segments that hold records.
  func predict(_ plan: RecoveryPlan, usedBytes: Int) -> DrillPrediction {
    let work = plan.work
    return DrillPrediction(
      snapshotNanos: UInt64(nanosPerSnapshotByte * Double(work.snapshotBytes)),
      redoNanos: UInt64(nanosPerRedoByte * Double(work.redoBytes)),
      otherNanos: UInt64(fixedNanos + nanosPerLogByte * Double(usedBytes)))
  }
}
