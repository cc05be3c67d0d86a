public import StrandlineBytes
import StrandlineColumns

extension WindowedAggregation {
  /// Encodes every group of every shard. Linear in the groups.
  public func encodeSnapshot(into writer: inout ByteWriter) {
    encode(openPanes, into: &writer) { pane, block in
      for shard in shards {
        if let table = shard.panes[pane] { block.append(table.table, nil) }
      }
    }
  }

  /// Encodes every group of one shard. Linear in the groups of the shard.
  public func encodeSnapshot(ofShard shard: Int, into writer: inout ByteWriter) {
    var cursor = SliceCursor()
    _ = encodeSlice(ofShard: shard, from: &cursor, limit: .max, into: &writer)
  }

  /// Encodes the groups of one shard that the ended batch has touched, with their new words. Linear in those groups.
  public func encodeDelta(ofShard shard: Int, into writer: inout ByteWriter) {
    encode(shards[shard].touched.sorted(), into: &writer) { pane, block in
      if let table = shards[shard].panes[pane] { block.append(table.table, table.touched) }
    }
  }

  /// The shards that the ended batch has touched, ascending.
  public var touchedShards: [Int] {
    shards.indices.filter { !shards[$0].touched.isEmpty }
  }

  /// The number of groups of one shard.
  public func groups(ofShard shard: Int) -> Int { shards[shard].groups }

  private func encode(_ panes: [Int64], into writer: inout ByteWriter, _ gather: (Int64, inout PaneGroups) -> Void) {
    writer.varint(UInt64(panes.count))
    for pane in panes {
      var groups = PaneGroups(pane: pane, keyType: keyType, width: plan.accumulators.width)
      gather(pane, &groups)
      PaneBlock(pane: pane, keys: groups.keys, words: groups.words).encode(into: &writer)
    }
  }

  /// Puts the groups of a snapshot or a delta into the state: groups that are there get new words.
  ///
  /// Redo is idempotent, since a delta says what a group became, not what was added to it. What it put does not count as
  /// touched; the digest has it after `endBatch`, which computes that of the panes concerned from nothing.
  ///
  /// - Parameters:
  ///   - shard: the shard to which every key must belong; nil when the bytes are of all shards.
  ///   - skipped: shards whose keys are passed over, because something newer is known of them.
  /// - Returns: the number of groups in the bytes.
  /// - Throws: `StateError` `.malformed` with the place in the bytes.
  @discardableResult
  public mutating func put(
    _ bytes: RawSpan, shard: Int? = nil, skipping skipped: Set<Int> = []
  ) throws(StateError) -> Int {
    var reader = ByteReader(bytes)
    var groups = 0
    do {
      let panes = try reader.count(limit: reader.remaining)
      for _ in 0..<panes {
        let block = try PaneBlock.decode(&reader, keyType: keyType, width: plan.accumulators.width)
        try put(block, shard: shard, skipping: skipped)
        groups += block.keys.count
      }
      try reader.finish()
      return groups
    } catch let error as BytesError {
      throw StateError(.malformed, "state bytes are damaged: \(error)")
    } catch let error as StateError {
      throw error
    } catch {
      throw StateError(.malformed, "\(error)")
    }
  }

  private mutating func put(_ block: PaneBlock, shard only: Int?, skipping skipped: Set<Int>) throws(StateError) {
    if case .tuple(let types) = plan.keys {
      guard !block.keys.hasNulls else { throw StateError(.malformed, "state bytes hold a null where a tuple belongs") }
      _ = try KeyTuple.decode(block.keys, types: types)
    }
    guard plan.window.pane(of: block.pane) == block.pane else {
      throw StateError(.malformed, "state bytes hold a pane that the plan's window doesn't have")
    }
    let keys = KeyBatch(encoded: block.keys, hasher: hasher)
    open(block.pane)
    if let only {
      guard keys.hashes.allSatisfy({ shard(of: $0) == only }) else {
        throw StateError(.malformed, "a shard's bytes hold a key of another shard")
      }
      if !skipped.contains(only) { try put(keys, block.words, pane: block.pane, shard: only) }
      return
    }
    for (shard, rows) in distribute(keys.hashes).enumerated() where !rows.isEmpty && !skipped.contains(shard) {
      if rows.count == keys.count {
        try put(keys, block.words, pane: block.pane, shard: shard)
      } else {
        let words = block.words.map { column in rows.map { column[Int($0)] } }
        try put(keys.gathered(rows), words, pane: block.pane, shard: shard)
      }
    }
  }

  private mutating func put(
    _ keys: KeyBatch, _ words: [[Int64]], pane: Int64, shard: Int
  ) throws(StateError) {
    shards[shard].touched.insert(pane)
    let newTable = PaneTable(keyType: keyType, width: plan.accumulators.width)
    try shards[shard].panes[pane, default: newTable].put(
      keys, words: words, identities: plan.accumulators.identities, groups: &groups)
  }
}
