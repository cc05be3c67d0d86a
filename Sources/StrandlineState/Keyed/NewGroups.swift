package import StrandlineColumns

/// Groups that are put into a pane with all that is held of them, made without the state and in the order of their shards.
package struct NewGroups: Sendable {
  /// The start of the pane.
  package let pane: Int64
  /// The keys, in the order of the shards.
  let keys: KeyBatch
  /// Which shard has which of them.
  let order: ShardOrder
  /// The words and the blobs, in the order in which the groups were given.
  let words: [[Int64]]
  let blobs: [[[UInt8]]]

  /// The number of groups.
  package var count: Int { order.rows.count }
}

extension KeyedState {
  /// The rows of keys in the order of the shards.
  package func order(_ keys: KeyBatch) -> ShardOrder { order(keys.hashes, 0..<keys.count) }

  /// Makes groups ready to be put. Linear in them; the state isn't changed.
  ///
  /// - Parameters:
  ///   - columns: the key columns; each key comes once.
  ///   - words: as many words as the plan has, a value per group; likewise the blobs.
  package func newGroups(
    _ columns: [Column], words: [[Int64]], blobs: [[[UInt8]]], pane: Int64, count: Int
  ) throws(StateError) -> NewGroups {
    let keys = try keys(columns, rows: count)
    let order = order(keys)
    return NewGroups(pane: pane, keys: keys.gathered(order.rows), order: order, words: words, blobs: blobs)
  }

  /// Puts groups into panes, in that order, whatever was held of them before. Amortised constant time per group.
  ///
  /// - Parameter workers: who works; a shard is one's alone.
  /// - Returns: where each group stands, in the order in which it was given.
  /// - Throws: `StateError` `.tooLarge`.
  package mutating func put(
    _ groups: [NewGroups], on workers: Workers = .one
  ) throws(StateError) -> [[GroupPlace]] {
    for some in groups where some.count > 0 {
      precondition(plan.panes.isPane(some.pane), "a pane of the state's plan")
      willChange(some.pane)
    }
    var work = shards.map { PutShard(shard: $0) }
    shards.removeAll()
    workers.forEach(&work) { [plan] (number, item) in
      do throws(StateError) {
        for some in groups { item.places.append(try item.shard.put(some, number, plan)) }
      } catch {
        item.error = error
      }
    }
    shards = work.map(\.shard)
    for case let error? in work.map(\.error) { throw error }
    var places = groups.map { Array(repeating: GroupPlace.none, count: $0.count) }
    for (number, item) in work.enumerated() {
      for (index, own) in item.places.enumerated() {
        let order = groups[index].order
        for (position, group) in zip(order.range(ofShard: number), own) {
          places[index][Int(order.rows[position])] = GroupPlace(shard: Int32(number), group: group)
        }
      }
    }
    return places
  }
}

/// A shard while groups are put into it.
private struct PutShard: Sendable {
  var shard: Shard
  /// The positions of what was put.
  var places: [[Int32]] = []
  var error: StateError?
}

extension Shard {
  /// Puts what is the shard's own of some groups.
  ///
  /// - Returns: their positions.
  fileprivate mutating func put(
    _ some: NewGroups, _ number: Int, _ plan: KeyedStatePlan
  ) throws(StateError) -> [Int32] {
    let range = some.order.range(ofShard: number)
    if range.isEmpty { return [] }
    touched.insert(some.pane)
    // The table leaves the dictionary while it is changed, so that there is one of it.
    var table = panes.removeValue(forKey: some.pane) ?? PaneTable(plan)
    defer { panes[some.pane] = table }
    let groups = try table.put(
      some.keys, range, identities: plan.values.identities, seed: GroupDigest(operatorID: plan.id, pane: some.pane))
    for (position, group) in zip(range, groups) {
      let row = Int(some.order.rows[position])
      for index in some.words.indices { table.table.words[index][Int(group)] = some.words[index][row] }
      for index in some.blobs.indices { table.table.blobs[index][Int(group)] = some.blobs[index][row] }
    }
    return groups
  }
}

extension PaneTable {
  /// Finds the groups of some of the keys, adding those that are not there, and notes them as changed.
  fileprivate mutating func put(
    _ keys: KeyBatch, _ range: Range<Int>, identities: [Int64], seed: GroupDigest
  ) throws(StateError) -> [Int32] {
    var groups: [Int32] = []
    let own = keys.count == range.count ? keys : keys.gathered(range.map { Int32($0) })
    try touch(own, identities: identities, seed: seed, into: &groups)
    return groups
  }
}
