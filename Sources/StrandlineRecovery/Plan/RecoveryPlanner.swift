public import StrandlineLog
import StrandlineStorage

/// Decides what recovery does, from facts alone.
public enum RecoveryPlanner {
  /// The plan for a store, or for a store as it was after an earlier batch.
  ///
  /// - Parameters:
  ///   - batch: the batch after which the state is wanted; nil for the newest.
  ///   - published: the highest batch whose output is known to be visible, which proves that its record was durable.
  /// - Throws: `LogError` `.corruption` for damage at or below the floor, with the place and what salvages the rest; the
  ///   store has not been changed.
  public static func plan(
    _ facts: StoreFacts, through batch: BatchID? = nil, publishedThrough published: BatchID? = nil
  ) throws(LogError) -> RecoveryPlan {
    let floor = floor(facts)
    // What is whole before a damaged place can still be looked at, batch by batch.
    let scans = batch == nil ? try checkedSegments(facts, floor) : []
    if batch == nil {
      try checkOrphans(facts)
      try checkPublished(published, scans, facts)
    }
    var batches = facts.batches
    if let batch {
      batches = facts.runs.first { $0.contains { $0.batch == batch } } ?? []
      batches.removeAll { $0.batch > batch }
      if batches.isEmpty { throw notRetained(batch, facts) }
    }
    let bases = try bases(batches, facts, isOlder: batch != nil)
    var plan = RecoveryPlan(
      manifest: facts.manifest, bases: bases, redo: redo(batches, bases), last: batches.last,
      commit: batches.last?.batch == facts.batches.last?.batch ? facts.newest : nil,
      floor: floor, sealedThrough: SequenceNumber(0), sealedChain: 0, sealed: [], carry: [],
      tail: tail(scans, floor), degraded: degraded(facts.batches), publish: [], remove: removals(facts),
      unknown: unknown(facts),
      highestSegment: highest(facts))
    seal(&plan, scans, facts)
    if let newest = facts.newest {
      plan.publish = facts.batches.filter { $0.batch >= newest.publishedBefore && $0.receipt != nil }
    }
    return plan
  }

  /// The highest record that any whole record, header or sealed segment proves to be durable.
  static func floor(_ facts: StoreFacts) -> SequenceNumber {
    var floor = SequenceNumber(0)
    for (index, segment) in facts.segments.enumerated() {
      guard case .success(let scan) = segment.scan else { continue }
      floor = max(floor, scan.header.floor)
      if let before = scan.header.predecessor { floor = max(floor, before.lastSequence) }
      for record in scan.records { floor = max(floor, record.header.floor) }
      if case .damaged(_, let later) = scan.end {
        for record in later { floor = max(floor, record.header.floor) }
      }
      // A sealed segment was synced before the manifest named its successor.
      if segment.entry.sealedSize != nil, index + 1 < facts.manifest.segments.count, case .clean = scan.end {
        floor = max(floor, scan.records.last?.header.sequence ?? floor)
      }
    }
    return floor
  }

  private static func checkedSegments(
    _ facts: StoreFacts, _ floor: SequenceNumber
  ) throws(LogError) -> [SegmentScan] {
    var scans: [SegmentScan] = []
    for segment in facts.segments {
      let file = "\(facts.path)/\(segment.entry.name)"
      switch segment.scan {
      case .failure(let error):
        if error.cause?.code == .notFound {
          throw corruption("a segment that the manifest names is missing", file, nil, nil, facts)
        }
        throw error.code == .corruption ? corruption(error.message, file, error.offset, error.sequence, facts) : error
      case .success(let scan):
        try check(scan, segment.entry, floor, file, facts)
        scans.append(scan)
      }
    }
    return scans
  }

  private static func check(
    _ scan: SegmentScan, _ entry: Manifest.Segment, _ floor: SequenceNumber, _ file: String, _ facts: StoreFacts
  ) throws(LogError) {
    let next = scan.records.last?.header.sequence.next ?? scan.header.firstSequence
    let isLast = entry == facts.manifest.segments.last
    switch scan.end {
    case .damaged(let reason, let later):
      if entry.sealedSize != nil || next <= floor {
        throw corruption(
          reason + (later.isEmpty ? "" : "; \(later.count) whole records follow"), file, scan.endOffset, next, facts)
      }
    case .clean:
      if isLast && next <= floor {
        throw corruption("the log ends before record \(floor), which was durable", file, scan.endOffset, next, facts)
      }
    }
    // A segment has its full size, durably, before the manifest names it, and keeps it. In one that became longer records
    // may have been shifted out of reach.
    if entry.sealedSize == nil && scan.fileSize != scan.header.capacity {
      throw corruption(
        "the segment has \(scan.fileSize) bytes, and was made with \(scan.header.capacity)", file, scan.fileSize, next,
        facts)
    }
    if SegmentName(number: scan.header.number, epoch: scan.header.epoch) != entry.name {
      throw corruption("the segment is not the one of that name", file, 0, nil, facts)
    }
    if scan.header.identity != facts.manifest.identity {
      throw corruption("the segment and the manifest disagree about seed, shards or plan", file, 0, nil, facts)
    }
  }

