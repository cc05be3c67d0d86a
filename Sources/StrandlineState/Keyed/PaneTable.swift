import StrandlineColumns

/// The groups of one pane in one shard, and what the current batch has changed of them.
///
/// # Invariants
/// - `digest` is the sum over all groups but the loose ones: those that are about to change, or have since they were in the sum.
///   `settle` adds the loose ones as they are now, after which there are none. After `put` it is stale, and `settle` computes it
///   from nothing.
/// - A group is in `touched` exactly if its bit in `marks` is set, and is touched if it is loose. A removed group stays there
///   until the next batch.
struct PaneTable: Sendable {
  /// The groups. Whoever changes words or blobs has touched the group before.
  var table: GroupTable
  /// The groups changed since the last batch ended, in order of their first change.
  var touched: [Int32] = []
  var digest = StateDigest()
  /// The digest at the end of the last batch.
  private(set) var settledDigest = StateDigest()
  private var isStale = false
  /// A bit per group: whether it is in `touched`.
  var marks: [UInt64] = []
  /// A bit per group: whether it is loose.
  var loose: [UInt64] = []
  /// The loose groups.
  var looseGroups: [Int32] = []
  /// Groups from here on are new: they are neither in the digest nor loose.
  var known = 0
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

  /// Merges groups of a batch's own table: those at some places of lists of groups and their keys.
  mutating func merge(
    _ partial: GroupTable, _ sources: [Int32], keys: KeyBatch, _ places: Range<Int>, layout: AccumulatorLayout,
    seed: GroupDigest, groups: inout [Int32]
  ) throws(StateError) {
    try table.lookUp(keys, places, into: &groups)
    touch(groups[places], seed: seed)
    try layout.merge(partial, sources[places], into: &table, groups: groups[places])
  }

  /// Adds rows to their groups: those at some places of their keys and inputs.
  ///
  /// Goes through a few rows at a time, and takes their groups out of the digest and puts them in again while they are in the
  /// cache.
  mutating func add(
    _ keys: KeyBatch, _ inputs: [Column], _ places: Range<Int>, layout: AccumulatorLayout, seed: GroupDigest,
    groups: inout [Int32]
  ) throws(StateError) {
    var changed: [Int32] = []
    changed.reserveCapacity(places.count)
    var distinct = DistinctGroups(rows: min(places.count, Self.rowBlock))
    for start in stride(from: places.lowerBound, to: places.upperBound, by: Self.rowBlock) {
      let block = start..<min(start + Self.rowBlock, places.upperBound)
      try table.lookUp(keys, block, into: &groups)
      distinct.find(groups.span.extracting(block))
      changed += distinct.groups
      // What is loose stays so until the batch ends.
      let settled = looseGroups.isEmpty ? distinct.groups : distinct.groups.filter { !isLoose($0) }
      try change(settled, seed: seed) { table throws(StateError) in
        try layout.add(inputs, block, to: &table, groups: groups)
      }
    }
    mark(changed)
  }

  private static let rowBlock = 1024

  /// Gives groups new words, whatever they had: what a snapshot or a delta says of them. They don't count as touched.
  ///
  /// - Parameter groups: memory for the group of each key, used again from call to call.
  mutating func put(
    _ keys: KeyBatch, words: [[Int64]], blobs: [[[UInt8]]], identities: [Int64], groups: inout [Int32]
  ) throws(StateError) {
    let before = table.count
    if before == 0 && table.fill(keys) {
      isStale = true
      table.words = words
      table.blobs = blobs
      return
    }
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
      if let group = table.find(keys, row) { table.remove(group, hash: keys.hashes[row], hasher: keys.hasher) }
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
    touch(groups[...], seed: seed)
    table.extend(identities)
  }

  /// Removes a group that is there, by the hash of its key.
  mutating func remove(_ group: Int32, hash: UInt64, hasher: KeyHasher, seed: GroupDigest) {
    touch([group], seed: seed)
    table.remove(Int(group), hash: hash, hasher: hasher)
  }

  /// Brings the digest up to date with the touched groups. They stay known as touched.
  mutating func settle(seed: GroupDigest) {
    if isStale {
      digest = recomputedDigest(seed: seed)
      Self.clear(looseGroups, in: &loose)
      isStale = false
    } else {
      tighten(looseGroups, seed: seed)
    }
    looseGroups.removeAll(keepingCapacity: true)
    known = table.count
    settledBefore = settled
    settled = table.count
    settledGroups = table.liveCount
    settledDigest = digest
  }

  /// Forgets what was touched: the next batch begins.
  mutating func beginBatch(_ hasher: KeyHasher) {
    Self.clear(touched, in: &marks)
    touched.removeAll(keepingCapacity: true)
    if table.removedCount > 0 && table.compact(hasher) {
      known = table.count
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
}
