public import StrandlineColumns

/// Groups as rows: their pane, their keys and the words of their accumulators.
public struct GroupRows: Sendable {
  /// The start of each row's pane, or window.
  public internal(set) var panes: [Int64] = []
  /// The end of each row's window, where windows are made of several panes; else empty.
  public internal(set) var ends: [Int64] = []
  /// The key columns of the plan.
  public internal(set) var keys: [Column]
  /// The accumulators' words, a column each.
  public internal(set) var words: [[Int64]]
  /// The groups' bytes, a column of them for each.
  public internal(set) var blobs: [[[UInt8]]]

  /// The number of rows.
  public var count: Int { panes.count }
}

extension GroupRows {
  /// Says where windows end whose starts the panes are: sliding ones.
  public mutating func setEnds(of window: Window) {
    ends = panes.map { window.end(startingAt: $0) }
  }

  /// No rows of a plan.
  init(_ plan: KeyedStatePlan) {
    keys = []
    words = Array(repeating: [], count: plan.values.width)
    blobs = Array(repeating: [], count: plan.values.blobs)
  }

  /// Adds groups in the order of their keys, and their keys to a column.
  mutating func append(_ groups: PaneGroups, keys: inout Column) {
    let order = groups.order()
    panes.append(contentsOf: repeatElement(groups.pane, count: order.count))
    if keys.count == 0 {
      keys = groups.keys.gathered(order)
    } else {
      keys.append(contentsOf: groups.keys.gathered(order))
    }
    for index in words.indices { words[index] += groups.words[index].gathered(order) }
    for index in blobs.indices { blobs[index] += order.map { groups.blobs[index][Int($0)] } }
  }
}

/// Groups of one pane while they are gathered from their shards and put in order.
struct PaneGroups {
  let pane: Int64
  var keys: Column
  var words: [[Int64]]
  var blobs: [[[UInt8]]]

  init(pane: Int64, _ plan: KeyedStatePlan) {
    self.pane = pane
    keys = Column(plan.keys.columnType)
    words = Array(repeating: [], count: plan.values.width)
    blobs = Array(repeating: [], count: plan.values.blobs)
  }

  /// Makes room for so many groups. Where one table has all of them, nothing is copied anyway.
  mutating func reserve(_ count: Int) {
    keys.reserve(count)
    for index in words.indices { words[index].reserveCapacity(count) }
  }

  /// Adds groups of a table: those listed, or all.
  mutating func append(_ table: GroupTable, _ groups: [Int32]?) {
    guard let groups = groups ?? table.live(in: 0..<table.count) else { return append(table) }
    append(table.keys(of: groups))
    for index in blobs.indices { blobs[index] += groups.map { table.blobs[index][Int($0)] } }
    for index in words.indices {
      words[index].append(contentsOf: table.words[index].gathered(groups))
    }
  }

  /// Adds every group of a table: whole columns at once.
  private mutating func append(_ table: GroupTable) {
    append(table.allKeys)
    for index in words.indices { words[index].append(contentsOf: table.words[index]) }
    for index in blobs.indices { blobs[index].append(contentsOf: table.blobs[index]) }
  }

  private mutating func append(_ more: Column) {
    if keys.count == 0 && keys.words.capacity < more.words.capacity {
      keys = more
    } else {
      keys.append(contentsOf: more)
    }
  }

  /// The positions of the groups in ascending order of their keys; a null key is first.
  func order() -> [Int32] {
    let order =
      keys.type == .string
      ? WordOrder.positions(ofTexts: keys.bytes, keys.offsets)
      : WordOrder.positions(of: keys.type == .double ? keys.words.map { KeyOrder.sortable($0, .double) } : keys.words)
    guard keys.hasNulls else { return order }
    return order.filter { keys.isNull(Int($0)) } + order.filter { !keys.isNull(Int($0)) }
  }
}
