import StrandlineBytes
public import StrandlineLog
public import StrandlineState
public import StrandlineStorage

/// When a commit is made durable.
public enum Durability: Sendable, Hashable {
  /// Every batch is synced before it is acknowledged.
  case batch
  /// Batches are synced together, at most that many nanoseconds after the first of them was written.
  case group(nanos: UInt64)
  /// Nothing is synced but when segments are rolled and the store is closed: a killed process loses nothing, a power cut
  /// may lose everything since.
  case none
}

/// What a store is made with and checked against.
public struct CheckpointOptions: Sendable {
  /// The plan in words, one line per part.
  public var plan: String
  /// What differs between the store's plan and this one; by their lines unless somebody knows better.
  public var compare: @Sendable (_ stored: String, _ wanted: String) -> PlanDifference = PlanDifference.ofLines
  /// The number of shards, a power of two; nil for the store's own, and 16 for a new one.
  public var shardCount: Int?
  /// When a commit is made durable.
  public var durability = Durability.batch
  /// Snapshots or deltas.
  public var mode = CheckpointMode.auto
  /// How many of the last batches stay restorable.
  public var retainedBatches = 8
  /// The bytes of a slice of a shard's snapshot that is worth its frame and its place in the record, some 60 bytes.
  public var smallestSlice = 1024
  /// The nanoseconds that a recovery may take; nil when it doesn't matter. It is kept as far as snapshots alone keep it.
  public var recoveryBudgetNanos: UInt64?
  /// The level of compression.
  public var compressionLevel: Int32 = 1
  /// How the log is written.
  public var log = LogOptions()
  /// Who opens the store, for the message to the next one who tries.
  public var owner = "pid ?"
  /// Whether a missing store is an error rather than a new store.
  public var mustExist = false
  /// The highest batch whose output is visible, which proves that its record was durable; nil where nothing is known.
  public var publishedThrough: BatchID?
  /// Monotonic nanoseconds.
  public var clock: @Sendable () -> UInt64
  /// A source of random words, for a new store's identity and seed.
  public var random: @Sendable () -> UInt64

  /// The number of shards of a new store for which nothing else is said.
  public static let defaultShardCount = 16

  /// Options with the defaults for everything else.
  public init(plan: String, clock: @escaping @Sendable () -> UInt64, random: @escaping @Sendable () -> UInt64) {
    self.plan = plan
    self.clock = clock
    self.random = random
  }
}

/// A store that is open for writing: its log, and how state goes into it.
///
/// # Overview
/// `open` locks, reads the facts, decides, restores, and only then changes anything: it raises the epoch, puts a torn tail
/// into quarantine, carries what may not be durable into a new segment, and removes leftovers. `commit` appends a batch's
/// record; `sync` makes what was appended durable.
///
/// # Invariants
/// A batch is acknowledged once `durableBatch` has reached it, not before.
public struct CheckpointStore: ~Copyable, Sendable {
  /// The last batch that is durable; nil before the first.
  public private(set) var durableBatch: BatchID?
  /// The last batch that is written; nil before the first.
  public private(set) var lastBatch: BatchID?
  /// What the decisions rest on.
  public private(set) var policy: CheckpointPolicy

  private var log: CommitLog
  private var history: SnapshotHistory
  private var compressor: ZstdCompressor
  private let options: CheckpointOptions
  private let lock: any DirectoryLock
  let shardCount: Int
  private var rolling: RollingSnapshots
  private var backlog: RecoveryBacklog
  let speeds: RecoverySpeeds
  /// Bytes of records since the last snapshot or delta that are no state: they too make the log longer.
  private var overhead = 0
  /// The last batch of which a record behind it says that it is durable.
  private var provedBatch: BatchID?
  private var firstUnsynced: UInt64?
  /// Batches with a receipt whose output may not be published: the log behind the first of them stays.
  private var unpublished: [(batch: BatchID, sequence: SequenceNumber)]

  /// What a commit wrote.
  public struct Receipt: Sendable, Hashable {
    /// What kind of record it is.
    public var kind: RecordKind
    /// Its bytes.
    public var bytes: Int
    /// The shards of which it holds a snapshot or a slice of one.
    public var shardSnapshots: Int
  }

