/// Counts of values in buckets whose width is a fixed fraction of the value, so that any percentile is known to three digits.
///
/// # Overview
/// The layout is that of HdrHistogram (G. Tene): values below 2048 have a bucket each; above, each doubling has 1,024 buckets of
/// equal width. A value is at most 1/1024 below the largest of its bucket.
public struct Histogram: Sendable {
  private static let halfBits = 10
  private static let half = 1 << halfBits
  /// A bucket per slot; grown as far as values need it.
  private var counts: [Int] = []
  /// The number of values.
  public private(set) var count = 0
  /// The largest value; 0 of none.
  public private(set) var maximum: UInt64 = 0

  /// A histogram of nothing.
  public init() {}

  /// Counts a value.
  public mutating func record(_ value: UInt64, times: Int = 1) {
    let slot = Self.slot(value)
    if slot >= counts.count { counts.append(contentsOf: repeatElement(0, count: slot + 1 - counts.count)) }
    counts[slot] += times
    count += times
    maximum = max(maximum, value)
  }

  /// The smallest recorded value, to three digits and rounded up, below or at which the given fraction of the values lies.
  ///
  /// - Parameter fraction: 0 to 1.
  /// - Returns: 0 of no values; at most the maximum.
  public func value(at fraction: Double) -> UInt64 {
    // The rank of the value among the sorted ones: never less than the first, never more than the last.
    let rank = min(max(1, Int((fraction * Double(count)).rounded(.up))), count)
    var seen = 0
    for (slot, number) in counts.enumerated() {
      seen += number
      if seen >= rank && seen > 0 { return min(Self.largest(slot), maximum) }
    }
    return maximum
  }

  /// Adds the values of another one.
  public mutating func add(_ other: Histogram) {
    if other.counts.count > counts.count {
      counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
    }
    for (slot, number) in other.counts.enumerated() { counts[slot] += number }
    count += other.count
    maximum = max(maximum, other.maximum)
  }

  private static func slot(_ value: UInt64) -> Int {
    let shift = max(0, UInt64.bitWidth - value.leadingZeroBitCount - halfBits - 1)
    return shift * half + Int(value >> UInt64(shift))
  }

  private static func largest(_ slot: Int) -> UInt64 {
    let shift = max(0, slot / half - 1)
    let low = UInt64(slot - shift * half) << UInt64(shift)
    return low + (1 << UInt64(shift) - 1)
  }
}
