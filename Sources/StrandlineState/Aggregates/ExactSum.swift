/// The exact sum of doubles, as a fixed-point number wide enough for every finite double.
///
/// # Overview
/// The sum is a two's-complement integer of 34 words that counts units of 2^-1074, the smallest double; a 35th word
/// holds flags for NaN and the infinities. Adding is exact, so the sum doesn't depend on the order of the rows, and equal
/// sums have equal words. Rounding happens once, when the sum is read: to the nearest double, ties to even.
///
/// The idea is Ulrich Kulisch's long accumulator ("Computer Arithmetic and Validity", 2008). With 78 bits of headroom
/// above the largest double, no count of rows that fits 64 bits overflows it.
enum ExactSum {
  /// The words of the number.
  static let limbs = 34
  /// The words of the number, and the flags.
  static let width = limbs + 1

  private static let nan: Int64 = 1
  private static let positiveInfinity: Int64 = 2
  private static let negativeInfinity: Int64 = 4

  /// Adds a value to a group's sum, whose words begin at column `first`.
  static func add(_ value: Double, to words: inout [[Int64]], _ first: Int, _ group: Int) {
    guard value.isFinite else {
      words[first + limbs][group] |=
        value.isNaN ? nan : value > 0 ? positiveInfinity : negativeInfinity
      return
    }
    let exponent = Int(value.exponentBitPattern)
    let mantissa = value.significandBitPattern | (exponent == 0 ? 0 : 1 << 52)
    if mantissa == 0 { return }
    let position = max(exponent, 1) - 1
    let limb = position >> 6
    let shift = UInt64(position & 63)
    let low = mantissa << shift
    let high = shift == 0 ? 0 : mantissa >> (64 - shift)
    if value.sign == .minus {
      subtract(low, high, from: &words, first, limb, group)
    } else {
      add(low, high, to: &words, first, limb, group)
    }
  }

  /// Adds the product of two values: exactly, as the rounded product and what rounding left, except for what lies below 2^-1074.
  ///
  /// A product beyond the range of a double is an infinity; what is rounded is a value's own, so the order doesn't matter.
  static func add(product a: Double, _ b: Double, to words: inout [[Int64]], _ first: Int, _ group: Int) {
    let product = a * b
    add(product, to: &words, first, group)
    if product.isFinite { add((-product).addingProduct(a, b), to: &words, first, group) }
  }

  private static func add(
    _ low: UInt64, _ high: UInt64, to words: inout [[Int64]], _ first: Int, _ limb: Int, _ group: Int
  ) {
    var carry = false
    for index in limb..<limbs {
      let part = index == limb ? low : index == limb + 1 ? high : 0
      if index > limb + 1 && !carry { return }
      let (sum, over) = UInt64(bitPattern: words[first + index][group]).addingReportingOverflow(part)
      let (total, overAgain) = sum.addingReportingOverflow(carry ? 1 : 0)
      words[first + index][group] = Int64(bitPattern: total)
      carry = over || overAgain
    }
  }

  private static func subtract(
    _ low: UInt64, _ high: UInt64, from words: inout [[Int64]], _ first: Int, _ limb: Int, _ group: Int
  ) {
    var borrow = false
    for index in limb..<limbs {
      let part = index == limb ? low : index == limb + 1 ? high : 0
      if index > limb + 1 && !borrow { return }
      let (difference, under) = UInt64(bitPattern: words[first + index][group]).subtractingReportingOverflow(part)
      let (total, underAgain) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
      words[first + index][group] = Int64(bitPattern: total)
      borrow = under || underAgain
    }
  }

  /// Adds another table's sum to a group's sum.
  static func merge(
    _ source: [[Int64]], _ first: Int, _ from: Int, into words: inout [[Int64]], _ group: Int
  ) {
    var carry = false
    for index in first..<first + limbs {
      let (sum, over) = UInt64(bitPattern: words[index][group])
        .addingReportingOverflow(UInt64(bitPattern: source[index][from]))
      let (total, overAgain) = sum.addingReportingOverflow(carry ? 1 : 0)
      words[index][group] = Int64(bitPattern: total)
      carry = over || overAgain
    }
    words[first + limbs][group] |= source[first + limbs][from]
  }

  /// The sum, rounded once to the nearest double; beyond the largest it is infinite.
  static func value(_ words: [[Int64]], _ first: Int, _ group: Int) -> Double {
    if let special = special(words, first, group) { return special }
    let (magnitude, isNegative) = number(words, first, group)
    let (significand, exponent) = magnitude.rounded
    let value = Double(sign: .plus, exponent: exponent - 1074, significand: significand)
    return isNegative ? -value : value
  }

  /// What the sum is when a NaN or an infinity was added.
  static func special(_ words: [[Int64]], _ first: Int, _ group: Int) -> Double? {
    let flags = words[first + limbs][group]
    if flags == 0 { return nil }
    if flags & nan != 0 || flags & (positiveInfinity | negativeInfinity) == positiveInfinity | negativeInfinity {
      return .nan
    }
    return flags & positiveInfinity != 0 ? .infinity : -.infinity
  }

  /// The sum in units of 2^-1074, of finite numbers.
  static func number(_ words: [[Int64]], _ first: Int, _ group: Int) -> (magnitude: WideNumber, isNegative: Bool) {
    var magnitude = (0..<limbs).map { UInt64(bitPattern: words[first + $0][group]) }
    let isNegative = magnitude[limbs - 1] >> 63 != 0
    if isNegative { WideNumber.negate(&magnitude) }
    return (WideNumber(magnitude), isNegative)
  }
}
