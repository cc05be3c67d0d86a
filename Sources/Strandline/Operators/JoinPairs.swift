import StrandlineColumns
import StrandlineState

/// Pairs of a row that arrives and a row that the other side keeps.
struct JoinPairs: Sendable {
  /// The rows that arrive, by their place among them.
  var arrivals: [Int32] = []
  /// Where the kept ones are.
  var kept: [JoinPlace] = []

  var count: Int { arrivals.count }

  init() {}

  /// The pairs of rows whose keys are equal, and whose times are near enough: by the rows that arrive, and those of one row in the
  /// order of the kept ones' ordinals, whatever they were found through.
  ///
  /// - Parameter offsets: how much later the kept row may be; nil for any time.
  init(_ rows: JoinRows, with side: JoinSide, offsets: ClosedRange<Int64>?, _ state: borrowing KeyedState) {
    if side.panes.isEmpty { return }
    var found = FoundPairs(rows, offsets)
    for (pane, chosen) in side.panes(of: rows, offsets) {
      guard let held = side.panes[pane] else { continue }
      let keys = chosen.map { rows.keys.gathered($0) } ?? rows.keys
      let order = state.order(keys)
      for (shard, part) in held.parts.enumerated() {
        let own = order.rows[order.range(ofShard: shard)]
        if own.isEmpty { continue }
        guard let part else { continue }
        let places = part.entries.find(keys.gathered(Array(own)))
        for (position, place) in zip(own, places) where place >= 0 {
          let row = chosen.map { $0[Int(position)] } ?? position
          found.add(row, part, at: place, JoinPlace(pane: pane, shard: Int32(shard), entry: 0))
        }
      }
    }
    (arrivals, kept) = found.ordered
  }

  /// Some of the pairs.
  func gathered(_ selection: Selection) -> JoinPairs {
    guard case .rows(let rows) = selection else { return self }
    var out = JoinPairs()
    out.arrivals = rows.map { arrivals[Int($0)] }
    out.kept = rows.map { kept[Int($0)] }
    return out
  }

  /// The first pair of each kept row that has not matched before.
  func firstMatches(of side: JoinSide) -> JoinPairs {
    var seen: Set<JoinPlace> = []
    let rows = (0..<Int32(count)).filter { pair in
      let place = kept[Int(pair)]
      return !side.isMatched(place) && seen.insert(place).inserted
    }
    return gathered(.rows(rows))
  }

  /// The pairs whose kept rows are in each pane.
  var byPane: [(pane: Int64, pairs: [Int])] {
    guard let first = kept.first?.pane else { return [] }
    if kept.allSatisfy({ $0.pane == first }) { return [(first, Array(0..<count))] }
    return Dictionary(grouping: 0..<count) { kept[$0].pane }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The columns of the kept rows, one for each pair.
  ///
  /// - Throws: `StateError` `.malformed` for a row of the state that can't be read.
  func keptColumns(_ side: JoinSide, _ state: borrowing KeyedState) throws(StateError) -> [Column] {
    var blobs = [[UInt8]](repeating: [], count: count)
    for (pane, pairs) in byPane {
      let places = pairs.map { side.groupPlace(kept[$0]) }
      for (pair, bytes) in zip(pairs, state.blobs(0, of: places, pane: pane)) { blobs[pair] = bytes }
    }
    let blob = RowBlob(side.schema)
    var columns = blob.columns
    for bytes in blobs { try blob.decode(bytes, into: &columns) }
    return columns
  }

  /// The times of the kept rows, one for each pair.
  func keptTimes(_ side: JoinSide) -> [Int64] {
    kept.map { side.time($0) }
  }
}

/// Pairs while they are found, in no order.
private struct FoundPairs {
  private let rows: JoinRows
  private let offsets: ClosedRange<Int64>?
  private var arrivals: [Int32] = []
  private var kept: [JoinPlace] = []
  private var ordinals: [Int64] = []

  init(_ rows: JoinRows, _ offsets: ClosedRange<Int64>?) {
    (self.rows, self.offsets) = (rows, offsets)
  }

  /// Adds the pairs of a row with the kept rows of its key.
  mutating func add(_ row: Int32, _ part: JoinPart, at place: Int32, _ kept: JoinPlace) {
    if !rows.hasKey(Int(row)) { return }
    let time = rows.times[Int(row)]
    part.entries.forEach(at: place) { entry in
      let entry = Int(entry)
      if let offsets, !offsets.contains(part.times[entry] &- time) { return }
      arrivals.append(row)
      self.kept.append(JoinPlace(pane: kept.pane, shard: kept.shard, entry: Int32(entry)))
      ordinals.append(part.ordinals[entry])
    }
  }

  /// The pairs in their order.
  var ordered: (arrivals: [Int32], kept: [JoinPlace]) {
    var counts = [Int32](repeating: 0, count: rows.count + 1)
    for row in arrivals { counts[Int(row) + 1] += 1 }
    for row in 0..<rows.count { counts[row + 1] += counts[row] }
    var next = counts
    var order = [Int32](repeating: 0, count: arrivals.count)
    for (pair, row) in arrivals.enumerated() {
      order[Int(next[Int(row)])] = Int32(pair)
      next[Int(row)] += 1
    }
    for row in 0..<rows.count where counts[row + 1] - counts[row] > 1 {
      order[Int(counts[row])..<Int(counts[row + 1])].sort { ordinals[Int($0)] < ordinals[Int($1)] }
    }
    return (order.map { arrivals[Int($0)] }, order.map { kept[Int($0)] })
  }
}
