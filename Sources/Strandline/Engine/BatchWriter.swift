import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// A batch that is computed and not yet written.
struct EndedBatch: Sendable {
  /// Its record, with what is written of the state; nil without a store.
  var commit: PreparedCommit?
  var batch: BatchID
  var rows: ColumnBatch
  var late: [ColumnBatch]
  /// Rows that were passed over, with their bytes.
  var refused: [(problem: RowProblem, bytes: [UInt8]?)]
  /// Whether it is made durable and visible at once, whatever the durability is.
  var isLast: Bool
}

/// What the writing of a batch has come to.
struct WrittenBatch: Sendable {
  var batch: BatchID
  /// The kind of its record; nil without a store.
  var kind: RecordKind?
  var durableBatch: BatchID?
  var nanos: UInt64 = 0
}

/// The half of the engine that writes: it stages a batch's output, commits the batch and publishes what is durable.
///
/// Calls come one after the other, though not all on one thread: with pipelined commits a batch is written while the next one
/// is computed.
///
/// # Invariants
/// - A batch's record is written after its output is staged, and its output is published after the record is durable.
/// - After an error nothing more is written.
struct BatchWriter: ~Copyable {
  private(set) var store: CheckpointStore?
  private let output: OutputWriter
  private let rejects: RejectedRows?
  private let lock: FileNumber?
  private let options: EngineOptions
  private var unpublished: [(batch: BatchID, receipt: [UInt8])] = []
  private var nextBatch: BatchID
  private var publishedBefore: BatchID

  /// A writer behind the last batch of a store.
  init(
    store: consuming CheckpointStore?, output: OutputWriter, rejects: RejectedRows?, lock: FileNumber?,
    nextBatch: BatchID, options: EngineOptions
  ) {
    self.store = store
    self.output = output
    self.rejects = rejects
    self.lock = lock
    self.options = options
    self.nextBatch = nextBatch
    publishedBefore = nextBatch
  }

  /// Copies out of the state what the record of a batch holds of it; nil without a store.
  mutating func prepare(_ batch: BatchID, _ record: CommitRecord, _ state: borrowing StreamState) -> PreparedCommit? {
    store?.prepare(batch, record, state: state)
  }

  /// Writes a batch.
  mutating func write(_ ended: consuming EndedBatch) throws(StreamError) -> WrittenBatch {
    let started = options.clock()
    var written = WrittenBatch(batch: ended.batch)
    if !ended.refused.isEmpty { try rejects?.append(ended.refused) }
    var receipt: [UInt8]?
    if ended.rows.count > 0 || !ended.late.isEmpty {
      // A writer that has lost its store would be found out by the commit; what it stages may be seen before.
      try requireHeld()
      receipt = try output.stage(ended.batch, ended.rows, late: ended.late)
    }
    if var commit = ended.commit.take() {
      commit.record.receipt = receipt
      commit.record.sinkPosition =
        OutputPositions(sink: output.position, rejects: rejects?.position, lock: lock).encoded
      commit.record.publishedBefore = publishedBefore
      do {
        written.kind = try store?.commit(commit).kind
      } catch {
        throw StreamError(error)
      }
    }
    nextBatch = ended.batch.next
    if let receipt { unpublished.append((ended.batch, receipt)) }
    try publish(now: ended.isLast || unpublished.count >= options.maximumUnpublished)
    written.durableBatch = store?.durableBatch
    written.nanos = options.clock() &- started
    return written
  }

  private mutating func requireHeld() throws(StreamError) {
    do {
      try store?.requireHeld()
    } catch {
      throw StreamError(error)
    }
  }

  /// Syncs what is due, and publishes the output of every batch that is durable.
  mutating func publish(now: Bool) throws(StreamError) {
    do {
      if store != nil, try store?.sync(now: now) == false { return }
    } catch {
      throw StreamError(error)
    }
    for (batch, receipt) in unpublished { try output.publish(batch, receipt) }
    unpublished.removeAll()
    publishedBefore = nextBatch
    store?.published(before: nextBatch)
  }

  /// With nothing to read: syncs what waits, and proves it to a later recovery.
  mutating func settle() throws(StreamError) {
    guard store != nil else { return }
    try publish(now: true)
    do {
      if options.durability != .none { try store?.noteIdle() }
    } catch {
      throw StreamError(error)
    }
  }

  /// Makes everything durable and visible, and closes store and outputs.
  mutating func close() throws(StreamError) {
    try publish(now: true)
    do {
      try store?.close()
    } catch {
      throw StreamError(error)
    }
    try output.close()
    try rejects?.close()
  }

  /// What a report says of the store.
  mutating func describe(_ report: inout RunReport) {
    report.durableBatch = store?.durableBatch
    report.logBytes = store?.bytesOnDisk ?? 0
    report.logBytesWritten = store?.bytesAppended ?? 0
    if let outlook = store?.outlook {
      report.predictedRecoveryNanos = outlook.nanos
      report.canMeetRecoveryBudget = options.recoveryBudgetNanos.map { outlook.leastNanos <= $0 } ?? true
    }
  }
}
