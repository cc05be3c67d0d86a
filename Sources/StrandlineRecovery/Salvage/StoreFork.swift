import StrandlineBytes
public import StrandlineLog
public import StrandlineState
public import StrandlineStorage

/// Makes a store that goes on from a batch of another one.
///
/// # Overview
/// The other store is only read: it may be in use, or damaged elsewhere. The new one has the plan, the seed and, unless said
/// otherwise, the shards of the other, an identity of its own, and begins with a whole snapshot of the batch: its offsets,
/// clocks, counts and position of the output are those that were committed with it. Batches before it come along only if
/// their output may not have been published.
///
/// # After a crash
/// The manifest is written last. Until then the directory is no store, and is refused by whoever opens it.
public struct StoreFork {
  private let source: any Directory
  private let options: StoreForkOptions

  /// A fork of the store in a directory.
  public init(of source: any Directory, options: StoreForkOptions) {
    self.source = source
    self.options = options
  }

  /// Makes the new store, and returns when all of it is durable.
  ///
  /// - Parameters:
  ///   - batch: the batch from which it goes on; nil for the newest.
  ///   - target: an empty directory.
  ///   - empty: makes an empty state of the store's plan for that many shards and that seed.
  /// - Throws: `LogError` `.mismatch` for a batch that can't be restored, with those that can, and for a directory that
  ///   isn't empty; `.corruption` for the newest batch of a damaged store; `.noStore`, `.storage`.
  public func make(
    from batch: BatchID?, into target: any Directory, empty: (Int, UInt64) -> StreamState
  ) throws(LogError) -> StoreForkReport {
    try requireEmpty(target)
    let reader = StoreReader(source, clock: options.clock)
    var attempts = 8
    while true {
      let facts = try reader.facts()
      do throws(LogError) {
        return try make(from: batch, facts, reader, into: target, empty)
      } catch {
        // The writer of a store in use has removed a segment meanwhile. Nothing is written before all of it is read.
        attempts -= 1
        guard error.cause?.code == .notFound, attempts > 0 else { throw error }
      }
    }
  }

  private func make(
    from batch: BatchID?, _ facts: StoreFacts, _ reader: StoreReader, into target: any Directory,
    _ empty: (Int, UInt64) -> StreamState
  ) throws(LogError) -> StoreForkReport {
    let plan = try RecoveryPlanner.plan(facts, through: batch)
    guard let last = plan.last else {
      throw LogError(.mismatch, "the store has no batch to go on from", file: facts.path)
    }
    var report = StoreForkReport(batch: last.batch, store: StoreID(high: options.random(), low: options.random()))
    var records: [CommitLog.CarriedRecord] = []
    for number in first(through: last, facts).value...last.batch.value {
      let (state, plan, _) = try reader.state(facts, through: BatchID(number), empty: empty)
      guard let wanted = plan.last else { continue }
      records.append(try record(of: try reader.commit(wanted), wanted.batch, state))
      report.groups = state.groupCount
    }
    report.records = records.count
    report.bytes = records.reduce(0) { $0 + $1.payload.count }
    report.note(later: facts.runs.flatMap { $0 }, than: last)
    report.unpublished = leftBehind(before: last, facts)
    try write(records, report, facts.manifest, into: target)
    return report
  }

  private func requireEmpty(_ target: any Directory) throws(LogError) {
    do {
      guard let entry = try target.entries().first(where: { $0.name != StoreNames.lock }) else { return }
      throw LogError(
        .mismatch, "a fork needs a new or empty directory, and \(target.path) holds \(entry.name)", file: target.path)
    } catch let error as LogError {
      throw error
    } catch let error as StorageError {
      throw LogError(error, "the new store's directory can't be listed")
    } catch {
      throw LogError(.storage, "\(error)", file: target.path)
    }
  }

  /// The first batch whose output may not be published and whose state can be restored, up to the wanted one, which is
  /// taken if there is none.
  private func first(through last: BatchFacts, _ facts: StoreFacts) -> BatchID {
    restorable(with: last, facts).first {
      $0.batch >= published(facts, last) && $0.batch <= last.batch && $0.receipt != nil
    }?.batch ?? last.batch
  }

  private func published(_ facts: StoreFacts, _ last: BatchFacts) -> BatchID {
    facts.runs.flatMap { $0 }.map(\.publishedBefore).max() ?? last.batch
  }

  /// The batches of the run that holds a batch, from the first whose state can be restored.
  private func restorable(with last: BatchFacts, _ facts: StoreFacts) -> ArraySlice<BatchFacts> {
    let run = facts.runs.first { $0.contains { $0.batch == last.batch } } ?? []
    let shards = facts.manifest.identity.shardCount
    let start = run.indices.first { RecoveryPlanner.hasBases(Array(run[...$0]), shards) } ?? run.endIndex
    return run[start...]
  }

