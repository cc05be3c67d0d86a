/// A key's prefix, and the row that it is of.
struct SortEntry {
  var prefix: UInt64
  var row: Int32
}

extension SortKeys {
  /// So few rows are compared with each other rather than sorted by the bytes of their prefixes.
  private static let fewRows = 256

  /// So many bytes of the prefixes are sorted by, the highest of those in which some differ: few rows are alike in them.
  private static let bytesSorted = 4

  /// The rows in the order of their keys, rows of equal keys in the order of their numbers.
  ///
  /// By the highest bytes in which prefixes differ, least significant first (a radix sort: linear in the rows); rows that are alike in
  /// these are then compared with each other.
  func order() -> [Int32] {
    let prefixes = prefixes.span
    var entries = [SortEntry](capacity: prefixes.count) { output in
      for row in prefixes.indices { output.append(SortEntry(prefix: prefixes[row], row: Int32(row))) }
    }
    if entries.count <= Self.fewRows {
      entries.sort { isBefore($0, $1) }
    } else {
      let mask = Self.sortByPrefix(&entries)
      if mask != ~0 || !arePrefixesAll { sortTies(&entries, mask) }
    }
    return entries.map(\.row)
  }

  @inline(__always)
  private func isBefore(_ left: SortEntry, _ right: SortEntry) -> Bool {
    if left.prefix != right.prefix { return left.prefix < right.prefix }
    let order = compareTails(Int(left.row), self, Int(right.row))
    return order == 0 ? left.row < right.row : order < 0
  }

  /// Puts entries into the order of some bits of their prefixes.
  ///
  /// - Returns: these bits, and those that all prefixes have alike.
  private static func sortByPrefix(_ entries: inout [SortEntry]) -> UInt64 {
    var (common, any): (UInt64, UInt64) = (~0, 0)
    var isSorted = true
    for index in entries.indices {
      let prefix = entries[index].prefix
      common &= prefix
      any |= prefix
      if index > 0 && entries[index - 1].prefix > prefix { isSorted = false }
    }
    if isSorted { return ~0 }
    var shifts = stride(from: 56 as UInt64, through: 0, by: -8).filter { (common ^ any) >> $0 & 0xFF != 0 }
    var mask = ~(common ^ any)
    shifts = Array(shifts.prefix(bytesSorted))
    for shift in shifts { mask |= 0xFF << shift }
    var other = entries
    for shift in shifts.reversed() {
      pass(entries.span, &other, shift)
      swap(&entries, &other)
    }
    return mask
  }

  /// Puts entries into the order of one byte of their prefixes, those that have it alike in the order in which they come.
  private static func pass(_ from: Span<SortEntry>, _ to: inout [SortEntry], _ shift: UInt64) {
    var next = [Int](repeating: 0, count: 256)
    var starts = next.mutableSpan
    for index in from.indices { starts[Int(from[index].prefix >> shift & 0xFF)] += 1 }
    var start = 0
    for byte in 0..<256 {
      let count = starts[byte]
      starts[byte] = start
      start += count
    }
    var target = to.mutableSpan
    for index in from.indices {
      let byte = Int(from[index].prefix >> shift & 0xFF)
      target[starts[byte]] = from[index]
      starts[byte] += 1
    }
  }

  /// Puts entries into order that are alike in those bits of their prefixes.
  private func sortTies(_ entries: inout [SortEntry], _ mask: UInt64) {
    var start = 0
    while start < entries.count {
      var end = start + 1
      while end < entries.count && entries[end].prefix & mask == entries[start].prefix & mask { end += 1 }
      if end - start > 1 { entries[start..<end].sort { isBefore($0, $1) } }
      start = end
    }
  }
}