  /// A record whose output is visible was durable: a log that ends before it has lost it.
  private static func checkPublished(
    _ published: BatchID?, _ scans: [SegmentScan], _ facts: StoreFacts
  ) throws(LogError) {
    guard let published, let last = facts.batches.last?.batch, last < published, let scan = scans.last else { return }
    let name = SegmentName(number: scan.header.number, epoch: scan.header.epoch)
    if case .clean = scan.end, let first = facts.batches.first, first.sequence == SequenceNumber(1),
      first.batch > BatchID(0)
    {
      throw LogError(
        .mismatch,
        "the output of batch \(published) is visible, and this store is a fork that goes on behind batch \(last): remove the parts of output of batch \(last.next) and later, which are computed again",
        file: facts.path)
    }
    var text = "the output of batch \(published) is visible, and the log ends with batch \(last)"
    if case .damaged(let reason, _) = scan.end { text += " (\(reason))" }
    throw corruption(text, "\(facts.path)/\(name)", scan.endOffset, scan.records.last?.header.sequence.next, facts)
  }

  private static func checkOrphans(_ facts: StoreFacts) throws(LogError) {
    let first = facts.manifest.segments.first?.name.number ?? 0
    let last = facts.segments.compactMap { try? $0.scan.get().highest }.max()
    for orphan in facts.orphans where orphan.belongsToStore != false {
      let file = "\(facts.path)/\(orphan.name)"
      if orphan.name.epoch > facts.manifest.epoch {
        throw staleManifest(
          "the manifest is of epoch \(facts.manifest.epoch), and a segment is of epoch \(orphan.name.epoch)", file)
      }
      if let original = orphan.lastOriginal, original > last ?? SequenceNumber(0), orphan.name.number >= first {
        throw staleManifest("a segment with records of its own is not in the manifest", file)
      }
    }
  }

  /// The newest snapshot of each shard.
  ///
  /// - Parameter isOlder: whether an earlier batch was asked for, which may be gone without damage.
  private static func bases(
    _ batches: [BatchFacts], _ facts: StoreFacts, isOlder: Bool
  ) throws(LogError) -> [ShardBase] {
    let shards = facts.manifest.identity.shardCount
    guard let last = batches.last else {
      let first = facts.segments.first.flatMap { try? $0.scan.get().header.firstSequence }
      if let first, first > SequenceNumber(1) {
        throw corruption("the log has lost its batches", facts.path, nil, first, facts)
      }
      return []
    }
    var bases = [ShardBase?](repeating: nil, count: shards)
    var follower = SnapshotFollower(shardCount: shards)
    for batch in batches { follower.note(batch.sequence, batch.sections) { bases[$0] = $1 } }
    if let missing = bases.firstIndex(of: nil) {
      if let damaged = degraded(batches).first(where: { $0.shard == missing }) {
        throw corruption(
          "every snapshot of shard \(missing) that the state after batch \(last.batch) could begin with is damaged",
          "\(facts.path)/\(damaged.segment)", damaged.offset, damaged.sequence, facts)
      }
      if isOlder { throw notRetained(last.batch, facts) }
      throw corruption("no snapshot of shard \(missing) is left", facts.path, nil, last.sequence, facts)
    }
    return bases.compactMap { $0 }
  }

  /// Whether the batches hold a whole snapshot of every shard.
  static func hasBases(_ batches: [BatchFacts], _ shards: Int) -> Bool {
    var missing = Set(0..<shards)
    var follower = SnapshotFollower(shardCount: shards)
    for batch in batches { follower.note(batch.sequence, batch.sections) { shard, _ in missing.remove(shard) } }
    return missing.isEmpty
  }

