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
    let flags = words[first + limbs][group]
    if flags & nan != 0 || flags & (positiveInfinity | negativeInfinity) == positiveInfinity | negativeInfinity {
      return .nan
    }
    if flags != 0 { return flags & positiveInfinity != 0 ? .infinity : -.infinity }
    var magnitude = (0..<limbs).map { UInt64(bitPattern: words[first + $0][group]) }
    let isNegative = magnitude[limbs - 1] >> 63 != 0
    if isNegative { negate(&magnitude) }
    let value = round(magnitude)
    return isNegative ? -value : value
  }

  private static func negate(_ limbs: inout [UInt64]) {
    var carry = true
    for index in limbs.indices {
      let (sum, over) = (~limbs[index]).addingReportingOverflow(carry ? 1 : 0)
      limbs[index] = sum
      carry = over
    }
  }

  private static func round(_ limbs: [UInt64]) -> Double {
    guard let top = limbs.lastIndex(where: { $0 != 0 }) else { return 0 }
    let highest = top * 64 + 63 - limbs[top].leadingZeroBitCount
    // Up to 53 bits are a double as they are, in units of the smallest one.
    if highest <= 52 { return Double(sign: .plus, exponent: -1074, significand: Double(limbs[0])) }
    let lowest = highest - 52
    var mantissa = bits(limbs, lowest, 53)
    let half = bits(limbs, lowest - 1, 1) == 1
    if half && (mantissa & 1 == 1 || hasBits(limbs, below: lowest - 1)) { mantissa += 1 }
    return Double(sign: .plus, exponent: lowest - 1074, significand: Double(mantissa))
  }

  private static func bits(_ limbs: [UInt64], _ position: Int, _ count: Int) -> UInt64 {
    let limb = position >> 6
    let shift = UInt64(position & 63)
    var value = limbs[limb] >> shift
    if shift != 0 && limb + 1 < limbs.count { value |= limbs[limb + 1] << (64 - shift) }
    return value & (1 << UInt64(count) - 1)
  }

  private static func hasBits(_ limbs: [UInt64], below position: Int) -> Bool {
    let limb = position >> 6
    if limbs[..<limb].contains(where: { $0 != 0 }) { return true }
    return limbs[limb] & (1 << UInt64(position & 63) - 1) != 0
  }
}
