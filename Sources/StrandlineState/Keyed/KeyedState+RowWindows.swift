public import StrandlineColumns

extension KeyedStatePlan {
  /// The plan of a state of windows of so many rows: a group is the open window of a key, its first word the rows in it.
  ///
  /// - Parameters:
  ///   - size: the rows of a window.
  ///   - values: what is kept per window, with one word of the operator's own.
  public static func rowWindows(
    of size: Int64, id: Int, keys: KeyLayout, values: AccumulatorLayout
  ) -> KeyedStatePlan {
    precondition(values.ownWords == 1, "a window of rows has their number in front")
    return KeyedStatePlan(
      id: id, keys: keys, values: values, panes: .single, removesGroups: true, groups: .rowWindows(size: size))
  }
}

extension KeyedState {
  /// Adds rows to the open windows of their keys, each of which is over with its `size`-th row. Linear in the rows.
  ///
  /// - Parameters:
  ///   - keys: the key columns, with `rows` values each.
  ///   - inputs: the columns that the accumulators read.
  /// - Returns: the windows that are over, in the order of their last rows.
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func addToRowWindows(
    of size: Int64, keys columns: [Column], inputs: [Column], rows: Int
  ) throws(StateError) -> GroupRows {
    if rows == 0 { return GroupRows(plan) }
    let keys = try keys(columns, rows: rows)
    var local = GroupTable(keyType: plan.keys.columnType, width: 0)
    var keyOfRow: [Int32] = []
    try local.lookUp(keys, into: &keyOfRow)
    let own = try self.keys(encoded: local.keys(of: Array(0..<Int32(local.count))))
    let places = find(own, pane: 0)
    var cut = RowWindows(size, open: words(0, of: places, pane: 0))
    cut.add(keyOfRow)
    var partial = GroupTable(keyType: .int64, width: plan.values.width, blobs: plan.values.blobs)
    var positions: [Int32] = []
    let numbers = Column(.int64, words: Array(0..<Int64(cut.windows.count)))
    try partial.lookUp(KeyBatch(encoded: numbers, hasher: hasher), into: &positions)
    // What was open goes first: an aggregate may depend on the order of its rows.
    try copyOpen(places, of: cut, to: &partial)
    try plan.values.add(inputs, to: &partial, groups: cut.windowOfRow)
    try keep(cut, partial, own)
    return over(cut, partial, own.column)
  }

  /// Gives the windows that go on with what was open what that holds.
  private func copyOpen(_ places: [GroupPlace], of cut: RowWindows, to partial: inout GroupTable) throws(StateError) {
    for (number, window) in cut.windows.enumerated() where window.continues {
      let place = places[Int(window.key)]
      guard let table = shards[Int(place.shard)].panes[0]?.table else { continue }
      try plan.values.merge(table, [place.group], into: &partial, groups: [Int32(number)])
    }
  }

  /// Keeps the windows that are still open, and forgets those of keys that have none.
  private mutating func keep(_ cut: RowWindows, _ partial: GroupTable, _ keys: KeyBatch) throws(StateError) {
    let open = cut.windows.indices.filter { cut.windows[$0].rows < cut.size }
    let kept = Set(open.map { cut.windows[$0].key })
    let places = try touch(keys.gathered(open.map { cut.windows[$0].key }), pane: 0)
    for index in partial.words.indices {
      set(word: index, to: open.map { partial.words[index][$0] }, of: places, pane: 0)
    }
    for index in partial.blobs.indices {
      set(blob: index, to: open.map { partial.blobs[index][$0] }, of: places, pane: 0)
    }
    set(word: 0, to: open.map { cut.windows[$0].rows }, of: places, pane: 0)
    remove(keys.gathered((0..<Int32(keys.count)).filter { !kept.contains($0) }), pane: 0)
  }

  private func over(_ cut: RowWindows, _ partial: GroupTable, _ keys: Column) -> GroupRows {
    let over = cut.windows.indices.filter { cut.windows[$0].rows == cut.size }
      .sorted { cut.windows[$0].lastRow < cut.windows[$1].lastRow }
    var rows = GroupRows(plan)
    rows.panes = Array(repeating: 0, count: over.count)
    rows.words = partial.words.map { words in over.map { words[$0] } }
    rows.blobs = partial.blobs.map { blobs in over.map { blobs[$0] } }
    rows.keys = decodeKeys(keys.gathered(over.map { cut.windows[$0].key }))
    return rows
  }
}

/// The rows of a batch cut into windows of so many per key.
private struct RowWindows {
  struct Window {
    var key: Int32
    /// Whether it was open before the batch.
    var continues: Bool
    /// The rows in it, those of earlier batches too.
    var rows: Int64
    var lastRow: Int
  }

  let size: Int64
  private(set) var windows: [Window] = []
  private(set) var windowOfRow: [Int32] = []
  /// The rows in the open window of each key.
  private var open: [Int64]
  /// The window of the batch to which the next row of a key belongs; −1 for none yet.
  private var current: [Int32]

  init(_ size: Int64, open: [Int64]) {
    self.size = size
    self.open = open
    current = Array(repeating: -1, count: open.count)
  }

  mutating func add(_ keys: [Int32]) {
    windowOfRow.reserveCapacity(keys.count)
    for (row, key) in keys.enumerated() {
      let index = Int(key)
      if current[index] < 0 {
        current[index] = Int32(windows.count)
        windows.append(Window(key: key, continues: open[index] > 0, rows: open[index], lastRow: row))
      }
      let window = Int(current[index])
      windowOfRow.append(current[index])
      windows[window].rows += 1
      windows[window].lastRow = row
      open[index] = windows[window].rows
      if windows[window].rows == size {
        current[index] = -1
        open[index] = 0
      }
    }
  }
}
