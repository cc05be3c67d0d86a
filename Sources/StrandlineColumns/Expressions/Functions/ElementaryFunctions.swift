/// Logarithm, exponential and power, the same to the last bit on every machine.
///
/// The C library's depend on its version and on the processor, and a stream's result must not. Computed in twice the
/// precision and rounded once, so all but a vanishing part of the results are the nearest doubles.
enum ElementaryFunctions {
  private static let logarithmOf2 = DoubleDouble(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56)
  /// 1, 1/3, 1/5, …
  private static let oddInverses = (0...24).map { DoubleDouble(1) / DoubleDouble(Double(2 * $0 + 1)) }
  /// 1, 1, 1/2, 1/3, …
  private static let inverses = (0...26).map { DoubleDouble(1) / DoubleDouble(Double(max($0, 1))) }

  /// The natural logarithm; of 0 minus infinity, below NaN.
  static func logarithm(_ value: Double) -> Double {
    if value.isNaN || value < 0 { return .nan }
    if value == 0 { return -.infinity }
    if value.isInfinite { return value }
    return preciseLogarithm(value).high
  }

  /// The power of e.
  static func exponential(_ value: Double) -> Double {
    value.isNaN ? value : exponential(DoubleDouble(value))
  }

  /// The power, with the special cases of IEEE 754's `pow`.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 0 || base == 1 { return 1 }
    if base.isNaN || exponent.isNaN { return .nan }
    let magnitude = base.magnitude
    if exponent.isInfinite {
      return magnitude == 1 ? 1 : (magnitude > 1) == (exponent > 0) ? .infinity : 0
    }
    let isNegative = base.sign == .minus && isOdd(exponent)
    let result: Double
    if magnitude == 0 || magnitude.isInfinite {
      result = (magnitude == 0) == (exponent > 0) ? 0 : .infinity
    } else if base < 0 && !isWhole(exponent) {
      return .nan
    } else {
      // From there on the result is 0, 1 or infinity, and the product below stays in range.
      let bounded = min(max(exponent, -1e20), 1e20)
      result = exponential(preciseLogarithm(magnitude) * DoubleDouble(bounded))
    }
    return isNegative ? -result : result
  }

  /// ln(m * 2^e) = e ln 2 + 2 artanh((m - 1) / (m + 1)), with m around 1.
  private static func preciseLogarithm(_ value: Double) -> DoubleDouble {
    var significand = value.significand
    var exponent = Double(value.exponent)
    if significand > 0x1.6a09e667f3bcdp0 {
      significand /= 2
      exponent += 1
    }
    let quotient = DoubleDouble(significand - 1) / DoubleDouble(sum: significand, 1)
    let square = quotient * quotient
    // The square is below 0.0295, so the term after the last one is below 2^-120.
    var series = oddInverses[24]
    for index in (0..<24).reversed() { series = series * square + oddInverses[index] }
    return logarithmOf2 * DoubleDouble(exponent) + DoubleDouble(2) * quotient * series
  }

  /// e^(k ln 2 + r) = 2^k e^r, with |r| below 0.35.
  private static func exponential(_ value: DoubleDouble) -> Double {
    if value.high > 710 { return .infinity }
    if value.high < -746 { return 0 }
    let scaled = value.high / logarithmOf2.high
    let power = Int((scaled < 0 ? scaled - 0.5 : scaled + 0.5))
    let rest = value - logarithmOf2 * DoubleDouble(Double(power))
    var series = DoubleDouble(1)
    // 0.35^27 / 27! is below 2^-130.
    for index in (1...26).reversed() { series = DoubleDouble(1) + rest * inverses[index] * series }
    return Double(sign: .plus, exponent: power, significand: series.high)
  }

  private static func isWhole(_ value: Double) -> Bool {
    value.magnitude >= 0x1p52 || Double(Int64(value)) == value
  }

  private static func isOdd(_ value: Double) -> Bool {
    value.magnitude < 0x1p53 && isWhole(value) && Int64(value) & 1 != 0
  }
}
