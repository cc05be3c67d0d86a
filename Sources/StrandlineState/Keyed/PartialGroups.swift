public import StrandlineColumns

/// What some rows add to a pane, made without the state: groups of their own, and rows by their shards.
///
/// Rows are aggregated in a table of their own as long as that makes groups of them that are few. Where nearly every row has
/// a key of its own it would only be another table, and the other rows are put into the order of their shards instead.
/// What becomes of the state is the same either way.
public struct PartialGroups: Sendable {
  /// The groups of the rows that are aggregated.
  let table: GroupTable
  /// The groups in the order of shards, and their keys in that order.
  let groups: ShardOrder
  let groupKeys: KeyBatch
  /// The other rows in the order of shards, and their keys and inputs in that order.
  let rows: ShardOrder
  let rowKeys: KeyBatch
  let inputs: [Column]
}

extension KeyedState {
  /// A table of so many groups is no longer a small one: whether it is worth it is looked at.
  private static let manyGroups = 8192
  /// Fewer groups than these are merged, or brought up to date, in less time than it takes to wake a thread.
  static let groupsPerThread = 4096
  /// So many rows are aggregated before that is looked at again.
  private static let rowsAtOnce = 4096
  /// So many times the rows: that many groups aren't likely to come twice among them.
  private static let manyRows = 8
  /// So many rows are looked at for that.
  private static let sampleRows = 1024

  /// Aggregates rows by themselves, so that they can be merged. Linear in the rows; the state isn't changed.
  ///
  /// - Parameters:
  ///   - columns: the key columns, with `rows` values each.
  ///   - inputs: the columns that the accumulators read, with `rows` values each.
  /// - Throws: `StateError` `.tooLarge`.
  public func partial(keys columns: [Column], inputs: [Column], rows: Int) throws(StateError) -> PartialGroups {
    var places: [Int32] = []
    return try partial(try keys(columns, rows: rows), inputs, &places)
  }

  /// The same, with memory for the group of each row.
  func partial(
    _ keys: KeyBatch, _ inputs: [Column], _ places: inout [Int32]
  ) throws(StateError) -> PartialGroups {
    if places.count != keys.count { places = Array(repeating: 0, count: keys.count) }
    var table = GroupTable(keyType: plan.keys.columnType, width: plan.values.width, blobs: plan.values.blobs)
    let step = plan.values.blobs > 0 ? keys.count : Self.rowsAtOnce
    var done = 0
    let isDirect = try areNew(keys, &places)
    while done < keys.count && !isDirect {
      let end = min(done + step, keys.count)
      try table.lookUp(keys, done..<end, into: &places)
      done = end
      if table.count > Self.manyGroups && table.count * 2 > done { break }
    }
    try plan.values.add(inputs, 0..<done, to: &table, groups: places)
    let own = try self.keys(encoded: table.allKeys)
    let groups = order(own.hashes, 0..<own.count)
    let rows = order(keys.hashes, done..<keys.count)
    return PartialGroups(
      table: table, groups: groups, groupKeys: own.gathered(groups.rows), rows: rows,
      rowKeys: keys.gathered(rows.rows), inputs: rows.rows.isEmpty ? [] : inputs.map { $0.gathered(rows.rows) })
  }

  /// Whether rows look as if nearly each of them had a group of its own, of many.
  ///
  /// In a state of many groups that is asked of a few rows first: a table that is thrown away again isn't made for them.
  private func areNew(_ keys: KeyBatch, _ places: inout [Int32]) throws(StateError) -> Bool {
    let groups = max(groupCount, expectedGroups)
    guard groups > Self.manyRows * keys.count && plan.values.blobs == 0 && keys.count > Self.sampleRows else {
      return false
    }
    var sample = GroupTable(keyType: plan.keys.columnType, width: 0)
    try sample.lookUp(keys, 0..<Self.sampleRows, into: &places)
    return sample.count * 16 > Self.sampleRows * 15
  }

  /// Rows in the order of the shards of their keys.
  func order(_ hashes: [UInt64], _ rows: Range<Int>) -> ShardOrder {
    ShardOrder(hashes, rows, shards: shardCount, shift: shardShift)
  }

  /// Merges what rows add to panes, in that order. Linear in their groups and rows.
  ///
  /// - Parameter workers: who merges; a shard is one's alone.
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func merge(_ parts: [PanePart], on workers: Workers = .one) throws(StateError) {
    var (scratch, total) = (0, 0)
    for part in parts {
      willChange(part.pane)
      scratch = max(scratch, part.groups.groupKeys.count, part.groups.rowKeys.count)
      total += part.groups.groupKeys.count + part.groups.rowKeys.count
    }
    if workers.count == 1 || total < Self.groupsPerThread {
      if groups.count < scratch { groups = Array(repeating: 0, count: scratch) }
      for part in parts {
        for shard in shards.indices { try shards[shard].merge(part, shard, plan, &groups) }
      }
      return
    }
    var work = shards.map { (shard: $0, error: StateError?.none) }
    shards.removeAll()
    workers.forEach(&work) { [plan, scratch] (index, item) in
      var groups = [Int32](repeating: 0, count: scratch)
      do throws(StateError) {
        for part in parts { try item.shard.merge(part, index, plan, &groups) }
      } catch {
        item.error = error
      }
    }
    shards = work.map(\.shard)
    for case let error? in work.map(\.error) { throw error }
  }
}

/// What some rows add to one pane.
public struct PanePart: Sendable {
  /// The start of the pane.
  public var pane: Int64
  /// What they add.
  public var groups: PartialGroups

  /// What rows add to that pane.
  public init(pane: Int64, groups: PartialGroups) {
    (self.pane, self.groups) = (pane, groups)
  }
}

extension Shard {
  /// Merges what is the shard's own of what rows add to a pane.
  ///
  /// - Parameter groups: memory for the group of each row.
  fileprivate mutating func merge(
    _ part: PanePart, _ number: Int, _ plan: KeyedStatePlan, _ groups: inout [Int32]
  ) throws(StateError) {
    let partial = part.groups
    let (own, rows) = (partial.groups.range(ofShard: number), partial.rows.range(ofShard: number))
    if own.isEmpty && rows.isEmpty { return }
    touched.insert(part.pane)
    let seed = GroupDigest(operatorID: plan.id, pane: part.pane)
    try panes[part.pane, default: PaneTable(plan)].merge(partial, own, rows, plan.values, seed, &groups)
  }
}

extension PaneTable {
  fileprivate mutating func merge(
    _ partial: PartialGroups, _ own: Range<Int>, _ rows: Range<Int>, _ layout: AccumulatorLayout, _ seed: GroupDigest,
    _ groups: inout [Int32]
  ) throws(StateError) {
    if !own.isEmpty {
      try merge(
        partial.table, partial.groups.rows, keys: partial.groupKeys, own, layout: layout, seed: seed, groups: &groups)
    }
    if !rows.isEmpty {
      try add(partial.rowKeys, partial.inputs, rows, layout: layout, seed: seed, groups: &groups)
    }
  }
}
