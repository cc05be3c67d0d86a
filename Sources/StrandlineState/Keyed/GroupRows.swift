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
    for row in groups.order() {
      panes.append(groups.pane)
      keys.append(Int(row), of: groups.keys)
      for index in words.indices { words[index].append(groups.words[index][Int(row)]) }
      for index in blobs.indices { blobs[index].append(groups.blobs[index][Int(row)]) }
    }
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
    var order = Array(0..<Int32(keys.count))
    if keys.type == .string {
      let bytes = keys.bytes
      let offsets = keys.offsets
      order.sort { a, b in
        if keys.isNull(Int(a)) || keys.isNull(Int(b)) { return keys.isNull(Int(a)) && !keys.isNull(Int(b)) }
        let left = bytes[Int(offsets[Int(a)])..<Int(offsets[Int(a) + 1])]
        let right = bytes[Int(offsets[Int(b)])..<Int(offsets[Int(b) + 1])]
        return left.lexicographicallyPrecedes(right)
      }
    } else {
      let sortable = keys.words.map { KeyOrder.sortable($0, keys.type) }
      if keys.hasNulls {
        order.sort { a, b in
          if keys.isNull(Int(a)) || keys.isNull(Int(b)) { return keys.isNull(Int(a)) && !keys.isNull(Int(b)) }
          return sortable[Int(a)] < sortable[Int(b)]
        }
      } else {
        order.sort { sortable[Int($0)] < sortable[Int($1)] }
      }
    }
    return order
  }
}
