/// What a keyed state holds for some keys: a row for each, found or not.
package struct GroupValues: Sendable {
  /// Whether there is a group of that key.
  package var isFound: [Bool] = []
  /// The words of the groups, a column each; zero where there is none.
  package var words: [[Int64]]
  /// The blobs of the groups, a column each; empty where there is none.
  package var blobs: [[[UInt8]]]

  /// No values, of so many words and blobs.
  package init(words: Int, blobs: Int) {
    self.words = Array(repeating: [], count: words)
    self.blobs = Array(repeating: [], count: blobs)
  }

  /// Adds the values of a key.
  package mutating func append(words: [Int64], blobs: [[UInt8]]) {
    isFound.append(true)
    for index in words.indices { self.words[index].append(words[index]) }
    for index in blobs.indices { self.blobs[index].append(blobs[index]) }
  }
}

extension KeyedState {
  /// What is held for keys in a pane. Constant time per key, and the copying of its words.
  package func values(of keys: KeyBatch, pane: Int64 = 0) -> GroupValues {
    var values = GroupValues(words: plan.values.width, blobs: plan.values.blobs)
    values.isFound = Array(repeating: false, count: keys.count)
    for index in values.words.indices { values.words[index] = Array(repeating: 0, count: keys.count) }
    for index in values.blobs.indices { values.blobs[index] = Array(repeating: [], count: keys.count) }
    for (shard, rows) in distribute(keys.hashes).enumerated() where !rows.isEmpty {
      guard let table = shards[shard].panes[pane]?.table else { continue }
      for row in rows {
        guard let group = table.find(keys, Int(row)) else { continue }
        values.isFound[Int(row)] = true
        for index in values.words.indices { values.words[index][Int(row)] = table.words[index][group] }
        for index in values.blobs.indices { values.blobs[index][Int(row)] = table.blobs[index][group] }
      }
    }
    return values
  }

  /// Gives the groups of keys new words and blobs, whatever they had; each key comes once. Amortised constant time per key.
  ///
  /// - Throws: `StateError` `.tooLarge`.
  package mutating func set(_ keys: KeyBatch, to values: GroupValues, pane: Int64 = 0) throws(StateError) {
    if keys.count == 0 { return }
    open(pane)
    let seed = groupDigest(pane: pane)
    let newTable = PaneTable(plan)
    for (shard, rows) in distribute(keys.hashes).enumerated() where !rows.isEmpty {
      shards[shard].touched.insert(pane)
      var table = shards[shard].panes.removeValue(forKey: pane) ?? newTable
      try table.touch(keys.gathered(rows), identities: plan.values.identities, seed: seed, into: &groups)
      for (group, row) in zip(groups, rows) {
        for index in values.words.indices { table.table.words[index][Int(group)] = values.words[index][Int(row)] }
        for index in values.blobs.indices { table.table.blobs[index][Int(group)] = values.blobs[index][Int(row)] }
      }
      shards[shard].panes[pane] = table
    }
  }
}
