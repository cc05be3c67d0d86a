import StrandlineColumns
import StrandlineState

/// Pairs of a row that arrives and a row that the other side keeps.
struct JoinPairs {
  /// The rows that arrive, by their place among them.
  var arrivals: [Int32] = []
  /// The panes of the kept ones, and their places there.
  var panes: [Int64] = []
  var entries: [Int32] = []

  var count: Int { arrivals.count }

  /// The pairs of rows whose keys are equal, and whose times are near enough: those of one row that arrives in the order of the
  /// kept ones' ordinals, whatever they were found through.
  ///
  /// - Parameter offsets: how much later the kept row may be; nil for any time.
  init(_ rows: JoinRows, with side: JoinSide, offsets: ClosedRange<Int64>?) {
    var ordinals: [Int64] = []
    for row in 0..<rows.count {
      let first = arrivals.count
      ordinals.removeAll(keepingCapacity: true)
      let time = rows.times[row]
      let (low, high) = offsets.map { (time + $0.lowerBound, time + $0.upperBound) } ?? (.min, .max)
      side.forEachPane(from: low, through: high) { pane, kept in
        guard let place = kept.entries.place(of: rows.keys, row: row) else { return }
        kept.entries.forEach(at: place) { entry in
          let time = kept.times[Int(entry)]
          guard time >= low && time <= high else { return }
          arrivals.append(Int32(row))
          panes.append(pane)
          entries.append(Int32(entry))
          ordinals.append(kept.ordinals[Int(entry)])
        }
      }
      sort(from: first, by: ordinals)
    }
  }

  /// Sorts the last pairs by the ordinals of their kept rows.
  private mutating func sort(from first: Int, by ordinals: [Int64]) {
    if zip(ordinals, ordinals.dropFirst()).allSatisfy({ $0 < $1 }) { return }
    let order = ordinals.indices.sorted { ordinals[$0] < ordinals[$1] }
    let (panes, entries) = (order.map { self.panes[first + $0] }, order.map { self.entries[first + $0] })
    self.panes.replaceSubrange(first..., with: panes)
    self.entries.replaceSubrange(first..., with: entries)
  }

  /// Some of the pairs.
  func gathered(_ selection: Selection) -> JoinPairs {
    guard case .rows(let rows) = selection else { return self }
    var out = self
    out.arrivals = rows.map { arrivals[Int($0)] }
    out.panes = rows.map { panes[Int($0)] }
    out.entries = rows.map { entries[Int($0)] }
    return out
  }

  /// The first pair of each kept row that has not matched before.
  func firstMatches(of side: JoinSide) -> JoinPairs {
    var seen: Set<JoinEntry> = []
    let rows = (0..<Int32(count)).filter { row in
      let entry = JoinEntry(pane: panes[Int(row)], entry: entries[Int(row)])
      return side.panes[entry.pane]?.isMatched[Int(entry.entry)] == false && seen.insert(entry).inserted
    }
    return gathered(.rows(rows))
  }

  /// The places of the pairs in each pane.
  var byPane: [(pane: Int64, rows: [Int])] {
    Dictionary(grouping: 0..<count) { panes[$0] }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The columns of the kept rows, one for each pair.
  ///
  /// - Throws: `StateError` `.malformed` for a row of the state that can't be read.
  func keptColumns(_ side: JoinSide, _ state: borrowing KeyedState) throws(StateError) -> [Column] {
    var blobs = [[UInt8]](repeating: [], count: count)
    for (pane, rows) in byPane {
      guard let kept = side.panes[pane] else { continue }
      let found = state.blobs(0, of: rows.map { kept.places[Int(entries[$0])] }, pane: pane)
      for (position, row) in rows.enumerated() { blobs[row] = found[position] }
    }
    let blob = RowBlob(side.schema)
    var columns = blob.columns
    for bytes in blobs { try blob.decode(bytes, into: &columns) }
    return columns
  }

  /// The times of the kept rows, one for each pair.
  func keptTimes(_ side: JoinSide) -> [Int64] {
    (0..<count).map { side.panes[panes[$0]]?.times[Int(entries[$0])] ?? 0 }
  }
}

/// A row that a side keeps.
private struct JoinEntry: Hashable {
  var pane: Int64
  var entry: Int32
}
