import StrandlineColumns
import StrandlineState

/// Rows that arrive at one side of a join meet those that the other side keeps: many at a time, side by side, since nothing is
/// changed.
struct JoinMeeting: Sendable {
  /// The pairs.
  private(set) var pairs = JoinPairs()
  /// The rows that come out at once, in the order of the rows that arrive, and their times.
  private(set) var columns: [Column] = []
  private(set) var times: [Int64] = []
  /// The rows that the side is to keep.
  private(set) var kept: [KeptRows] = []

  /// Rows of an input meet the other side.
  ///
  /// - Parameter hasEnded: whether the other side's rows have ended: what then has no pair will never have one.
  init(
    _ rows: JoinRows, _ input: Int, _ join: JoinOperator, hasEnded: Bool, _ states: borrowing StreamState
  ) throws {
    let other = join.sides[1 - input]
    let offsets = join.within.map { input == 0 ? $0 : -$0.upperBound ... -$0.lowerBound }
    pairs = JoinPairs(rows, with: other, offsets: offsets, states.states[other.state])
    var pairColumns: [Column] = []
    if pairs.count > 0 && !(join.kind.isOneSided && join.condition == nil) {
      pairColumns = try pairs.keptColumns(other, states.states[other.state])
      if let condition = join.condition {
        let columns = Self.paired(rows, pairs.arrivals, pairColumns, input)
        let selection = try condition.select(ColumnBatch(join.pairSchema, columns: columns), .all(pairs.count))
        pairs = pairs.gathered(selection)
        pairColumns = pairColumns.map { $0.gathered(selection) }
      }
    }
    var matched = [Bool](repeating: false, count: rows.count)
    for row in pairs.arrivals { matched[Int(row)] = true }
    let isAlone = { (row: Int32) in !matched[Int(row)] && (hasEnded || !rows.hasKey(Int(row))) }
    let alone = join.keeps(input) ? (0..<Int32(rows.count)).filter(isAlone) : []
    if !join.kind.isOneSided {
      give(rows, pairColumns, alone, input, other)
    } else if input == 0 {
      let chosen = join.kind == .semi ? (0..<Int32(rows.count)).filter { matched[Int($0)] } : alone
      columns = rows.columns.map { $0.gathered(chosen) }
      times = chosen.map { rows.times[Int($0)] }
    }
    if hasEnded { return }
    // A row of which it is known that it comes out, or never will, isn't kept.
    let isDecided = join.kind.isOneSided && input == 0
    let chosen = (0..<Int32(rows.count)).filter { rows.hasKey(Int($0)) && !(isDecided && matched[Int($0)]) }
    kept = try join.sides[input].ready(rows, chosen, matched: matched, states)
  }

  /// The columns of rows that arrive beside those of the other side: the left side's come first.
  private static func paired(_ rows: JoinRows, _ arrivals: [Int32], _ others: [Column], _ input: Int) -> [Column] {
    let arrived = rows.columns.map { $0.gathered(arrivals) }
    return input == 0 ? arrived + others : others + arrived
  }

  /// Gives pairs, and rows without one, in the order of the rows that arrive.
  private mutating func give(
    _ rows: JoinRows, _ keptColumns: [Column], _ alone: [Int32], _ input: Int, _ other: JoinSide
  ) {
    let keptTimes = pairs.keptTimes(other)
    // A pair's time is that of its later row.
    times = zip(pairs.arrivals, keptTimes).map { max(rows.times[Int($0)], $1) }
    if alone.isEmpty {
      columns = Self.paired(rows, pairs.arrivals, keptColumns, input)
      return
    }
    var (arrivals, places): ([Int32], [Int32]) = ([], [])
    var pair = 0
    for row in alone {
      while pair < pairs.count && pairs.arrivals[pair] < row {
        arrivals.append(pairs.arrivals[pair])
        places.append(Int32(pair))
        pair += 1
      }
      arrivals.append(row)
      places.append(Int32(pairs.count))
    }
    arrivals += pairs.arrivals[pair...]
    places += (pair..<pairs.count).map { Int32($0) }
    // The place behind the last pair is that of a row of nulls.
    var held = pairs.count == 0 ? RowBlob(other.schema).columns : keptColumns
    for index in held.indices { held[index].appendNull() }
    columns = Self.paired(rows, arrivals, held.map { $0.gathered(places) }, input)
    times = zip(arrivals, places).map { $1 < times.count ? times[Int($1)] : rows.times[Int($0)] }
  }
}
