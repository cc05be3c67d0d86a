public import StrandlineLog
public import StrandlineRecovery
public import StrandlineState

/// What a run has done so far.
public struct RunReport: Sendable {
  /// The batches that this run committed.
  public var batches = 0
  /// The last batch that is committed; nil before the first.
  public var lastBatch: BatchID?
  /// The last batch that is computed, which everything below is of but what is said of commits and of the log; with pipelined
  /// commits it may still be on its way to the disk. Nil before the first.
  public var computedBatch: BatchID?
  /// The last batch that is acknowledged: durable, as far as the durability asks for it; nil before the first.
  public var durableBatch: BatchID?
  /// Rows read since the stream began, over all runs: good, late and refused ones.
  public var rowsRead: UInt64 = 0
  /// Rows that no window took.
  public var rowsLate: UInt64 = 0
  /// Rows that were errors and were passed over.
  public var rowsRefused: UInt64 = 0
  /// Rows of the result.
  public var rowsWritten: UInt64 = 0
  /// Rows that this run read.
  public var rowsThisRun: UInt64 = 0
  /// The stream's watermark in Unix microseconds; `Int64.min` while nothing is known, `Int64.max` at the end.
  public var watermark = Int64.min
  /// The groups of the state.
  public var groups = 0
  /// The open windows.
  public var openPanes = 0
  /// The digest of the state.
  public var digest = StateDigest()
  /// Whether the bounded input has ended and every window was closed.
  public var isFinished = false
  /// What recovery found; nil without a store.
  public var recovery: RecoveryReport?
  /// Bytes written to the log by this run.
  public var logBytesWritten = 0
  /// Bytes of the log on disk.
  public var logBytes = 0
  /// Nanoseconds that a recovery is predicted to take if the process ended now; 0 without a store.
  public var predictedRecoveryNanos: UInt64 = 0
  /// Whether the recovery budget can be kept at all: false when restoring a snapshot alone is predicted to take longer.
  public var canMeetRecoveryBudget = true
  /// Commits of this run by the kind of their record.
  public var commits: [RecordKind: Int] = [:]
  /// Bytes of memory that operators keep; only known where there is a limit.
  public var keptBytes = 0
  /// Bytes that operators have put outside of memory, because of a limit, as they were written.
  public var spilledBytes: UInt64 = 0
  /// Nanoseconds of this run's commits: staging, compressing, writing, syncing, publishing.
  public var commitNanos: UInt64 = 0
  /// Nanoseconds of those for which the next batch had to wait.
  public var commitWaitNanos: UInt64 = 0
  /// How much of the commits went on while the next batch was computed: 0 for nothing, 1 for all of it.
  public var commitOverlap: Double {
    commitNanos == 0 ? 0 : max(0, 1 - Double(commitWaitNanos) / Double(commitNanos))
  }

  /// A report of nothing.
  public init() {}
}

extension RunReport: CustomStringConvertible {
  /// A line of what matters: rows, batches, state, and where the run came from.
  public var description: String {
    var parts = [
      "\(rowsRead) rows read", "\(rowsLate) late", "\(rowsRefused) refused", "\(rowsWritten) written",
      "\(batches) batches", "\(groups) groups",
    ]
    if let durableBatch { parts.append("durable through batch \(durableBatch)") }
    if let last = recovery?.plan?.last?.batch { parts.append("went on behind batch \(last)") }
    return parts.joined(separator: ", ") + (isFinished ? "; finished" : "")
  }
}

/// What a step of the engine came to.
public enum EngineStep: Sendable, Hashable {
  /// A batch was computed, and committed; with pipelined commits that may still be under way.
  case committed(BatchID)
  /// There was nothing to read; there may be later.
  case waiting
  /// The bounded input has ended.
  case finished
}
