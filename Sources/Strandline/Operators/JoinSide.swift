import StrandlineColumns
import StrandlineState

/// One side of a join: what of its rows is kept, and how they are found.
///
/// # Overview
/// A row is a group of the side's keyed state: its key is the join's key and the row's ordinal, its words are its time and
/// whether it has matched, its blob is what is kept of it. So what is kept doesn't depend on how partitions take turns. Rows of a
/// pane are found by key through `panes`, which is made again of the state after a recovery. Groups keep their places, since none
/// is removed alone.
struct JoinSide: Sendable {
  /// The join's key, of a row.
  let keys: [BoundExpression]
  /// Where the columns that are kept stand in those of the rows.
  let kept: [Int]
  /// The columns that are kept.
  let schema: Schema
  /// The number of the side's keyed state.
  let state: Int
  /// How it is cut into panes; nil for one pane that is kept until the input ends.
  let window: Window?
  /// Whether it is noted which rows have matched.
  let isTracked: Bool
  /// The rows that are kept, by pane.
  var panes: [Int64: JoinPane] = [:]

  /// How the key of the join is held.
  var layout: KeyLayout { KeyLayout(keys.map(\.type)) }

  /// The keyed state of a side.
  static func state(id: Int, keys: [ColumnType], panes: PaneRule) -> KeyedStatePlan {
    KeyedStatePlan(
      id: id, keys: .tuple(keys + [.int64]), shardColumns: keys.count,
      values: AccumulatorLayout([], ownWords: 2, blobs: 1), panes: panes)
  }

  /// The pane that a time lies in.
  func pane(of time: Int64) -> Int64 { window?.pane(of: time) ?? 0 }

  /// Calls the body with the open panes that times of that range can lie in.
  func forEachPane(from low: Int64, through high: Int64, _ body: (Int64, JoinPane) -> Void) {
    guard let window else {
      if let rows = panes[0] { body(0, rows) }
      return
    }
    var pane = window.pane(of: low)
    while pane <= high {
      if let rows = panes[pane] { body(pane, rows) }
      pane = window.paneEnd(pane)
    }
  }

  /// Keeps rows, of which some have matched already.
  mutating func keep(
    _ rows: JoinRows, _ chosen: [Int32], matched: [Bool], _ states: inout StreamState
  ) throws(StateError) {
    let blob = RowBlob(schema)
    let byPane = Dictionary(grouping: chosen) { pane(of: rows.times[Int($0)]) }.sorted { $0.key < $1.key }
    for (pane, chosen) in byPane {
      var columns = rows.keyColumns.map { $0.gathered(chosen) }
      let ordinals = chosen.map { rows.ordinals[Int($0)] }
      columns.append(Column(.int64, words: ordinals))
      let times = chosen.map { rows.times[Int($0)] }
      let places = try states.states[state].touch(
        try states.states[state].keys(columns, rows: chosen.count), pane: pane)
      states.states[state].set(word: 0, to: times, of: places, pane: pane)
      let isMatched = chosen.map { matched[Int($0)] }
      if isTracked && isMatched.contains(true) {
        states.states[state].set(word: 1, to: isMatched.map { $0 ? 1 : 0 }, of: places, pane: pane)
      }
      states.states[state].set(blob: 0, to: blob.encode(rows.columns, rows: chosen), of: places, pane: pane)
      let empty = JoinPane(layout)
      try panes[pane, default: empty].add(
        rows.keys.gathered(chosen), places: places, ordinals: ordinals, times: times, isMatched: isMatched)
    }
  }

  /// Notes that rows of a pane have matched.
  mutating func match(_ entries: [Int32], pane: Int64, _ states: inout StreamState) {
    guard isTracked, let rows = panes[pane] else { return }
    let places = entries.map { rows.places[Int($0)] }
    for entry in entries { panes[pane]?.isMatched[Int(entry)] = true }
    states.states[state].set(word: 1, to: entries.map { _ in 1 }, of: places, pane: pane)
  }

  /// Finds everything again from the keyed state.
  ///
  /// - Throws: `StateError` `.malformed` for a row in a pane that its time doesn't lie in.
  mutating func restore(_ states: borrowing StreamState) throws(StateError) {
    panes = [:]
    for pane in states.states[state].openPanes {
      let (places, keys) = states.states[state].groups(ofPane: pane)
      guard let ordinals = keys.last?.words else { continue }
      let order = (0..<Int32(places.count)).sorted { ordinals[Int($0)] < ordinals[Int($1)] }
      let ordered = order.map { places[Int($0)] }
      let columns = keys.dropLast().map { $0.gathered(order) }
      let times = states.states[state].words(0, of: ordered, pane: pane)
      guard times.allSatisfy({ isTime($0, in: pane) }) else {
        throw StateError(.malformed, "a row of a join has a time that is not in its pane, \(pane)")
      }
      var rows = JoinPane(layout)
      try rows.add(
        states.states[state].keys(Array(columns), as: layout, rows: order.count), places: ordered,
        ordinals: order.map { ordinals[Int($0)] }, times: times,
        isMatched: states.states[state].words(1, of: ordered, pane: pane).map { $0 != 0 })
      panes[pane] = rows
    }
  }

  private func isTime(_ time: Int64, in pane: Int64) -> Bool {
    time > -Window.maximumTime && time < Window.maximumTime && self.pane(of: time) == pane
  }
}

/// The kept rows of one pane of a side, found by key.
struct JoinPane: Sendable {
  var entries: KeyedNumbers
  var places: [GroupPlace] = []
  var ordinals: [Int64] = []
  var times: [Int64] = []
  var isMatched: [Bool] = []

  init(_ layout: KeyLayout) {
    entries = KeyedNumbers(layout)
  }

  mutating func add(
    _ keys: KeyBatch, places: [GroupPlace], ordinals: [Int64], times: [Int64], isMatched: [Bool]
  ) throws(StateError) {
    let first = self.places.count
    try entries.add(keys, places.indices.map { Int64(first + $0) })
    self.places += places
    self.ordinals += ordinals
    self.times += times
    self.isMatched += isMatched
  }
}

/// Rows of one side that arrive together: on time, with keys that are not null.
struct JoinRows {
  /// Zero in streams without event time.
  var times: [Int64]
  /// What no two rows have in common.
  var ordinals: [Int64]
  /// The join's key.
  var keyColumns: [Column]
  var keys: KeyBatch
  /// What is kept of them.
  var columns: [Column]

  var count: Int { times.count }
}
