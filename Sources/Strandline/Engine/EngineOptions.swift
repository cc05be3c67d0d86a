public import StrandlineLog
public import StrandlineRecovery
package import StrandlineStorage

/// What happens to a row that can't be used: one that is malformed, has no time or no value where one must be, or is too
/// far ahead.
public enum RowErrorPolicy: Sendable, Hashable {
  /// The batch fails, and the run with it; nothing of the batch is committed.
  case fail
  /// The row is counted and passed over; with a path, it is also appended to that file as a JSON object per row.
  case skip(rejects: String?)
}

/// How a run reads, commits and ends.
public struct EngineOptions: Sendable {
  /// How much of each partition a batch takes.
  public var limits = BatchLimits()
  /// The rows after which a batch takes no further partition.
  public var rowsPerBatch = 1 << 20
  /// When a commit is made durable.
  public var durability = Durability.batch
  /// Snapshots or deltas.
  public var mode = CheckpointMode.auto
  /// The number of shards, a power of two; nil for the store's own, and 16 for a new one.
  public var shardCount: Int?
  /// How many of the last batches stay restorable.
  public var retainedBatches = 8
  /// The nanoseconds that a recovery may take; nil when it doesn't matter. Commits then write as much more as that takes.
  public var recoveryBudgetNanos: UInt64?
  /// The bytes below which a shard's snapshot isn't cut into slices; tests make it small.
  public var smallestSlice = 1024
  /// How the log is written.
  public var log = LogOptions()
  /// What happens to rows that can't be used.
  public var onRowError = RowErrorPolicy.fail
  /// Whether windows stay open when a bounded input ends, so that a later run may go on with more.
  public var leavesOpen = false
  /// Whether a missing store is an error.
  public var mustExist = false
  /// After how many nanoseconds without rows a partition no longer holds the watermark back; nil for never.
  public var idleNanos: UInt64?
  /// How long to wait before looking again when there is nothing to read, in nanoseconds.
  public var pollNanos: UInt64 = 50_000_000
  /// The most batches whose output waits for a sync; more are synced at once.
  public var maximumUnpublished = 64
  /// Whether a batch is written, on a thread of its own, while the next one is computed; nil for what suits who runs: a job
  /// does it, an engine that is stepped by hand does not.
  public var pipelinesCommits: Bool?
  /// How many threads compute a batch; nil for what suits who runs: a job takes every processor that it may run on, an engine
  /// that is stepped by hand the calling thread alone. Results don't depend on it (SEMANTICS, *One's own*,
  /// says of which aggregates they may), and it may be another one in each run.
  public var workers: Int?
  /// The rows of a morsel, which one thread takes at a time; tests make it small. Fewer than a quarter of it, in all, are
  /// computed by the calling thread alone.
  public var rowsPerMorsel = 32_768
  /// How many bytes operators may keep in memory; nil for as many as they need. What is beyond goes to files in `spillDirectory`, of
  /// operators for which that is possible; others fail the run. It needs bounded inputs and no checkpoint.
  public var memoryLimit: Int?
  /// The directory for what is beyond the memory limit; nil for the system's temporary one. Files there have no names.
  public var spillDirectory: String?
  /// Opens the directory for what is beyond the memory limit, in place of the system's.
  package var openSpillDirectory: (@Sendable () throws(StorageError) -> any Directory)?
  /// Whether what is computed is as if all rows were in one batch (SEMANTICS, *One batch*).
  package var isOneBatch = false
  /// A fault for drills: output is published when it is staged, before the commit.
  public var publishesEarly = false
  /// Who runs, for the message to the next one who opens the store.
  public var owner = "pid \(SystemProcess.id)"
  /// Monotonic nanoseconds.
  public var clock: @Sendable () -> UInt64 = { SystemClock.monotonicNanos() }
  /// Unix microseconds, noted in commits for people to read.
  public var wallClock: @Sendable () -> Int64 = { SystemClock.wallMicros() }
  /// Random words, for a new store's identity and seed.
  public var random: @Sendable () -> UInt64 = { SystemRandom.uint64() }
  /// Waits that many nanoseconds.
  public var sleep: @Sendable (UInt64) -> Void = { SystemClock.sleep(nanos: $0) }

  /// The options that a run has unless it says otherwise.
  public init() {}

  func checkpoint(plan: String) -> CheckpointOptions {
    var options = CheckpointOptions(plan: plan, clock: clock, random: random)
    options.shardCount = shardCount
    options.compare = { PlanComparison.difference(stored: $0, wanted: $1) }
    options.durability = durability
    options.mode = mode
    options.retainedBatches = retainedBatches
    options.recoveryBudgetNanos = recoveryBudgetNanos
    options.smallestSlice = smallestSlice
    options.log = log
    options.owner = owner
    options.mustExist = mustExist
    return options
  }
}
