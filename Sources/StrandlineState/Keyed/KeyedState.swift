public import StrandlineColumns

/// What a keyed state holds: its keys, what it keeps per group, and its panes.
public struct KeyedStatePlan: Sendable, Hashable {
  /// The state's number in its plan, part of the digest.
  public var id: Int
  /// How keys are held.
  public var keys: KeyLayout
  /// How many of the first key columns choose the shard; nil for all.
  public var shardColumns: Int?
  /// What is kept per group.
  public var values: AccumulatorLayout
  /// How it is cut into panes.
  public var panes: PaneRule
  /// Whether single groups are removed, too.
  public var removesGroups: Bool
  /// What is true of every group.
  public var groups: GroupRule

  /// A plan of those parts.
  public init(
    id: Int, keys: KeyLayout, shardColumns: Int? = nil, values: AccumulatorLayout, panes: PaneRule,
    removesGroups: Bool = false, groups: GroupRule = .any
  ) {
    self.id = id
    self.keys = keys
    self.shardColumns = shardColumns
    self.values = values
    self.panes = panes
    self.removesGroups = removesGroups
    self.groups = groups
  }

  /// The plan of a windowed aggregation, which drops a pane with the last window that takes it.
  public init(id: Int, keys: KeyLayout, values: AccumulatorLayout, window: Window) {
    self.init(id: id, keys: keys, values: values, panes: .window(window, retention: 0))
  }
}

/// The state of an operator: shards of panes of groups.
///
/// # Overview
/// A group is a key with words and blobs, in a pane. Aggregations merge the groups of a batch's own tables into it (`add`);
/// other operators find and change groups themselves (`change`). When the watermark has moved, panes are read (`rows`) and
/// dropped whole (`close`); `endBatch` then brings the digest up to date, what changed is encoded (`encodeDelta`,
/// `encodeSnapshot`), and `beginBatch` forgets it.
///
/// # Invariants
/// - `digest` is that of the groups at the last `endBatch`.
/// - After an error in the middle of a batch the state is neither of the batches': it is to be thrown away.
///
/// # After a crash
/// `put` of a snapshot's blocks and then of the deltas', and `close` as the records say, give the same state.
public struct KeyedState: Sendable {
  /// What it holds.
  public let plan: KeyedStatePlan
  /// The number of shards, a power of two.
  public let shardCount: Int
  /// The digest at the last `endBatch`.
  public private(set) var digest = StateDigest()
  /// The number of groups at the last `endBatch`.
  public private(set) var groupCount = 0
  /// The number of groups that the last ended batch changed.
  public private(set) var changedGroups = 0
  /// The starts of the open panes, ascending.
  public private(set) var openPanes: [Int64] = []

  /// The number of groups of the state for which this one aggregates rows, if it is another one.
  var expectedGroups = 0
  var shards: [Shard]
  let hasher: KeyHasher
  let shardShift: UInt64
  /// Panes added up for windows of several.
  var fold = WindowFold()
  /// Panes as they were before the batch.
  var former = FormerPanes()
  /// Memory for the group of each row, used again from batch to batch.
  var groups: [Int32] = []

  /// An empty state.
  ///
  /// - Parameters:
  ///   - shardCount: a power of two, at most 4,096.
  ///   - seed: the store's hash seed.
  public init(_ plan: KeyedStatePlan, shardCount: Int, seed: UInt64) {
    precondition(
      shardCount > 0 && shardCount <= 4096 && shardCount & (shardCount - 1) == 0, "a power of two up to 4,096")
    self.plan = plan
    self.shardCount = shardCount
    self.hasher = KeyHasher(seed: seed)
    self.shards = Array(repeating: Shard(), count: shardCount)
    self.shardShift = UInt64(64 - shardCount.trailingZeroBitCount)
  }

  func groupDigest(pane: Int64) -> GroupDigest {
    GroupDigest(operatorID: plan.id, pane: pane)
  }

  /// Keys of the state, from key columns of one length.
  public func keys(_ columns: [Column], rows: Int) throws(StateError) -> KeyBatch {
    try sharded(KeyBatch(plan.keys, columns, rows: rows, hasher: hasher))
  }

  /// Keys that already are in a table's form.
  func keys(encoded column: Column) throws(StateError) -> KeyBatch {
    try sharded(KeyBatch(encoded: column, hasher: hasher))
  }

  private func sharded(_ keys: KeyBatch) throws(StateError) -> KeyBatch {
    guard let shardColumns = plan.shardColumns, case .tuple(let types) = plan.keys else { return keys }
    var keys = keys
    try keys.shard(byFirst: shardColumns, of: types, hasher: hasher)
    return keys
  }

  /// The shard of a hash: its highest bits.
  @inline(__always)
  func shard(of hash: UInt64) -> Int {
    // A shift by all 64 bits gives zero, which is right for one shard.
    Int(truncatingIfNeeded: hash >> shardShift)
  }

  /// Adds rows of one partition to one pane. Linear in the rows.
  ///
  /// - Parameters:
  ///   - keys: the key columns, with `rows` values each.
  ///   - inputs: the columns that the accumulators read, with `rows` values each.
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func add(pane: Int64, keys: [Column], inputs: [Column], rows: Int) throws(StateError) {
    if rows == 0 { return }
    try merge([PanePart(pane: pane, groups: try partial(try self.keys(keys, rows: rows), inputs, &groups))])
  }

