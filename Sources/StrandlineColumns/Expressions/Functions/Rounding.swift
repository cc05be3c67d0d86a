/// Doubles made whole. The C library is not called: nothing below links it.
enum Rounding {
  /// The whole number in the direction of zero. From 2^52 on every double is whole.
  static func towardsZero(_ value: Double) -> Double {
    guard value.magnitude < 0x1p52 else { return value }
    return Double(signOf: value, magnitudeOf: Double(Int64(value)))
  }

  static func down(_ value: Double) -> Double {
    let whole = towardsZero(value)
    return whole > value ? whole - 1 : whole
  }

  static func up(_ value: Double) -> Double {
    let whole = towardsZero(value)
    return whole < value ? Double(signOf: value, magnitudeOf: (whole + 1).magnitude) : whole
  }

  /// The nearest whole number, a half away from zero.
  static func halfAway(_ value: Double) -> Double {
    let whole = towardsZero(value)
    guard (value - whole).magnitude >= 0.5 else { return whole }
    return Double(signOf: value, magnitudeOf: whole.magnitude + 1)
  }

  /// The nearest whole number, a half to the even one.
  static func halfEven(_ value: Double) -> Double {
    let whole = towardsZero(value)
    let rest = (value - whole).magnitude
    guard rest > 0.5 || rest == 0.5 && Int64(whole) & 1 != 0 else { return whole }
    return Double(signOf: value, magnitudeOf: whole.magnitude + 1)
  }

  /// The nearest number with so many decimal digits: `value * 10^digits`, rounded, divided by the same; below zero, before the
  /// point: `value / 10^-digits`, rounded, times the same. A value stays that isn't finite, has no more digits than that (the
  /// product is 2^52 or more), or would become infinite.
  static func halfAway(_ value: Double, digits: Int64) -> Double {
    guard value.isFinite else { return value }
    if digits < 0 {
      guard digits >= -308 else { return Double(signOf: value, magnitudeOf: 0) }
      let power = powerOfTen(-digits)
      let result = halfAway(value / power) * power
      return result.isFinite ? result : value
    }
    guard digits <= 308 else { return value }
    let power = powerOfTen(digits)
    let scaled = value * power
    return scaled.magnitude < 0x1p52 ? halfAway(scaled) / power : value
  }

  /// The nearest multiple of `10^-digits`, a half away from zero; nil beyond 64 bits.
  static func halfAway(_ value: Int64, digits: Int64) -> Int64? {
    guard digits < 0 else { return value }
    guard digits >= -19 else { return 0 }
    let power = DecimalText.powersOfTen[Int(-digits)]
    let (quotient, rest) = value.magnitude.quotientAndRemainder(dividingBy: power)
    let (magnitude, isOverflow) = (quotient + (rest >= power - rest ? 1 : 0)).multipliedReportingOverflow(by: power)
    guard !isOverflow, magnitude <= 1 << 63 else { return nil }
    return value < 0 ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(exactly: magnitude)
  }

  private static func powerOfTen(_ exponent: Int64) -> Double {
    exponent < DecimalText.exactPowers.count
      ? DecimalText.exactPowers[Int(exponent)] : ElementaryFunctions.power(10, Double(exponent))
  }
}
