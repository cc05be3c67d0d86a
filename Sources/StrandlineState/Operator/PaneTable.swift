import StrandlineColumns

/// The groups of one pane in one shard, and what the current batch has changed of them.
///
/// # Invariants
/// - `digest` is the sum over all groups as they were when the batch began, less those touched since; `settle` adds the
///   touched ones as they are now.
/// - A group is in `touched` exactly if its bit in `marks` is set.
struct PaneTable: Sendable {
  private(set) var table: GroupTable
  /// The groups changed since the last batch ended, in order of their first change.
  private(set) var touched: [Int32] = []
  private(set) var digest = StateDigest()
  /// The digest at the end of the last batch.
  private(set) var settledDigest = StateDigest()
  private var marks: [UInt64] = []
  /// The number of groups at the end of the last batch.
  private(set) var settled = 0

  init(keyType: ColumnType, width: Int) {
    table = GroupTable(keyType: keyType, width: width)
  }

  /// Merges groups of a batch's own table.
  mutating func merge(
    _ partial: GroupTable, _ sources: [Int32], keys: KeyBatch, layout: AccumulatorLayout, seed: GroupDigest
  ) throws(StateError) {
    var groups: [Int32] = []
    try table.lookUp(keys, into: &groups)
    touch(groups, seed: seed)
    layout.merge(partial, sources, into: &table, groups: groups)
  }

  /// Gives groups new words, whatever they had: what a snapshot or a delta says of them.
  mutating func put(
    _ keys: KeyBatch, words: [[Int64]], rows: [Int32]?, layout: AccumulatorLayout, seed: GroupDigest
  ) throws(StateError) {
    var groups: [Int32] = []
    try table.lookUp(keys, into: &groups)
    touch(groups, seed: seed)
    table.extend(layout.identities)
    for index in words.indices {
      let source = words[index]
      for (position, group) in groups.enumerated() {
        table.words[index][Int(group)] = source[rows.map { Int($0[position]) } ?? position]
      }
    }
  }

  /// Notes groups as changed, and takes those that were there before out of the digest.
  private mutating func touch(_ groups: [Int32], seed: GroupDigest) {
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
    for group in touched { digest.add(term(Int(group), seed)) }
    settled = table.count
    settledDigest = digest
  }

  /// Forgets what was touched: the next batch begins.
  mutating func beginBatch() {
    for group in touched { marks[Int(group) >> 6] = 0 }
    touched.removeAll(keepingCapacity: true)
  }

  /// The digest of all groups, computed from nothing.
  func recomputedDigest(seed: GroupDigest) -> StateDigest {
    var sum = StateDigest()
    for group in 0..<table.count { sum.add(term(group, seed)) }
    return sum
  }

  private func term(_ group: Int, _ seed: GroupDigest) -> UInt128 {
    var hash = seed
    if group == table.nullGroup {
      // Two words: any single one is also that of a key.
      hash.absorb(0x6E75_6C6C)
      hash.absorb(0)
    } else if table.keys.type == .string {
      hash.absorb(table.keys.bytes, Int(table.keys.offsets[group])..<Int(table.keys.offsets[group + 1]))
    } else {
      hash.absorb(UInt64(bitPattern: table.keys.words[group]))
    }
    for column in table.words { hash.absorb(UInt64(bitPattern: column[group])) }
    return hash.value
  }
}
