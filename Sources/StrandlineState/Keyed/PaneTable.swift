import StrandlineColumns

/// The groups of one pane in one shard, and what the current batch has changed of them.
///
/// # Invariants
/// - `digest` is the sum over all groups as they were when the batch began, less those touched since; `settle` adds the
///   touched ones as they are now. After `put` it is stale, and `settle` computes it from nothing.
/// - A group is in `touched` exactly if its bit in `marks` is set. A removed group stays there until the next batch.
struct PaneTable: Sendable {
  /// The groups. Whoever changes words or blobs has touched the group before.
  var table: GroupTable
  /// The groups changed since the last batch ended, in order of their first change.
  private(set) var touched: [Int32] = []
  private(set) var digest = StateDigest()
  /// The digest at the end of the last batch.
  private(set) var settledDigest = StateDigest()
  private var isStale = false
  private var marks: [UInt64] = []
  /// The number of positions at the end of the last batch.
  private var settled = 0
  /// The number of positions at the end of the batch before the last one.
  private var settledBefore = 0
  /// The number of groups at the end of the last batch.
  private(set) var settledGroups = 0
  /// How often positions have changed.
  private(set) var compactions = 0

  init(_ plan: KeyedStatePlan) {
    table = GroupTable(keyType: plan.keys.columnType, width: plan.values.width, blobs: plan.values.blobs)
  }

  /// Merges groups of a batch's own table.
  mutating func merge(
    _ partial: GroupTable, _ sources: [Int32], keys: KeyBatch, layout: AccumulatorLayout, seed: GroupDigest
  ) throws(StateError) {
    var groups: [Int32] = []
    try table.lookUp(keys, into: &groups)
    touch(groups, seed: seed)
    try layout.merge(partial, sources, into: &table, groups: groups)
  }

  /// Gives groups new words, whatever they had: what a snapshot or a delta says of them. They don't count as touched.
  ///
  /// - Parameter groups: memory for the group of each key, used again from call to call.
  mutating func put(
    _ keys: KeyBatch, words: [[Int64]], blobs: [[[UInt8]]], identities: [Int64], groups: inout [Int32]
  ) throws(StateError) {
    let before = table.count
    table.reserve(keys.count)
    try table.lookUp(keys, into: &groups)
    isStale = true
    if table.count == before + keys.count && table.nullGroup == nil {
      // All of them are new, so they lie in the order of their keys.
      for index in words.indices { table.words[index].append(contentsOf: words[index]) }
      for index in blobs.indices { table.blobs[index].append(contentsOf: blobs[index]) }
      return
    }
    table.extend(identities)
    for index in words.indices { Self.scatter(words[index], into: &table.words[index], at: groups) }
    for index in blobs.indices {
      for (position, group) in groups.enumerated() { table.blobs[index][Int(group)] = blobs[index][position] }
    }
  }

  /// Removes the groups of keys, whatever they had, if they are there: what a delta says of them. A key may come twice.
  mutating func remove(_ keys: KeyBatch) {
    isStale = true
    for row in 0..<keys.count {
      if let group = table.find(keys, row) { table.remove(group, hash: keys.hashes[row]) }
    }
  }

  private static func scatter(_ source: [Int64], into target: inout [Int64], at groups: [Int32]) {
    let source = source.span
    let groups = groups.span
    var target = target.mutableSpan
    for position in groups.indices { target[Int(groups[position])] = source[position] }
  }

  /// Finds the groups of keys, adding those that are not there, and notes them as changed.
  mutating func touch(
    _ keys: KeyBatch, identities: [Int64], seed: GroupDigest, into groups: inout [Int32]
  ) throws(StateError) {
    try table.lookUp(keys, into: &groups)
    touch(groups, seed: seed)
    table.extend(identities)
  }

  /// Removes a group that is there, by the hash of its key.
  mutating func remove(_ group: Int32, hash: UInt64, seed: GroupDigest) {
    touch([group], seed: seed)
    table.remove(Int(group), hash: hash)
  }

