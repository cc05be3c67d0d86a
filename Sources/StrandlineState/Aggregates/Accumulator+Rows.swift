import StrandlineColumns

extension AccumulatorLayout {
  /// Adds rows to the groups of a table: row `i` of every input goes to `groups[i]`. Linear in rows × accumulators.
  ///
  /// - Parameters:
  ///   - inputs: the input columns, each with as many values as there are groups named.
  /// - Throws: `StateError` `.tooLarge` when a group keeps more bytes than it may.
  func add(_ inputs: [Column], to table: inout GroupTable, groups: [Int32]) throws(StateError) {
    try add(inputs, 0..<groups.count, to: &table, groups: groups)
  }

  /// The same for some of the rows; where groups keep bytes of accumulators, for all.
  func add(
    _ inputs: [Column], _ rows: Range<Int>, to table: inout GroupTable, groups: [Int32]
  ) throws(StateError) {
    precondition(rows.upperBound <= groups.count, "a group for each row")
    table.extend(identities)
    for (accumulator, first) in zip(accumulators, firstWords) {
      switch accumulator {
      case .countRows:
        count(groups, rows, in: &table.words[first])
      case .count(let input):
        count(groups, rows, in: &table.words[first], where: inputs[input])
      case .sumInt64(let input):
        sum(inputs[input], groups, rows, in: &table.words, first)
      case .sumDouble(let input):
        let column = inputs[input]
        for row in rows where !column.isNull(row) {
          ExactSum.add(
            Double(bitPattern: UInt64(bitPattern: column.words[row])), to: &table.words, first, Int(groups[row]))
        }
      case .minimum(let input):
        fold(inputs[input], groups, rows, in: &table.words[first]) { Swift.min($0, $1) }
      case .maximum(let input):
        fold(inputs[input], groups, rows, in: &table.words[first]) { Swift.max($0, $1) }
      case .squaresInt64(let input):
        squares(inputs[input], groups, rows, in: &table.words, first)
      case .squaresDouble(let input):
        let column = inputs[input]
        for row in rows where !column.isNull(row) {
          let value = Double(bitPattern: UInt64(bitPattern: column.words[row]))
          ExactSum.add(product: value, value, to: &table.words, first, Int(groups[row]))
        }
      case .entries, .estimate, .quantiles, .custom: break
      }
    }
    if blobs > ownBlobs {
      precondition(rows == groups.indices, "all rows at once")
      try addBlobs(inputs, to: &table, groups: groups)
    }
  }

  private func squares(
    _ column: Column, _ groups: [Int32], _ rows: Range<Int>, in words: inout [[Int64]], _ first: Int
  ) {
    for row in rows where !column.isNull(row) {
      let group = Int(groups[row])
      var (low, middle, high) = (words[first][group], words[first + 1][group], words[first + 2][group])
      SquareSum.add(column.words[row], &low, &middle, &high)
      words[first][group] = low
      words[first + 1][group] = middle
      words[first + 2][group] = high
    }
  }

  private func count(_ groups: [Int32], _ rows: Range<Int>, in words: inout [Int64]) {
    let groups = groups.span
    var words = words.mutableSpan
    for row in rows { words[Int(groups[row])] &+= 1 }
  }

  private func count(_ groups: [Int32], _ rows: Range<Int>, in words: inout [Int64], where column: Column) {
    guard column.hasNulls else { return count(groups, rows, in: &words) }
    for row in rows where !column.isNull(row) { words[Int(groups[row])] &+= 1 }
  }

  private func sum(
    _ column: Column, _ groups: [Int32], _ rows: Range<Int>, in words: inout [[Int64]], _ first: Int
  ) {
    // The two words are taken out of the table for the loop, so that neither is checked for sharing at each row.
    var low: [Int64] = []
    var high: [Int64] = []
    swap(&low, &words[first])
    swap(&high, &words[first + 1])
    defer {
      swap(&low, &words[first])
      swap(&high, &words[first + 1])
    }
    let (values, groups) = (column.words.span, groups.span)
    var lows = low.mutableSpan
    var highs = high.mutableSpan
    // A null has a zero word, which changes no sum.
    for row in rows {
      let group = Int(groups[row])
      let value = values[row]
      let (sum, carry) = UInt64(bitPattern: lows[group]).addingReportingOverflow(UInt64(bitPattern: value))
      lows[group] = Int64(bitPattern: sum)
      highs[group] &+= (value >> 63) &+ (carry ? 1 : 0)
    }
  }

  @inline(__always)
  private func fold(
    _ column: Column, _ groups: [Int32], _ rows: Range<Int>, in words: inout [Int64],
    _ combine: (Int64, Int64) -> Int64
  ) {
    let (values, groups) = (column.words.span, groups.span)
    var words = words.mutableSpan
    let hasNulls = column.hasNulls
    for row in rows {
      if hasNulls && column.isNull(row) { continue }
      let group = Int(groups[row])
      words[group] = combine(words[group], KeyOrder.sortable(values[row], column.type))
    }
  }
}