  /// The batches whose state can be restored, in ascending ranges; usually one.
  public static func restorable(_ facts: StoreFacts) -> [ClosedRange<BatchID>] {
    let shards = facts.manifest.identity.shardCount
    return facts.runs.compactMap { run in
      // From the first batch on by which every shard has a snapshot, all can be restored.
      var low = 0
      var high = run.count
      while low < high {
        let middle = (low + high) / 2
        if hasBases(Array(run[...middle]), shards) { high = middle } else { low = middle + 1 }
      }
      guard low < run.count, let last = run.last else { return nil }
      return run[low].batch...last.batch
    }
  }

  /// The damaged snapshots of shards, in the order of the log.
  private static func degraded(_ batches: [BatchFacts]) -> [DegradedSnapshot] {
    batches.filter(\.record.isDegraded).flatMap { batch in
      batch.sections.filter(\.isDamaged).map { section in
        DegradedSnapshot(
          shard: section.shard, batch: batch.batch, sequence: batch.sequence, segment: batch.record.segment,
          offset: batch.record.offset)
      }
    }
  }

  private static func redo(_ batches: [BatchFacts], _ bases: [ShardBase]) -> [BatchFacts] {
    guard let oldest = bases.map(\.first).min() else { return [] }
    return batches.filter { $0.sequence >= oldest }
  }

  private static func tail(_ scans: [SegmentScan], _ floor: SequenceNumber) -> TornTail? {
    guard let scan = scans.last, case .damaged(let reason, let later) = scan.end else { return nil }
    let name = SegmentName(number: scan.header.number, epoch: scan.header.epoch)
    return TornTail(
      segment: name.description, offset: scan.endOffset, length: scan.fileSize - scan.endOffset, reason: reason,
      sequence: scan.records.last?.header.sequence.next ?? scan.header.firstSequence, laterRecords: later.count,
      isPossiblyAcknowledged: true)
  }

  /// Splits the log at the floor: what stays, and what is carried.
  private static func seal(_ plan: inout RecoveryPlan, _ scans: [SegmentScan], _ facts: StoreFacts) {
    for (scan, segment) in zip(scans, facts.segments) {
      let isLast = segment.entry == facts.manifest.segments.last
      let kept = isLast ? scan.records.filter { $0.header.sequence <= plan.floor } : scan.records
      if isLast {
        plan.carry = scan.records.filter { $0.header.sequence > plan.floor }
        // A last record that only says that the others are durable has done its work.
        while let last = plan.carry.last, !last.header.kind.isBatch { plan.carry.removeLast() }
      }
      let size = kept.last.map { $0.offset + $0.header.frameLength } ?? SegmentHeader.size
      plan.sealedThrough =
        kept.last?.header.sequence ?? max(plan.sealedThrough, SequenceNumber(scan.header.firstSequence.value &- 1))
      plan.sealedChain = kept.last?.header.chain ?? scan.header.predecessor?.chain ?? 0
      plan.sealed.append(
        CommitLog.SealedSegment(name: segment.entry.name, size: size, lastSequence: plan.sealedThrough))
    }
  }

  private static func removals(_ facts: StoreFacts) -> [String] {
    facts.temporaries + facts.orphans.filter { $0.belongsToStore != false }.map(\.name.description)
  }

  private static func unknown(_ facts: StoreFacts) -> [String] {
    (facts.unknown + facts.orphans.filter { $0.belongsToStore == false }.map(\.name.description)).sorted()
  }

  private static func highest(_ facts: StoreFacts) -> UInt64 {
    (facts.manifest.segments.map(\.name.number) + facts.orphans.map(\.name.number)).max() ?? 0
  }

  private static func notRetained(_ batch: BatchID, _ facts: StoreFacts) -> LogError {
    let ranges = restorable(facts).map {
      $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
    }
    let rest = ranges.isEmpty ? "no batch can be" : "batches \(ranges.joined(separator: " and ")) can be"
    return LogError(.mismatch, "the state after batch \(batch) can't be restored: \(rest)", file: facts.path)
  }

  private static func corruption(
    _ text: String, _ file: String, _ offset: Int?, _ sequence: SequenceNumber?, _ facts: StoreFacts
  ) -> LogError {
    let advice =
      Salvage(facts)?.advice(facts.path)
      ?? "nothing of it can be restored: begin with a new checkpoint and a new output from the source"
    return LogError(
      .corruption, "\(text); what is damaged was durable, and nothing has been changed. \(advice)", file: file,
      offset: offset, sequence: sequence)
  }

  private static func staleManifest(_ text: String, _ file: String) -> LogError {
    LogError(
      .corruption,
      "\(text): an old manifest was put back, and nothing has been changed. Put back the newest one, or all of the copy",
      file: file)
  }
}
