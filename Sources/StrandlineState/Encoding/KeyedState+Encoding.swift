import StrandlineBytes
import StrandlineColumns

extension KeyedState {
  /// Encodes every group of every shard. Linear in the groups.
  func encodeSnapshot(into writer: inout ByteWriter) {
    writer.varint(UInt64(openPanes.count))
    for pane in openPanes {
      var groups = PaneGroups(pane: pane, plan)
      groups.reserve(shards.reduce(0) { $0 + ($1.panes[pane]?.table.liveCount ?? 0) })
      for shard in shards {
        if let table = shard.panes[pane] { groups.append(table.table, nil) }
      }
      groups.encode(into: &writer)
      if plan.removesGroups { PaneGroups.encode(removed: Column(plan.keys.columnType), into: &writer) }
    }
  }

  /// Encodes the groups of one shard that the ended batch has touched, with their new words. Linear in those groups.
  ///
  /// Where single groups are removed, the keys of those follow the groups of each pane.
  func encodeDelta(ofShard shard: Int, into writer: inout ByteWriter) {
    let panes = shards[shard].touched.sorted()
    writer.varint(UInt64(panes.count))
    for pane in panes {
      var groups = PaneGroups(pane: pane, plan)
      let table = shards[shard].panes[pane]
      let changes = table?.changes ?? (live: [], removed: [])
      if let table { groups.append(table.table, changes.live) }
      groups.encode(into: &writer)
      if plan.removesGroups {
        PaneGroups.encode(
          removed: table?.table.keys(of: changes.removed) ?? Column(plan.keys.columnType), into: &writer)
      }
    }
  }

  /// The shards that the ended batch has touched, ascending.
  public var touchedShards: [Int] {
    shards.indices.filter { !shards[$0].touched.isEmpty }
  }

  /// The number of groups of one shard.
  public func groups(ofShard shard: Int) -> Int { shards[shard].groups }

  /// Puts the groups of a snapshot or a delta into the state, and removes those that a delta says are gone.
  mutating func put(_ reader: inout ByteReader, shard: Int?, skipping skipped: Set<Int>) throws -> Int {
    var groups = 0
    for _ in 0..<(try reader.count(limit: reader.remaining)) {
      let block = try PaneBlock.decode(
        &reader, keyType: plan.keys.columnType, width: plan.values.width, blobs: plan.values.blobs)
      try plan.values.check(block.blobs)
      guard plan.panes.isPane(block.pane) else {
        throw StateError(.malformed, "state bytes hold a pane that the plan's window doesn't have")
      }
      if plan.removesGroups {
        let removed = try PaneBlock.decode(&reader, keyType: plan.keys.columnType, width: 0, blobs: 0)
        try distribute(removed, shard: shard, skipping: skipped) { state, keys, _, shard throws(StateError) in
          state.remove(keys, pane: block.pane, shard: shard)
        }
      }
      if block.keys.count > 0 { willChange(block.pane) }
      try distribute(block, shard: shard, skipping: skipped) { state, keys, rows, shard throws(StateError) in
        let (words, blobs) = (block.words, block.blobs)
        try state.put(
          keys, rows.map { rows in words.map { $0.gathered(rows) } } ?? words,
          rows.map { rows in blobs.map { column in rows.map { column[Int($0)] } } } ?? blobs,
          pane: block.pane, shard: shard)
      }
      groups += block.keys.count
    }
    return groups
  }

  /// Gives the keys of a block to their shards; rows are nil where one shard has all of them.
  private mutating func distribute(
    _ block: PaneBlock, shard only: Int?, skipping skipped: Set<Int>,
    _ body: (inout KeyedState, KeyBatch, [Int32]?, Int) throws(StateError) -> Void
  ) throws(StateError) {
    var columns: [Column] = []
    if case .tuple(let types) = plan.keys {
      guard !block.keys.hasNulls else { throw StateError(.malformed, "state bytes hold a null where a tuple belongs") }
      columns = try KeyTuple.decode(block.keys, types: types)
    }
    try plan.groups.check(keys: columns, first: block.words.first)
    if block.keys.count == 0 { return }
    let keys = try self.keys(encoded: block.keys)
    if let only {
      guard keys.hashes.allSatisfy({ shard(of: $0) == only }) else {
        throw StateError(.malformed, "a shard's bytes hold a key of another shard")
      }
      if !skipped.contains(only) { try body(&self, keys, nil, only) }
      return
    }
    let order = self.order(keys.hashes, 0..<keys.count)
    for shard in shards.indices where !skipped.contains(shard) {
      let range = order.range(ofShard: shard)
      if range.count == keys.count {
        try body(&self, keys, nil, shard)
      } else if !range.isEmpty {
        let rows = Array(order.rows[range])
        try body(&self, keys.gathered(rows), rows, shard)
      }
    }
  }

  private mutating func put(
    _ keys: KeyBatch, _ words: [[Int64]], _ blobs: [[[UInt8]]], pane: Int64, shard: Int
  ) throws(StateError) {
    shards[shard].touched.insert(pane)
    let newTable = PaneTable(plan)
    try shards[shard].panes[pane, default: newTable].put(
      keys, words: words, blobs: blobs, identities: plan.values.identities, groups: &groups)
  }

  private mutating func remove(_ keys: KeyBatch, pane: Int64, shard: Int) {
    guard shards[shard].panes[pane] != nil else { return }
    shards[shard].touched.insert(pane)
    shards[shard].panes[pane]?.remove(keys)
  }
}

extension PaneGroups {
  fileprivate func encode(into writer: inout ByteWriter) {
    PaneBlock(pane: pane, keys: keys, words: words, blobs: blobs).encode(into: &writer)
  }

  /// Keys alone, as a block of a pane of no meaning.
  static func encode(removed keys: Column, into writer: inout ByteWriter) {
    PaneBlock(pane: 0, keys: keys, words: []).encode(into: &writer)
  }
}
