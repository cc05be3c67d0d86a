import StrandlineLog
import StrandlineState
import StrandlineStorage

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

/// Goes through all records of a store and computes what they say, in every way in which they say it.
///
/// # Overview
/// The state is redone batch by batch, and its digest compared with the one committed. A shard's snapshot is put together
/// beside it, slice by slice, with the deltas behind its first one, as recovery would; when it is whole it must be the same
/// as the shard that was redone. Until all shards are known, since the log begins somewhere, there is no digest to compare.
struct Verification: ~Copyable {
  private(set) var report: VerificationReport
  private let path: String
  private var reader: SectionReader
  private var state: StreamState
  /// The shards of which everything is known.
  private var complete = Set<Int>()
  /// Snapshots of shards that are under way.
  private var building: [Int: StreamState] = [:]

  init(
    _ facts: StoreFacts, _ directory: any Directory, empty: (Int, UInt64) -> StreamState
  ) throws(LogError) {
    let plan = try RecoveryPlanner.plan(facts)
    reader = try SectionReader(directory)
    report = VerificationReport(plan: plan)
    path = directory.path
    state = empty(facts.manifest.identity.shardCount, facts.manifest.identity.hashSeed)
  }

  /// Checks the next batch's record.
  ///
  /// - Throws: `LogError` `.corruption`.
  mutating func check(_ batch: BatchFacts) throws(LogError) {
    let commit = try reader.commit(batch)
    var finished: [Int] = []
    for section in commit.sections where section.kind == .snapshot || section.shard < state.shardCount {
      if try take(section, batch) { finished.append(section.shard) }
    }
    try reader.close(&state, through: batch)
    state.endBatch()
    state.beginBatch()
    for (shard, snapshot) in building {
      var snapshot = snapshot
      building[shard] = nil
      try reader.close(&snapshot, through: batch)
      building[shard] = snapshot
    }
    for shard in finished { try finish(shard, batch) }
    if complete.count == state.shardCount {
      let digest = state.recomputedDigest()
      guard digest.value == batch.digest, state.digest == digest else {
        throw corruption("the state after batch \(batch.batch) has the digest \(digest), not the one committed", batch)
      }
      report.digests += 1
    }
    report.records += 1
  }

  /// Puts a part of the state where it belongs. Returns whether a shard's snapshot is whole with it.
  private mutating func take(_ section: StateSection, _ batch: BatchFacts) throws(LogError) -> Bool {
    let shard = section.shard
    if section.isDamaged {
      building[shard] = nil
      return false
    }
    let bytes = try reader.bytes(of: section, batch)
    report.bytes += section.rawLength
    switch section.kind {
    case .snapshot:
      state = state.emptied()
      building = [:]
      complete = Set(0..<state.shardCount)
      try reader.put(bytes, nil, batch, into: &state)
      return false
    case .shardSnapshot, .firstSlice:
      building[shard] = state.emptied()
    case .middleSlice, .lastSlice, .shardDelta:
      break
    }
    if section.kind == .shardDelta && complete.contains(shard) { try reader.put(bytes, shard, batch, into: &state) }
    guard var snapshot = building.removeValue(forKey: shard) else { return false }
    try reader.put(bytes, shard, batch, into: &snapshot)
    building[shard] = snapshot
    return section.kind == .shardSnapshot || section.kind == .lastSlice
  }

  /// A shard's snapshot is whole: it must be the shard, if that is known.
  private mutating func finish(_ shard: Int, _ batch: BatchFacts) throws(LogError) {
    guard var snapshot = building.removeValue(forKey: shard) else { return }
    snapshot.endBatch()
    if complete.insert(shard).inserted {
      state.adopt(shard: shard, from: snapshot)
    } else if snapshot.recomputedDigest() != state.recomputedDigest(ofShard: shard) {
      throw corruption("the snapshot of shard \(shard) differs from the state redone", batch)
    }
  }

  private func corruption(_ text: String, _ batch: BatchFacts) -> LogError {
    LogError(
      .corruption, text, file: "\(path)/\(batch.record.segment)", offset: batch.record.offset, sequence: batch.sequence)
  }
}
