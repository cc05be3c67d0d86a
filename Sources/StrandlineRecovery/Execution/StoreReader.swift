public import StrandlineLog
public import StrandlineState
public import StrandlineStorage

/// Reads a store without its lock: for looking at one, live or not.
///
/// A writer may be at work. What it has not synced may be seen half written: that is a torn tail, not damage. When it has
/// removed a segment under our eyes, the store is read again.
public struct StoreReader {
  private let directory: any Directory
  private let clock: () -> UInt64

  /// A reader of a store.
  public init(_ directory: any Directory, clock: @escaping () -> UInt64) {
    self.directory = directory
    self.clock = clock
  }

  /// The facts of the store.
  ///
  /// - Throws: `LogError` `.noStore` where there is none.
  public func facts() throws(LogError) -> StoreFacts {
    for _ in 0..<8 {
      guard let facts = try StoreFacts.gather(directory) else {
        throw LogError(
          .noStore, "there is no store at \(directory.path): it has no \(Manifest.name)", file: directory.path)
      }
      if try ManifestFile.read(directory) == facts.manifest { return facts }
    }
    throw LogError(.storage, "the store changes faster than it can be read", file: directory.path)
  }

  /// The state after a batch, or after the newest.
  public func state(
    _ facts: StoreFacts, through batch: BatchID? = nil, empty: (Int, UInt64) -> WindowedAggregation
  ) throws(LogError) -> (state: WindowedAggregation, plan: RecoveryPlan, figures: RestoreFigures) {
    let plan = try RecoveryPlanner.plan(facts, through: batch)
    var state = empty(facts.manifest.identity.shardCount, facts.manifest.identity.hashSeed)
    var restorer = StateRestorer(directory, clock: clock)
    try restorer.restore(plan, into: &state)
    return (state, plan, restorer.figures)
  }

  /// The whole record of a batch.
  public func commit(_ batch: BatchFacts) throws(LogError) -> CommitRecord {
    var reader = try SectionReader(directory)
    return try reader.commit(batch)
  }

  /// Reads everything that a store holds and computes every digest that can be computed, from nothing.
  ///
  /// Damage that recovery survives is in the report's plan, as `degraded`.
  ///
  /// - Parameter progress: is told how many batches of how many are done.
  /// - Throws: `LogError` `.corruption` for the first damage that recovery doesn't survive.
  public func verify(
    _ facts: StoreFacts, empty: (Int, UInt64) -> WindowedAggregation, progress: (Int, Int) -> Void
  ) throws(LogError) -> VerificationReport {
    let plan = try RecoveryPlanner.plan(facts)
    var report = VerificationReport(plan: plan)
    let identity = facts.manifest.identity
    var state = empty(identity.shardCount, identity.hashSeed)
    var reader = try SectionReader(directory)
    var complete = Set<Int>()
    var figures = RestoreFigures()
    for (index, batch) in facts.batches.enumerated() {
      if batch.sections.contains(where: { $0.kind == .snapshot }) {
        state = empty(identity.shardCount, identity.hashSeed)
        complete = Set(0..<identity.shardCount)
        try reader.apply(
          batch, Array(repeating: batch.sequence, count: identity.shardCount), to: &state, &figures)
      } else {
        var bases = [SequenceNumber](repeating: SequenceNumber(0), count: identity.shardCount)
        for section in batch.sections
        where section.kind == .shardSnapshot && !section.isDamaged && section.shard < bases.count
          && !complete.contains(section.shard)
        {
          bases[section.shard] = batch.sequence
          complete.insert(section.shard)
        }
        // Shards that nothing is known of yet take no deltas.
        for shard in bases.indices where !complete.contains(shard) { bases[shard] = SequenceNumber(.max) }
        try reader.apply(batch, bases, to: &state, &figures)
        try checkShardSnapshots(batch, state, &reader)
      }
      if complete.count == identity.shardCount {
        let digest = state.recomputedDigest()
        guard digest.value == batch.digest, state.digest == digest else {
          throw LogError(
            .corruption, "the state after batch \(batch.batch) has the digest \(digest), not the one committed",
            file: "\(directory.path)/\(batch.record.segment)", offset: batch.record.offset, sequence: batch.sequence)
        }
        report.digests += 1
      }
      report.records += 1
      progress(index + 1, facts.batches.count)
    }
    report.bytes = figures.snapshotBytes + figures.redoBytes
    return report
  }

  /// A shard's snapshot must say the same as the state to which its delta has been applied.
  private func checkShardSnapshots(
    _ batch: BatchFacts, _ state: WindowedAggregation, _ reader: inout SectionReader
  ) throws(LogError) {
    let shards = batch.sections.filter { $0.kind == .shardSnapshot }.map(\.shard)
    if shards.isEmpty { return }
    let commit = try reader.commit(batch)
    for section in commit.sections where section.kind == .shardSnapshot && !section.isDamaged {
      let digest = try reader.digest(of: section, batch, like: state)
      guard digest == state.recomputedDigest(ofShard: section.shard) else {
        throw LogError(
          .corruption, "the snapshot of shard \(section.shard) differs from the state redone",
          file: "\(directory.path)/\(batch.record.segment)", offset: batch.record.offset, sequence: batch.sequence)
      }
    }
  }
}

/// What `verify` read.
public struct VerificationReport: Sendable {
  /// The plan for the store as it is.
  public var plan: RecoveryPlan
  /// Batches' records read.
  public var records = 0
  /// Digests computed from nothing and found equal.
  public var digests = 0
  /// Bytes of state read, uncompressed.
  public var bytes = 0
}

extension SectionReader {
  /// The digest of a shard's snapshot, put into an empty state of the same plan.
  mutating func digest(
    of section: StateSection, _ batch: BatchFacts, like state: WindowedAggregation
  ) throws(LogError) -> StateDigest {
    var alone = state.emptied()
    do {
      try put(section, into: &alone)
    } catch {
      throw corruption("\(error)", batch)
    }
    return alone.recomputedDigest()
  }
}
