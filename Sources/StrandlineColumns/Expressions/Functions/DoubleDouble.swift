/// A number as the unevaluated sum of two doubles, with about 106 bits of precision.
///
/// Source: T. J. Dekker, “A Floating-Point Technique for Extending the Available Precision” (1971). Products are split and not
/// fused, so the result is the same on every processor.
struct DoubleDouble {
  var high: Double
  var low: Double

  init(_ high: Double, _ low: Double = 0) {
    self.high = high
    self.low = low
  }

  /// The exact sum of two doubles.
  init(sum one: Double, _ other: Double) {
    high = one + other
    let part = high - one
    low = (one - (high - part)) + (other - part)
  }

  /// The exact product of two doubles below 2^990.
  init(product one: Double, _ other: Double) {
    high = one * other
    let (oneHigh, oneLow) = Self.split(one)
    let (otherHigh, otherLow) = Self.split(other)
    low = ((oneHigh * otherHigh - high) + oneHigh * otherLow + oneLow * otherHigh) + oneLow * otherLow
  }

  static func + (left: Self, right: Self) -> Self {
    let sum = Self(sum: left.high, right.high)
    return Self(sum: sum.high, sum.low + (left.low + right.low))
  }

  static func - (left: Self, right: Self) -> Self {
    left + Self(-right.high, -right.low)
  }

  static func * (left: Self, right: Self) -> Self {
    let product = Self(product: left.high, right.high)
    return Self(sum: product.high, product.low + (left.high * right.low + left.low * right.high))
  }

  static func / (left: Self, right: Self) -> Self {
    let first = left.high / right.high
    let rest = left - right * Self(first)
    let second = rest.high / right.high
    let last = rest - right * Self(second)
    return Self(sum: first, second + last.high / right.high)
  }

  /// Two halves of the significand, whose products are exact.
  private static func split(_ value: Double) -> (high: Double, low: Double) {
    let scaled = value * 0x1p27 + value
    let high = scaled - (scaled - value)
    return (high, value - high)
  }
}
