import StrandlineColumns

extension AccumulatorLayout {
  /// Adds rows to the groups of a table: row `i` of every input goes to `groups[i]`. Linear in rows × accumulators.
  ///
  /// - Parameters:
  ///   - inputs: the input columns, each with as many values as there are groups named.
  /// - Throws: `StateError` `.tooLarge` when a group keeps more bytes than it may.
  func add(_ inputs: [Column], to table: inout GroupTable, groups: [Int32]) throws(StateError) {
    table.extend(identities)
    for (accumulator, first) in zip(accumulators, firstWords) {
      switch accumulator {
      case .countRows:
        count(groups, in: &table.words[first])
      case .count(let input):
        count(groups, in: &table.words[first], where: inputs[input])
      case .sumInt64(let input):
        sum(inputs[input], groups, in: &table.words, first)
      case .sumDouble(let input):
        let column = inputs[input]
        for row in groups.indices where !column.isNull(row) {
          ExactSum.add(
            Double(bitPattern: UInt64(bitPattern: column.words[row])), to: &table.words, first, Int(groups[row]))
        }
      case .minimum(let input):
        fold(inputs[input], groups, in: &table.words[first]) { Swift.min($0, $1) }
      case .maximum(let input):
        fold(inputs[input], groups, in: &table.words[first]) { Swift.max($0, $1) }
      case .squaresInt64(let input):
        squares(inputs[input], groups, in: &table.words, first)
      case .squaresDouble(let input):
        let column = inputs[input]
        for row in groups.indices where !column.isNull(row) {
          let value = Double(bitPattern: UInt64(bitPattern: column.words[row]))
          ExactSum.add(product: value, value, to: &table.words, first, Int(groups[row]))
        }
      case .entries, .estimate, .quantiles, .custom: break
      }
    }
    if blobs > ownBlobs { try addBlobs(inputs, to: &table, groups: groups) }
  }

  private func squares(_ column: Column, _ groups: [Int32], in words: inout [[Int64]], _ first: Int) {
    for row in groups.indices where !column.isNull(row) {
      let group = Int(groups[row])
      var (low, middle, high) = (words[first][group], words[first + 1][group], words[first + 2][group])
      SquareSum.add(column.words[row], &low, &middle, &high)
      words[first][group] = low
      words[first + 1][group] = middle
      words[first + 2][group] = high
    }
  }

  private func count(_ groups: [Int32], in words: inout [Int64]) {
    let groups = groups.span
    var words = words.mutableSpan
    for row in groups.indices { words[Int(groups[row])] &+= 1 }
  }

  private func count(_ groups: [Int32], in words: inout [Int64], where column: Column) {
    guard column.hasNulls else { return count(groups, in: &words) }
    for row in groups.indices where !column.isNull(row) { words[Int(groups[row])] &+= 1 }
  }

  private func sum(_ column: Column, _ groups: [Int32], in words: inout [[Int64]], _ first: Int) {
    // The two words are taken out of the table for the loop, so that neither is checked for sharing at each row.
    var low: [Int64] = []
    var high: [Int64] = []
    swap(&low, &words[first])
    swap(&high, &words[first + 1])
    for row in groups.indices where !column.isNull(row) {
      let group = Int(groups[row])
      let value = column.words[row]
      let (sum, carry) = UInt64(bitPattern: low[group]).addingReportingOverflow(UInt64(bitPattern: value))
      low[group] = Int64(bitPattern: sum)
      high[group] &+= (value >> 63) &+ (carry ? 1 : 0)
    }
    swap(&low, &words[first])
    swap(&high, &words[first + 1])
  }

  @inline(__always)
  private func fold(
    _ column: Column, _ groups: [Int32], in words: inout [Int64], _ combine: (Int64, Int64) -> Int64
  ) {
    for row in groups.indices where !column.isNull(row) {
      let group = Int(groups[row])
      words[group] = combine(words[group], KeyOrder.sortable(column.words[row], column.type))
    }
  }
}
