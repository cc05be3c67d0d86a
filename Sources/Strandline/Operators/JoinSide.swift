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

  /// The open panes in which rows of the other side may have a pair, and those rows; nil for all of them.
  ///
  /// - Parameter offsets: how much later a row of this side may be.
  func panes(of rows: JoinRows, _ offsets: ClosedRange<Int64>?) -> [(pane: Int64, rows: [Int32]?)] {
    guard let window, let offsets else { return [(0, nil)] }
    var byPane: [Int64: [Int32]] = [:]
    for (row, time) in rows.times.enumerated() {
      var pane = window.pane(of: time + offsets.lowerBound)
      while pane <= time + offsets.upperBound {
        if panes[pane] != nil { byPane[pane, default: []].append(Int32(row)) }
        pane = window.paneEnd(pane)
      }
    }
    return byPane.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whether a kept row has matched.
  func isMatched(_ row: JoinPlace) -> Bool {
    panes[row.pane]?.parts[Int(row.shard)]?.isMatched[Int(row.entry)] ?? true
  }

  /// The time of a kept row.
  func time(_ row: JoinPlace) -> Int64 { panes[row.pane]?.parts[Int(row.shard)]?.times[Int(row.entry)] ?? 0 }

  /// Where the group of a kept row stands.
  func groupPlace(_ row: JoinPlace) -> GroupPlace {
    panes[row.pane]?.parts[Int(row.shard)]?.places[Int(row.entry)] ?? .none
  }

  /// Chooses rows to be kept by their panes, and makes them ready for that. Nothing is changed.
  func ready(
    _ rows: JoinRows, _ chosen: [Int32], matched: [Bool], _ states: borrowing StreamState
  ) throws(StateError) -> [KeptRows] {
    let blob = RowBlob(schema)
    var kept: [KeptRows] = []
    for (pane, chosen) in byPane(chosen, rows.times) {
      kept.append(
        try KeptRows(rows, chosen, matched: matched, pane: pane, blob, states.states[state]))
    }
    return kept
  }

  private func byPane(_ rows: [Int32], _ times: [Int64]) -> [(pane: Int64, rows: [Int32])] {
    if rows.isEmpty { return [] }
    guard window != nil else { return [(0, rows)] }
    return Dictionary(grouping: rows) { pane(of: times[Int($0)]) }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  /// Keeps rows, in their order.
  ///
  /// - Parameter workers: who works; a shard is one's alone.
  mutating func keep(
    _ rows: [KeptRows], _ states: inout StreamState, on workers: Workers
  ) throws(StateError) {
    if rows.isEmpty { return }
    let places = try states.states[state].put(rows.map(\.groups), on: workers)
    var work: [JoinPartWork] = []
    for (pane, numbers) in Dictionary(grouping: rows.indices, by: { rows[$0].pane }).sorted(by: { $0.key < $1.key }) {
      for shard in 0..<states.shardCount {
        let own = numbers.filter { !rows[$0].order.range(ofShard: shard).isEmpty }
        if own.isEmpty { continue }
        // The part leaves its pane while it is changed, so that there is one of it.
        let part = panes[pane]?.parts[shard].take() ?? JoinPart(layout)
        work.append(JoinPartWork(pane: pane, shard: shard, rows: own, part: part))
      }
    }
    workers.forEach(&work) { (_, item) in
      do throws(StateError) {
        for number in item.rows {
          let order = rows[number].order
          try item.part.add(rows[number], order.rows[order.range(ofShard: item.shard)], places[number])
        }
      } catch {
        item.error = error
      }
    }
    for item in work {
      if let error = item.error { throw error }
      panes[item.pane, default: JoinPane(shards: states.shardCount)].parts[item.shard] = item.part
    }
  }

  /// Notes that kept rows of a pane have matched.
  mutating func match(_ rows: [JoinPlace], pane: Int64, _ states: inout StreamState) {
    guard isTracked else { return }
    let places = rows.map { groupPlace($0) }
    for row in rows { panes[pane]?.parts[Int(row.shard)]?.isMatched[Int(row.entry)] = true }
    states.states[state].set(word: 1, to: rows.map { _ in 1 }, of: places, pane: pane)
  }

  /// Finds everything again from the keyed state.
  ///
  /// - Throws: `StateError` `.malformed` for a row in a pane that its time doesn't lie in.
  mutating func restore(_ states: borrowing StreamState) throws(StateError) {
    panes = [:]
    for pane in states.states[state].openPanes {
      let (places, keys) = states.states[state].groups(ofPane: pane)
      guard let ordinals = keys.last?.words else { continue }
      let times = states.states[state].words(0, of: places, pane: pane)
      guard times.allSatisfy({ isTime($0, in: pane) }) else {
        throw StateError(.malformed, "a row of a join has a time that is not in its pane, \(pane)")
      }
      let isMatched = states.states[state].words(1, of: places, pane: pane).map { $0 != 0 }
      let keyed = states.states[state].keys(Array(keys.dropLast()), as: layout, rows: places.count)
      let order = states.states[state].order(keyed)
      var held = JoinPane(shards: states.shardCount)
      for shard in held.parts.indices {
        let own = order.rows[order.range(ofShard: shard)].sorted { ordinals[Int($0)] < ordinals[Int($1)] }
        if own.isEmpty { continue }
        var part = JoinPart(layout)
        try part.add(keyed, own[...], times: times, ordinals: ordinals, isMatched: isMatched, places: places)
        held.parts[shard] = part
      }
      panes[pane] = held
    }
  }

  private func isTime(_ time: Int64, in pane: Int64) -> Bool {
    time > -Window.maximumTime && time < Window.maximumTime && self.pane(of: time) == pane
  }
}

/// The kept rows of a shard of a pane, while rows are added to it.
private struct JoinPartWork: Sendable {
  let pane: Int64
  let shard: Int
  /// Which of the kept rows have any for it.
  let rows: [Int]
  var part: JoinPart
  var error: StateError?
}

/// Where a side keeps a row.
struct JoinPlace: Hashable, Sendable {
  var pane: Int64
  var shard: Int32
  var entry: Int32
}

/// The kept rows of one pane of a side, by the shards of their keys.
struct JoinPane: Sendable {
  var parts: [JoinPart?]

  init(shards: Int) {
    parts = Array(repeating: nil, count: shards)
  }
}

/// The kept rows of one shard of a pane of a side, found by key.
struct JoinPart: Sendable {
  var entries: KeyedNumbers
  var places: [GroupPlace] = []
  var ordinals: [Int64] = []
  var times: [Int64] = []
  var isMatched: [Bool] = []

  init(_ layout: KeyLayout) {
    entries = KeyedNumbers(layout)
  }

  /// Bytes of memory that it holds, unused capacity included.
  var memoryBytes: Int {
    entries.memoryBytes + places.capacity * MemoryLayout<GroupPlace>.stride
      + (ordinals.capacity + times.capacity) * 8 + isMatched.capacity
  }

  /// Adds some of the rows that are kept.
  mutating func add(_ rows: KeptRows, _ own: ArraySlice<Int32>, _ places: [GroupPlace]) throws(StateError) {
    try add(
      rows.keys, own, times: rows.times, ordinals: rows.ordinals, isMatched: rows.isMatched, places: places)
  }

  /// Adds some rows of lists of them.
  mutating func add(
    _ keys: KeyBatch, _ own: ArraySlice<Int32>, times: [Int64], ordinals: [Int64], isMatched: [Bool],
    places: [GroupPlace]
  ) throws(StateError) {
    if own.isEmpty { return }
    let first = self.places.count
    try entries.add(keys.gathered(Array(own)), (first..<first + own.count).map { Int64($0) })
    for row in own {
      self.places.append(places[Int(row)])
      self.ordinals.append(ordinals[Int(row)])
      self.times.append(times[Int(row)])
      self.isMatched.append(isMatched[Int(row)])
    }
  }
}
