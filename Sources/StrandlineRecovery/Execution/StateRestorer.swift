import StrandlineBytes
public import StrandlineLog
public import StrandlineState
public import StrandlineStorage

/// How long the parts of a restore took, and what they read.
public struct RestoreFigures: Sendable, Hashable {
  /// Bytes of state read from snapshots, uncompressed.
  public var snapshotBytes = 0
  /// Bytes of state read from deltas, uncompressed.
  public var redoBytes = 0
  /// Batches redone.
  public var batchesRedone = 0
  /// Time spent on snapshots.
  public var snapshotNanos: UInt64 = 0
  /// Time spent on deltas.
  public var redoNanos: UInt64 = 0
}

/// Carries out the part of a plan that reads: snapshots, then deltas, then the digest.
public struct StateRestorer {
  private let directory: any Directory
  private let clock: () -> UInt64
  /// What the restore took.
  public private(set) var figures = RestoreFigures()

  /// A restorer that reads from that directory.
  ///
  /// - Parameter clock: monotonic nanoseconds.
  public init(_ directory: any Directory, clock: @escaping () -> UInt64) {
    self.directory = directory
    self.clock = clock
  }

  /// Restores the state of a plan into an empty state. Linear in the bytes read.
  ///
  /// - Throws: `LogError` `.corruption` when bytes aren't a state, or the digest is not that of the last batch.
  public mutating func restore(_ plan: RecoveryPlan, into state: inout WindowedAggregation) throws(LogError) {
    guard let last = plan.last else { return }
    var reader = try SectionReader(directory)
    for batch in plan.redo {
      let started = clock()
      let isBase = plan.bases.contains(batch.sequence)
      try reader.apply(batch, plan.bases, to: &state, &figures)
      let took = clock() &- started
      if isBase { figures.snapshotNanos += took } else { figures.redoNanos += took }
      if batch.sequence > (plan.bases.min() ?? last.sequence) { figures.batchesRedone += 1 }
    }
    guard state.digest.value == last.digest else {
      throw LogError(
        .corruption,
        "the restored state has the digest \(state.digest), and batch \(last.batch) was committed with another",
        file: "\(directory.path)/\(last.record.segment)", offset: last.record.offset, sequence: last.sequence)
    }
  }
}

/// Reads the sections of batches' records and puts them into a state.
struct SectionReader: ~Copyable {
  private let directory: any Directory
  private var decompressor: ZstdDecompressor

  init(_ directory: any Directory) throws(LogError) {
    self.directory = directory
    do {
      decompressor = try ZstdDecompressor()
    } catch {
      throw LogError(.storage, "zstd can't be used: \(error)")
    }
  }

  /// The whole record of a batch.
  mutating func commit(_ batch: BatchFacts) throws(LogError) -> CommitRecord {
    let payload = try SegmentScanner.payload(of: batch.record, in: directory)
    let commit: CommitRecord
    do {
      commit = try CommitRecord(
        decoding: payload.rawSpan, withSections: true, toleratingDamage: batch.record.isDegraded,
        decompressor: &decompressor)
    } catch {
      throw corruption("\(error)", batch)
    }
    guard commit.sections.map(\.isDamaged) == batch.sections.map(\.isDamaged) else {
      throw corruption("the record changed while it was being read", batch)
    }
    return commit
  }

  /// Puts a part of the state into a state.
  mutating func put(_ section: StateSection, into state: inout WindowedAggregation) throws {
    let bytes = try decompressor.decompress(section.frame.rawSpan, limit: section.rawLength)
    try state.put(bytes.rawSpan, shard: section.kind == .snapshot ? nil : section.shard)
  }

  /// Applies what a batch's record says of the shards whose base is not newer.
  mutating func apply(
    _ batch: BatchFacts, _ bases: [SequenceNumber], to state: inout WindowedAggregation,
    _ figures: inout RestoreFigures
  ) throws(LogError) {
    let commit = try commit(batch)
    do {
      for section in commit.sections where !section.isDamaged {
        switch section.kind {
        case .snapshot:
          guard bases.contains(batch.sequence) else { continue }
          figures.snapshotBytes += section.rawLength
        case .shardSnapshot:
          guard section.shard < bases.count, bases[section.shard] == batch.sequence else { continue }
          figures.snapshotBytes += section.rawLength
        case .shardDelta:
          guard section.shard < bases.count, bases[section.shard] < batch.sequence else { continue }
          figures.redoBytes += section.rawLength
        }
        let bytes = try decompressor.decompress(section.frame.rawSpan, limit: section.rawLength)
        let newer = section.kind == .snapshot ? Set(bases.indices.filter { bases[$0] > batch.sequence }) : []
        try state.put(
          bytes.rawSpan, shard: section.kind == .snapshot ? nil : section.shard, skipping: newer)
      }
    } catch {
      throw corruption("\(error)", batch)
    }
    state.close(through: batch.watermark)
    state.endBatch()
    state.beginBatch()
  }

  func corruption(_ text: String, _ batch: BatchFacts) -> LogError {
    LogError(
      .corruption, "the state of batch \(batch.batch) can't be read: \(text)",
      file: "\(directory.path)/\(batch.record.segment)", offset: batch.record.offset, sequence: batch.sequence)
  }
}