  init(
    log: consuming CommitLog, history: SnapshotHistory, lock: any DirectoryLock, options: CheckpointOptions,
    shardCount: Int, last: BatchID?, unpublished: [(batch: BatchID, sequence: SequenceNumber)],
    backlog: RecoveryBacklog, speeds: RecoverySpeeds
  ) throws(LogError) {
    do {
      compressor = try ZstdCompressor(level: options.compressionLevel)
    } catch {
      throw LogError(.storage, "zstd can't be used: \(error)")
    }
    self.log = log
    self.history = history
    self.lock = lock
    self.options = options
    self.shardCount = shardCount
    self.policy = CheckpointPolicy(mode: options.mode)
    self.policy.recoveryBudgetNanos = options.recoveryBudgetNanos
    self.backlog = backlog
    self.speeds = speeds
    self.rolling = RollingSnapshots(
      history, shardCount: shardCount, smallestSlice: options.smallestSlice)
    self.unpublished = unpublished
    self.lastBatch = last
    self.durableBatch = last
  }

  /// The store and the opening.
  public var manifest: Manifest { log.manifest }
  /// Bytes of the live segments that hold records.
  public var bytesOnDisk: Int { log.bytesOnDisk }
  /// Bytes written as records since the store was opened.
  public var bytesAppended: Int { log.bytesAppended }

  /// What a recovery is predicted to take if the process ended now.
  public var outlook: CheckpointPolicy.Outlook {
    let work = backlog.work
    var least = RecoveryWork()
    least.snapshotBytes = work.snapshotBytes
    // Two generations are in the log even where a recovery needs one.
    return CheckpointPolicy.Outlook(
      nanos: speeds.predictedNanos(work, logBytes: log.bytesOnDisk),
      leastNanos: speeds.predictedNanos(least, logBytes: 2 * work.snapshotBytes),
      cycleNanos: UInt64(min(1e18, Double(work.snapshotBytes) * speeds.nanosPerRedoByte)))
  }

  /// Writes a batch's record: snapshot, delta or tick. It is durable after the next `sync`.
  ///
  /// - Parameters:
  ///   - record: everything but the parts of the state, which are added here.
  ///   - state: the state after the batch, between `endBatch` and `beginBatch`.
  /// - Throws: `LogError`; the batch is then not acknowledged.
  public mutating func commit(
    _ batch: BatchID, _ record: CommitRecord, state: borrowing StreamState
  ) throws(LogError) -> Receipt {
    try commit(prepare(batch, record, state: state))
  }

  /// Decides how a batch is written, and copies out of the state what its record holds of it: the state may then change.
  ///
  /// Linear in the groups that are copied. `commit` of what it returns comes before the next call.
  ///
  /// - Parameters:
  ///   - record: everything but the parts of the state; what is known only when it is written may still be missing.
  ///   - state: the state after the batch, between `endBatch` and `beginBatch`.
  public mutating func prepare(
    _ batch: BatchID, _ record: CommitRecord, state: borrowing StreamState
  ) -> PreparedCommit {
    let started = options.clock()
    var prepared = PreparedCommit(batch: batch, record: record)
    if record.batchRows == 0 && record.groupsChanged == 0 && history.isComplete
      && overhead < options.log.segmentCapacity / 4
    {
      prepared.kind = .tick
    } else if policy.takesSnapshot(
      groups: Int(record.groups), changed: Int(record.groupsChanged), hasBase: history.isComplete, outlook: outlook)
    {
      prepared.kind = .snapshot
      rolling.restart()
      prepared.copy(.snapshot, 0) { state.encodeSnapshot(into: &$0) }
    } else {
      prepared.kind = .delta
      for shard in state.touchedShards {
        prepared.copy(.shardDelta, shard) { state.encodeDelta(ofShard: shard, into: &$0) }
      }
      // What the deltas will come to is estimated by those before them; `rolling` is told what the slices came to.
      let bytes = Double(prepared.rawBytes) * policy.compressedShare
      prepared.slices = rolling.slices(
        paid: policy.share(outlook) * (bytes + Double(overhead)),
        estimate: bytes / Double(max(1, record.groupsChanged)), of: state)
    }
    prepared.nanos = options.clock() &- started
    return prepared
  }

