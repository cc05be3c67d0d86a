public import StrandlineColumns

/// How an aggregate's value is read from the words of a group.
///
/// The numbers are positions of accumulators in the operator's layout. `count` is the accumulator that says how many
/// values there were; without one every group has some.
public enum AggregateResult: Sendable, Hashable {
  /// The value of a counting accumulator.
  case count(Int)
  /// The sum of an int64 input; null without values, an error beyond 64 bits.
  case sumInt64(Int, count: Int?)
  /// The sum of a double input, rounded once; null without values.
  case sumDouble(Int, count: Int?)
  /// The smallest or largest value of an input of that type; null without values.
  case extreme(Int, type: ColumnType, count: Int?)
  /// The mean of an int64 input as a double; null without values.
  case averageInt64(Int, count: Int)
  /// The mean of a double input: the sum rounded once, divided by the count; null without values.
  case averageDouble(Int, count: Int)
  /// Variance or deviation of an int64 input.
  case spreadInt64(Spread, sum: Int, squares: Int, count: Int)
  /// Variance or deviation of a double input.
  case spreadDouble(Spread, sum: Int, squares: Int, count: Int)
  /// What the first entry holds in a part of that type; null without entries.
  case firstEntry(Int, part: Int, type: ColumnType)
  /// What the entries hold in a part, as a JSON array; null without entries.
  case allEntries(Int, part: Int)
  /// The number of entries.
  case entryCount(Int)
  /// The estimated number of different values.
  case estimate(Int)
  /// The value at a share of the values in ascending order; null without values.
  case quantile(Int, share: Double)
  /// The result of an aggregate that is defined elsewhere, of that type.
  case custom(Int, type: ColumnType)

  /// The type of the values.
  public var type: ColumnType {
    switch self {
    case .count, .sumInt64, .entryCount, .estimate: .int64
    case .extreme(_, let type, _), .firstEntry(_, _, let type), .custom(_, let type): type
    case .sumDouble, .averageInt64, .averageDouble, .spreadInt64, .spreadDouble, .quantile: .double
    case .allEntries: .string
    }
  }

  private var countAccumulator: Int? {
    switch self {
    case .sumInt64(_, let count), .sumDouble(_, let count), .extreme(_, _, let count): count
    case .averageInt64(_, let count), .averageDouble(_, let count): count
    case .spreadInt64(_, _, _, let count), .spreadDouble(_, _, _, let count): count
    default: nil
    }
  }

  /// The values of those rows. Linear in the rows.
  ///
  /// - Parameter describeKey: words for the key of a row, for an error.
  /// - Throws: `StateError` `.overflow` for a sum that 64 bits don't hold, `.tooLarge` for more text than a column holds.
  public func column(
    of rows: GroupRows, _ layout: AccumulatorLayout, describeKey: (Int) -> String
  ) throws(StateError) -> Column {
    var out = Column(type, capacity: rows.count)
    let counts = countAccumulator.map { rows.words[layout.firstWords[$0]] }
    for row in 0..<rows.count {
      let count = counts?[row] ?? 1
      if count == 0 {
        out.appendNull()
        continue
      }
      switch self {
      case .count(let accumulator):
        out.append(word: rows.words[layout.firstWords[accumulator]][row])
      case .sumInt64(let accumulator, _):
        let sum = Self.wideSum(rows.words, layout.firstWords[accumulator], row)
        guard let value = Int64(exactly: sum) else {
          throw StateError(.overflow, "a sum of int64 values leaves 64 bits for the key \(describeKey(row))")
        }
        out.append(word: value)
      case .sumDouble(let accumulator, _):
        out.append(ExactSum.value(rows.words, layout.firstWords[accumulator], row))
      case .extreme(let accumulator, let type, _):
        out.append(word: KeyOrder.word(ofSortable: rows.words[layout.firstWords[accumulator]][row], type))
      case .averageInt64(let accumulator, _):
        out.append(Double(Self.wideSum(rows.words, layout.firstWords[accumulator], row)) / Double(count))
      case .averageDouble(let accumulator, _):
        out.append(ExactSum.value(rows.words, layout.firstWords[accumulator], row) / Double(count))
      case .spreadInt64(let spread, let sum, let squares, _):
        let wide = Self.wideSum(rows.words, layout.firstWords[sum], row).magnitude
        out.append(
          optional: spread.value(
            count: count, squares: SquareSum.number(rows.words, layout.firstWords[squares], row),
            sum: WideNumber([UInt64(truncatingIfNeeded: wide), UInt64(truncatingIfNeeded: wide >> 64)]), exponent: 0))
      case .spreadDouble(let spread, let sum, let squares, _):
        out.append(
          optional: spread.value(
            count: count, sum: layout.firstWords[sum], squares: layout.firstWords[squares], rows.words, row))
      default:
        try append(rows, row, layout, to: &out)
      }
    }
    return out
  }

  private static func wideSum(_ words: [[Int64]], _ first: Int, _ row: Int) -> Int128 {
    Int128(words[first + 1][row]) << 64 | Int128(UInt64(bitPattern: words[first][row]))
  }
}