  /// Notes groups as changed, and takes those that were there before out of the digest.
  mutating func touch(_ groups: [Int32], seed: GroupDigest) {
    if marks.count * 64 < table.count {
      marks.append(contentsOf: repeatElement(0, count: (table.count + 63) / 64 - marks.count))
    }
    for group in groups {
      let word = Int(group) >> 6
      let bit = 1 << UInt64(group & 63) as UInt64
      if marks[word] & bit != 0 { continue }
      marks[word] |= bit
      touched.append(group)
      if group < settled { digest.subtract(term(Int(group), seed)) }
    }
  }

  /// Brings the digest up to date with the touched groups. They stay known as touched.
  mutating func settle(seed: GroupDigest) {
    if isStale {
      digest = recomputedDigest(seed: seed)
      isStale = false
    } else {
      for group in touched where !table.isRemoved(Int(group)) { digest.add(term(Int(group), seed)) }
    }
    settledBefore = settled
    settled = table.count
    settledGroups = table.liveCount
    settledDigest = digest
  }

  /// Forgets what was touched: the next batch begins.
  mutating func beginBatch() {
    for group in touched { marks[Int(group) >> 6] = 0 }
    touched.removeAll(keepingCapacity: true)
    if table.removedCount > 0 && table.compact() {
      settled = table.count
      compactions += 1
    }
  }

  /// The groups that the batch has changed and not removed, and those that it has removed of the ones that were there before it.
  ///
  /// The second ones are known when the batch has ended, and have each key once: one that came and went within the batch is in
  /// no snapshot and no delta.
  var changes: (live: [Int32], removed: [Int32]) {
    guard table.removedCount > 0 else { return (touched, []) }
    return (
      touched.filter { !table.isRemoved(Int($0)) },
      touched.filter { $0 < settledBefore && table.isRemoved(Int($0)) }
    )
  }

  /// The digest of all groups, computed from nothing. Linear in the groups.
  func recomputedDigest(seed: GroupDigest) -> StateDigest {
    var sum = StateDigest()
    if table.removedCount > 0 || !table.blobs.isEmpty {
      for group in 0..<table.count where !table.isRemoved(group) { sum.add(term(group, seed)) }
      return sum
    }
    // Column by column over a few groups at a time, so that the columns' arrays aren't looked up for every group.
    var hashes: [GroupDigest] = []
    for start in stride(from: 0, to: table.count, by: Self.digestBlock) {
      let block = start..<min(start + Self.digestBlock, table.count)
      hashes.removeAll(keepingCapacity: true)
      hashes.append(contentsOf: repeatElement(seed, count: block.count))
      absorbKeys(of: block, into: &hashes)
      for column in table.words { Self.absorb(column, block, into: &hashes) }
      for hash in hashes { sum.add(hash.value) }
    }
    return sum
  }

  private static let digestBlock = 256

  private func absorbKeys(of block: Range<Int>, into hashes: inout [GroupDigest]) {
    if table.keys.type != .string && !(table.nullGroup.map { block.contains($0) } ?? false) {
      Self.absorb(table.keys.words, block, into: &hashes)
    } else {
      for group in block { absorbKey(of: group, into: &hashes[group - block.lowerBound]) }
    }
  }

  private static func absorb(_ words: [Int64], _ block: Range<Int>, into hashes: inout [GroupDigest]) {
    let words = words.span.extracting(block)
    var hashes = hashes.mutableSpan
    for index in words.indices { hashes[index].absorb(UInt64(bitPattern: words[index])) }
  }

  private func term(_ group: Int, _ seed: GroupDigest) -> UInt128 {
    var hash = seed
    absorbKey(of: group, into: &hash)
    for column in table.words { hash.absorb(UInt64(bitPattern: column[group])) }
    for column in table.blobs { hash.absorb(column[group], 0..<column[group].count) }
    return hash.value
  }

  @inline(__always)
  private func absorbKey(of group: Int, into hash: inout GroupDigest) {
    if group == table.nullGroup {
      // Two words: any single one is also that of a key.
      hash.absorb(0x6E75_6C6C)
      hash.absorb(0)
    } else if table.keys.type == .string {
      hash.absorb(table.keys.bytes, Int(table.keys.offsets[group])..<Int(table.keys.offsets[group + 1]))
    } else {
      hash.absorb(UInt64(bitPattern: table.keys.words[group]))
    }
  }
}
