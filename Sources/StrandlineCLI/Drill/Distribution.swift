/// Times in their order, for what is usual and what is the worst.
struct Distribution {
  /// The times, ascending; at least one.
  let sorted: [UInt64]

  /// The distribution of some times; nil of none.
  init?(_ nanos: [UInt64]) {
    if nanos.isEmpty { return nil }
    sorted = nanos.sorted()
  }

  var count: Int { sorted.count }
  var least: UInt64 { sorted[0] }
  var most: UInt64 { sorted[sorted.count - 1] }

  /// The least time that is not exceeded by that share of them (nearest rank).
  func quantile(_ share: Double) -> UInt64 {
    let rank = Int((share * Double(sorted.count)).rounded(.up))
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }

  /// A range of times, its end excluded, and how many are in it.
  struct Bin {
    var from: UInt64
    var to: UInt64
    var count: Int
  }

  /// The times in at most `bins` ranges of one round width, from the first that holds one to the last.
  func histogram(bins: Int = 20) -> [Bin] {
    let width = Self.width(spread: most - least, bins: max(bins - 1, 1))
    let first = least / width
    var result = (first...(most / width)).map { Bin(from: $0 * width, to: ($0 + 1) * width, count: 0) }
    for nanos in sorted { result[Int(nanos / width - first)].count += 1 }
    return result
  }

  /// The smallest of 1, 2, 5, 10, 20, 50 … that covers the spread with so many ranges.
  private static func width(spread: UInt64, bins: Int) -> UInt64 {
    var width: UInt64 = 1
    while true {
      for factor: UInt64 in [1, 2, 5] where spread / (width * factor) < UInt64(bins) { return width * factor }
      width *= 10
    }
  }
}