  /// Writes the record of a batch that was prepared. It is durable after the next `sync`.
  ///
  /// - Throws: `LogError`; the batch is then not acknowledged.
  public mutating func commit(_ prepared: consuming PreparedCommit) throws(LogError) -> Receipt {
    let started = options.clock()
    let before = log.bytesAppended
    let (kind, batch, slices) = (prepared.kind, prepared.batch, prepared.slices)
    var record = prepared.record
    do {
      for raw in prepared.raws { record.sections.append(try section(raw.kind, raw.shard, raw.bytes)) }
      if kind == .delta {
        policy.measuredDeltas(raw: prepared.rawBytes, bytes: record.sections.reduce(0) { $0 + $1.frame.count })
      }
      for slice in slices {
        let section = try section(slice.kind, slice.shard, slice.bytes)
        rolling.wrote(slice, bytes: section.frame.count)
        record.sections.append(section)
      }
    } catch {
      throw LogError(.storage, "the state of batch \(batch) can't be encoded: \(error)")
    }
    let sequence = try append(kind, batch, record)
    if kind == .snapshot {
      policy.measuredSnapshot(groups: Int(record.groups), nanos: prepared.nanos + (options.clock() &- started))
    }
    history.note(sequence, record.sections)
    backlog.note(record.sections)
    let bytes = log.bytesAppended - before
    let state = record.sections.reduce(0) { $0 + $1.frame.count }
    overhead = kind == .snapshot ? 0 : (kind == .tick ? overhead : 0) + bytes - state
    published(before: record.publishedBefore)
    if record.receipt != nil { unpublished.append((batch, sequence)) }
    log.keep(from: min(history.neededFrom, unpublished.first?.sequence ?? SequenceNumber(.max)))
    lastBatch = batch
    if firstUnsynced == nil { firstUnsynced = options.clock() }
    return Receipt(kind: kind, bytes: bytes, shardSnapshots: kind == .snapshot ? shardCount : slices.count)
  }

  private mutating func append(
    _ kind: RecordKind, _ batch: BatchID, _ record: CommitRecord
  ) throws(LogError) -> SequenceNumber {
    var payload = ByteWriter(capacity: 512 + record.sections.reduce(0) { $0 + $1.frame.count })
    do {
      try record.encode(into: &payload, compressor: &compressor)
    } catch {
      throw LogError(.storage, "the record of batch \(batch) can't be encoded: \(error)")
    }
    let isSingle = kind == .snapshot && policy.mode == .log
    return try log.append(kind, version: record.writtenVersion, batch: batch, isSingle: isSingle) {
      (writer: inout ByteWriter) throws(BytesError) in
      writer.raw(payload.rawSpan)
    }
  }

  private mutating func section(
    _ kind: StateSection.Kind, _ shard: Int, _ raw: [UInt8]
  ) throws(BytesError) -> StateSection {
    var frame = ByteWriter(capacity: raw.count / 2)
    _ = try compressor.compress(raw, appendingTo: &frame)
    return StateSection(kind: kind, operatorID: 0, shard: shard, rawLength: raw.count, frame: frame.bytes)
  }

  /// Makes what was written durable, if the durability asks for it now.
  ///
  /// - Parameter now: whether a group of batches is to be synced before its time is over.
  /// - Returns: whether every written batch is durable, or as durable as was asked for.
  @discardableResult
  public mutating func sync(now: Bool = false) throws(LogError) -> Bool {
    switch options.durability {
    case .batch: break
    case .group(let nanos):
      if !now, let firstUnsynced, options.clock() &- firstUnsynced < nanos { return false }
    case .none:
      if !now {
        durableBatch = lastBatch
        return true
      }
    }
    if firstUnsynced == nil { return true }
    let started = options.clock()
    try log.sync()
    policy.measuredSync(nanos: options.clock() &- started)
    firstUnsynced = nil
    durableBatch = lastBatch
    return true
  }

  /// Notes that the output of every batch before that one is published, so that the log behind it may go.
  public mutating func published(before batch: BatchID) {
    unpublished.removeAll { $0.batch < batch }
  }

  /// Proves to a later recovery that everything so far is durable: for a writer with nothing to do.
  public mutating func noteIdle() throws(LogError) {
    guard let lastBatch, log.floor == log.lastAppended, provedBatch != lastBatch else { return }
    try log.append(.floor, batch: lastBatch) { (_: inout ByteWriter) throws(BytesError) in }
    try log.sync()
    provedBatch = lastBatch
  }

  /// Makes sure that the store is still this writer's: to be asked before anything is written that others see.
  ///
  /// - Throws: `LogError` `.fenced`.
  public func requireHeld() throws(LogError) {
    try log.requireHeld()
  }

  /// The right to the store, for an output that is opened with it.
  public func fence() -> StoreFence { log.fence }

  /// What tells the lock file from others; nil where that isn't known.
  public func lockNumber() throws(LogError) -> FileNumber? {
    do {
      return try lock.fileNumber()
    } catch {
      throw LogError(error, "the lock of the store can't be looked at")
    }
  }

  /// Syncs, writes that the store was closed, and releases its lock.
  public mutating func close() throws(LogError) {
    try log.close(batch: lastBatch ?? BatchID(0))
    lock.release()
  }
}
