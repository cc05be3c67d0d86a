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
  /// Groups read from snapshots.
  public var snapshotGroups = 0
  /// Groups read from deltas.
  public var redoGroups = 0
  /// Batches redone.
  public var batchesRedone = 0
  /// Time spent on reading records from their segments, and on their checksums.
  public var readNanos: UInt64 = 0
  /// Time spent on snapshots.
  public var snapshotNanos: UInt64 = 0
  /// Time spent on deltas.
  public var redoNanos: UInt64 = 0

  mutating func note(_ section: StateSection, groups: Int, nanos: UInt64) {
    if section.kind == .shardDelta {
      redoGroups += groups
      redoBytes += section.rawLength
      redoNanos += nanos
    } else {
      snapshotGroups += groups
      snapshotBytes += section.rawLength
      snapshotNanos += nanos
    }
  }
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
  public mutating func restore(_ plan: RecoveryPlan, into state: inout StreamState) throws(LogError) {
    guard let last = plan.last else { return }
    var reader = try SectionReader(directory)
    for batch in plan.redo {
      try reader.apply(batch, plan.bases, to: &state, &figures, clock)
      if batch.sequence > (plan.oldestBase ?? last.sequence) { figures.batchesRedone += 1 }
    }
    // The digest is computed once at the end, from nothing: following it through every delta would cost twice each.
    let started = clock()
    state.endBatch()
    state.beginBatch()
    figures.snapshotNanos += clock() &- started
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

  /// The bytes of a part of the state.
  mutating func bytes(of section: StateSection, _ batch: BatchFacts) throws(LogError) -> [UInt8] {
    do {
      return try decompressor.decompress(section.frame.rawSpan, limit: section.rawLength)
    } catch {
      throw corruption("\(error)", batch)
    }
  }

  /// Puts the parts of a batch's record into a state that belong to the snapshots of their shards or stand behind them.
  ///
  /// The state's digest is not brought up to date.
  mutating func apply(
    _ batch: BatchFacts, _ bases: [ShardBase], to state: inout StreamState, _ figures: inout RestoreFigures,
    _ clock: () -> UInt64
  ) throws(LogError) {
    let begun = clock()
    let commit = try commit(batch)
    figures.readNanos += clock() &- begun
    for section in commit.sections where !section.isDamaged {
      let started = clock()
      var newer: Set<Int> = []
      if section.kind == .snapshot {
        newer = Set(bases.indices.filter { !bases[$0].takes(.snapshot, of: batch.sequence) })
        if newer.count == bases.count { continue }
      } else if section.shard >= bases.count || !bases[section.shard].takes(section.kind, of: batch.sequence) {
        continue
      }
      let bytes = try bytes(of: section, batch)
      let shard = section.kind == .snapshot ? nil : section.shard
      let groups = try put(bytes, shard, skipping: newer, batch, into: &state)
      figures.note(section, groups: groups, nanos: clock() &- started)
    }
    try close(&state, through: batch)
  }

  /// Drops the panes that had ended after a batch.
  func close(_ state: inout StreamState, through batch: BatchFacts) throws(LogError) {
    let count = state.states.count
    if batch.watermarks.isEmpty {
      state.close(through: Array(repeating: batch.watermark, count: count))
    } else {
      guard batch.watermarks.count == count else {
        throw corruption("it has \(batch.watermarks.count) watermarks for \(count) operators", batch)
      }
      state.close(through: batch.watermarks)
    }
  }

  /// Puts bytes into a state. Returns the number of groups in them.
  @discardableResult
  func put(
    _ bytes: [UInt8], _ shard: Int?, skipping skipped: Set<Int> = [], _ batch: BatchFacts,
    into state: inout StreamState
  ) throws(LogError) -> Int {
    do {
      return try state.put(bytes.rawSpan, shard: shard, skipping: skipped)
    } catch {
      throw corruption("\(error)", batch)
    }
  }

  func corruption(_ text: String, _ batch: BatchFacts) -> LogError {
    LogError(
      .corruption, "the state of batch \(batch.batch) can't be read: \(text)",
      file: "\(directory.path)/\(batch.record.segment)", offset: batch.record.offset, sequence: batch.sequence)
  }
}