  /// The batches in front of those, from the first whose output may not be published, where that may have been any.
  private func leftBehind(before last: BatchFacts, _ facts: StoreFacts) -> ClosedRange<BatchID>? {
    let published = published(facts, last)
    guard let first = restorable(with: last, facts).first?.batch, published < first, first.value > 0 else { return nil }
    let range = published...BatchID(first.value - 1)
    let known = facts.runs.flatMap { $0 }.filter { range.contains($0.batch) }
    // What is whole and wrote nothing has nothing to lose; what is damaged may have written something.
    return UInt64(known.count) == range.count && !known.contains { $0.receipt != nil } ? nil : range
  }

  /// A batch's record with a snapshot of the state after it.
  private func record(
    of commit: CommitRecord, _ batch: BatchID, _ state: borrowing StreamState
  ) throws(LogError) -> CommitLog.CarriedRecord {
    do {
      var compressor = try ZstdCompressor(level: options.compressionLevel)
      var raw = ByteWriter(capacity: 1 << 12)
      state.encodeSnapshot(into: &raw)
      var frame = ByteWriter(capacity: raw.count / 2)
      _ = try compressor.compress(raw.rawSpan, appendingTo: &frame)
      var commit = commit
      commit.sections = [
        StateSection(kind: .snapshot, operatorID: 0, shard: 0, rawLength: raw.count, frame: frame.bytes)
      ]
      var payload = ByteWriter(capacity: frame.count + 512)
      try commit.encode(into: &payload, compressor: &compressor)
      return CommitLog.CarriedRecord(.snapshot, batch, payload: payload.bytes)
    } catch {
      throw LogError(.storage, "the state of batch \(batch) can't be encoded: \(error)")
    }
  }

  private func write(
    _ records: [CommitLog.CarriedRecord], _ report: StoreForkReport, _ manifest: Manifest, into target: any Directory
  ) throws(LogError) {
    let lock: any DirectoryLock
    do {
      lock = try target.lock(StoreNames.lock, owner: options.owner)
    } catch {
      throw LogError(error, "the new store can't be locked")
    }
    defer { lock.release() }
    var identity = manifest.identity
    identity.shardCount = options.shardCount ?? identity.shardCount
    let root = Manifest(store: report.store, epoch: Epoch(1), identity: identity, plan: manifest.plan, segments: [])
    var log = try CommitLog.begin(
      in: target, lock: lock, manifest: root, sealed: [], number: 1, last: SequenceNumber(0), chain: 0,
      carrying: records, options: options.log)
    try log.close(batch: report.batch)
  }
}

/// How a fork is made.
public struct StoreForkOptions: Sendable {
  /// The shards of the new store, a power of two; nil for those of the other one.
  public var shardCount: Int?
  /// The level of compression.
  public var compressionLevel: Int32 = 1
  /// How the log is written.
  public var log = LogOptions()
  /// Who makes it, for the message to the next one who tries.
  public var owner = "pid ?"
  /// Monotonic nanoseconds.
  public var clock: @Sendable () -> UInt64
  /// A source of random words, for the new store's identity.
  public var random: @Sendable () -> UInt64

  /// Options with the defaults for everything else.
  public init(clock: @escaping @Sendable () -> UInt64, random: @escaping @Sendable () -> UInt64) {
    self.clock = clock
    self.random = random
  }
}

/// What a fork came to, and what goes with the batches that it leaves behind.
public struct StoreForkReport: Sendable, Hashable {
  /// The batch from which the new store goes on.
  public var batch: BatchID
  /// The identity of the new store.
  public var store: StoreID
  /// The groups of its state.
  public var groups = 0
  /// Batches that it begins with; more than one if the output of earlier ones may not be published.
  public var records = 0
  /// The bytes of their records.
  public var bytes = 0
  /// Later batches that the other store is known to have committed, and that are computed again.
  public var repeated: ClosedRange<BatchID>?
  /// The rows of those batches.
  public var repeatedRows: UInt64 = 0
  /// Those of them that wrote output, which doesn't belong to the new store.
  public var outputs: [BatchID] = []
  /// Earlier batches, in front of damage, whose output may never have been published and isn't taken along.
  public var unpublished: ClosedRange<BatchID>?

  init(batch: BatchID, store: StoreID) {
    self.batch = batch
    self.store = store
  }

  /// Notes the batches that come after one.
  mutating func note(later batches: [BatchFacts], than last: BatchFacts) {
    let later = batches.filter { $0.batch > last.batch }
    guard let newest = later.max(by: { $0.batch < $1.batch }) else { return }
    repeated = last.batch.next...newest.batch
    repeatedRows = newest.rowsRead &- last.rowsRead
    outputs = later.filter { $0.receipt != nil }.map(\.batch)
  }
}
