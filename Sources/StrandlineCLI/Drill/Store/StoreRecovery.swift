import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import StrandlineTestKit

/// The recovery of a store as a run does it, up to where its source and output would be opened.
struct StoreRecovery {
  /// The batch after which a run would go on; nil for a store without one.
  var batch: BatchID?
  /// The digest of the restored state, computed from nothing.
  var digest: StateDigest
  var groups: Int
  var sample: RecoverySample
  /// Why a torn tail was cut, if one was.
  var tail: String?

  /// Recovers a store, and lets go of it as a killed process does.
  ///
  /// - Throws: `LogError`, and `StreamError` for a plan that can't be read.
  init(_ directory: any Directory) throws {
    guard let manifest = try ManifestFile.read(directory) else {
      throw LogError(
        .noStore, "there is no store at \(directory.path): it has no \(Manifest.name)", file: directory.path)
    }
    let plan = try StoredPlan(parsing: manifest.plan)
    var options = CheckpointOptions(
      plan: manifest.plan, clock: { SystemClock.monotonicNanos() }, random: { SystemRandom.uint64() })
    options.owner = "a drill, pid \(SystemProcess.id)"
    options.mustExist = true
    var restored: StreamState?
    var report = RecoveryReport()
    _ = try CheckpointStore.open(
      directory, options: options, state: { plan.emptyState(shardCount: $0, seed: $1) }, restored: &restored,
      report: &report)
    batch = report.plan?.last?.batch
    digest = restored?.recomputedDigest() ?? StateDigest()
    groups = restored?.groupCount ?? 0
    tail = report.plan?.tail?.reason
    let figures = report.figures
    sample = RecoverySample(
      nanos: report.nanos, snapshotNanos: figures.snapshotNanos, redoNanos: figures.redoNanos,
      bytes: figures.snapshotBytes + figures.redoBytes, batchesRedone: figures.batchesRedone)
    snapshotBytes = figures.snapshotBytes
    redoBytes = figures.redoBytes
  }

  /// Bytes of state read from snapshots and from deltas, uncompressed.
  var snapshotBytes: Int
  var redoBytes: Int

  /// The recovery as one object, which `StoreRecoveryProcess` reads.
  var json: JSONValue {
    [
      "event": .string("recovered"), "batch": .int(batch.map { Int(clamping: $0.value) } ?? -1),
      "digest": .string("\(digest)"), "groups": .int(groups), "nanos": .int(Int(clamping: sample.nanos)),
      "snapshot_nanos": .int(Int(clamping: sample.snapshotNanos)), "redo_nanos": .int(Int(clamping: sample.redoNanos)),
      "snapshot_bytes": .int(snapshotBytes), "redo_bytes": .int(redoBytes),
      "batches_redone": .int(sample.batchesRedone),
    ]
  }
}
