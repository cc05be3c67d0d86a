import StrandlineColumns

extension EntryAccumulator {
  /// The entries of some rows as a blob. Sorts the rows once, or those that may be kept.
  func run(_ inputs: [Column], _ rows: ArraySlice<Int32>) -> [UInt8] {
    var rows = rows
    if parts.contains(where: { inputs[$0.input].hasNulls }) {
      rows = rows.filter { row in !parts.contains { inputs[$0.input].isNull(Int(row)) } }[...]
    }
    if rows.isEmpty { return [] }
    if parts.count == 1 && parts[0].type != .string { return words(inputs[parts[0].input], rows) }
    if let limit, limit < rows.count, !isDistinct || limit == 1, parts[0].type != .string {
      rows = leading(inputs[parts[0].input], rows, limit)
    }
    return sorted(inputs, rows)
  }

  /// Entries of one fixed-width part: sorted as numbers.
  private func words(_ column: Column, _ rows: ArraySlice<Int32>) -> [UInt8] {
    let part = parts[0]
    var numbers = rows.map { part.ordered(column.words[Int($0)]) }
    if limit == 1 {
      numbers = numbers.min().map { [$0] } ?? []
    } else {
      numbers.sort()
    }
    var out: [UInt8] = []
    out.reserveCapacity(Swift.min(limit ?? .max, numbers.count) * 8)
    var previous: UInt64?
    var count = 0
    for number in numbers {
      if isDistinct && number == previous { continue }
      if let limit, count == limit { break }
      BigEndian.append(number, to: &out)
      previous = number
      count += 1
    }
    return out
  }

  /// The rows whose first part is among the `limit` smallest: the others can't have one of the smallest entries.
  private func leading(_ column: Column, _ rows: ArraySlice<Int32>, _ limit: Int) -> ArraySlice<Int32> {
    let numbers = rows.map { parts[0].ordered(column.words[Int($0)]) }
    // Of one kept entry a pass finds the smallest, of few a sorted copy the last of them.
    let largest = limit == 1 ? numbers.min() : numbers.sorted()[limit - 1]
    guard let largest else { return rows }
    var leading: [Int32] = []
    for (row, number) in zip(rows, numbers) where number <= largest { leading.append(row) }
    return leading[...]
  }

  private func sorted(_ inputs: [Column], _ rows: ArraySlice<Int32>) -> [UInt8] {
    var bytes: [UInt8] = []
    var entries: [Range<Int>] = []
    entries.reserveCapacity(rows.count)
    for row in rows {
      let start = bytes.count
      for part in parts { part.append(Int(row), of: inputs[part.input], to: &bytes) }
      entries.append(start..<bytes.count)
    }
    let span = bytes.span
    var order = Array(entries.indices)
    if limit == 1 {
      var smallest = 0
      for index in order where EntryMerge.compare(span, entries[index], span, entries[smallest]) < 0 {
        smallest = index
      }
      order = [smallest]
    } else {
      order.sort { EntryMerge.compare(bytes.span, entries[$0], bytes.span, entries[$1]) < 0 }
    }
    var merge = EntryMerge(self)
    for index in order where !merge.isFull { merge.append(span, entries[index]) }
    return merge.out
  }
}