  /// The rows of each shard.
  func distribute(_ hashes: [UInt64]) -> [[Int32]] {
    let order = order(hashes, 0..<hashes.count)
    return shards.indices.map { Array(order.rows[order.range(ofShard: $0)]) }
  }

  /// Notes that a pane is open.
  mutating func open(_ pane: Int64) {
    if let last = openPanes.last, last == pane { return }
    let index = indexOfPane(atOrAfter: pane)
    if index == openPanes.count || openPanes[index] != pane { openPanes.insert(pane, at: index) }
  }

  /// Where the first open pane stands that begins at or after a time.
  func indexOfPane(atOrAfter pane: Int64) -> Int {
    var low = 0
    var high = openPanes.count
    while low < high {
      let middle = (low + high) / 2
      if openPanes[middle] < pane { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The open panes whose last window ends at or before that watermark, ascending.
  public func panes(endingBy watermark: Int64) -> [Int64] {
    Array(openPanes.prefix { plan.panes.end(ofPane: $0) <= watermark })
  }

  /// Drops the panes whose last window ends at or before that watermark.
  ///
  /// - Returns: the number of panes dropped.
  @discardableResult
  public mutating func close(through watermark: Int64) -> Int {
    let closing = panes(endingBy: watermark)
    if closing.isEmpty { return 0 }
    for shard in shards.indices {
      for pane in closing {
        guard let dropped = shards[shard].panes.removeValue(forKey: pane) else { continue }
        groupCount -= dropped.settledGroups
        digest -= dropped.settledDigest
        shards[shard].touched.remove(pane)
      }
    }
    openPanes.removeFirst(closing.count)
    return closing.count
  }

  /// Ends a batch: brings the digest and the number of groups up to date with what it changed.
  ///
  /// - Parameter workers: who works; a shard is one's alone.
  public mutating func endBatch(on workers: Workers = .one) {
    changedGroups = 0
    if workers.count == 1 || shards.reduce(0, { $0 + $1.touchedGroups }) < Self.groupsPerThread {
      for shard in shards.indices { count(shards[shard].settle(plan)) }
      return
    }
    var work = shards.map { (shard: $0, change: SettledChange()) }
    shards.removeAll()
    workers.forEach(&work) { [plan] (_, item) in item.change = item.shard.settle(plan) }
    shards = work.map(\.shard)
    for item in work { count(item.change) }
  }

  private mutating func count(_ change: SettledChange) {
    digest += change.digest
    groupCount += change.groups
    changedGroups += change.changedGroups
  }

  /// Forgets what the last batch changed.
  public mutating func beginBatch() {
    former.tables.removeAll()
    var emptied: Set<Int64> = []
    for shard in shards.indices {
      for pane in shards[shard].touched {
        shards[shard].panes[pane]?.beginBatch(hasher)
        if plan.removesGroups && shards[shard].panes[pane]?.table.liveCount == 0 {
          shards[shard].panes[pane] = nil
          emptied.insert(pane)
        }
      }
      shards[shard].touched.removeAll(keepingCapacity: true)
    }
    for pane in emptied where !shards.contains(where: { $0.panes[pane] != nil }) {
      openPanes.remove(at: indexOfPane(atOrAfter: pane))
    }
  }

  /// The digest of the whole state, computed from nothing: what `verify` compares with the one kept. Linear in the groups.
  public func recomputedDigest() -> StateDigest {
    var sum = StateDigest()
    for shard in shards {
      for (pane, table) in shard.panes { sum += table.recomputedDigest(seed: groupDigest(pane: pane)) }
    }
    return sum
  }

  /// The digest of one shard, computed from nothing.
  public func recomputedDigest(ofShard shard: Int) -> StateDigest {
    var sum = StateDigest()
    for (pane, table) in shards[shard].panes { sum += table.recomputedDigest(seed: groupDigest(pane: pane)) }
    return sum
  }

  /// Takes a shard over from another state of the same plan, shards and seed, in place of what it has of it.
  public mutating func adopt(shard: Int, from other: borrowing KeyedState) {
    for table in shards[shard].panes.values {
      digest -= table.settledDigest
      groupCount -= table.settledGroups
    }
    shards[shard] = other.shards[shard]
    fold = WindowFold()
    for (pane, table) in shards[shard].panes {
      open(pane)
      digest += table.settledDigest
      groupCount += table.settledGroups
    }
  }

  /// An empty state of the same plan, shards and seed.
  public func emptied() -> KeyedState {
    KeyedState(self)
  }

  private init(_ other: KeyedState) {
    plan = other.plan
    shardCount = other.shardCount
    hasher = other.hasher
    shards = Array(repeating: Shard(), count: other.shardCount)
    shardShift = other.shardShift
  }

  /// Bytes of memory held by the tables, unused capacity included. Linear in the number of tables.
  public var memoryBytes: Int {
    shards.reduce(fold.memoryBytes) { sum, shard in shard.panes.values.reduce(sum) { $0 + $1.table.memoryBytes } }
  }
}
