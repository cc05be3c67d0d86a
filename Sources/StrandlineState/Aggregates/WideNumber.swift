/// A natural number of any width: what results of exact sums are computed in.
///
/// The limbs are 64 bits each, the lowest first; zeros at the end may be missing.
struct WideNumber {
  private(set) var limbs: [UInt64]

  init(_ limbs: [UInt64]) {
    self.limbs = limbs
  }

  init(_ value: UInt64) {
    limbs = [value]
  }

  /// The product. Quadratic in the limbs that are not zero.
  static func * (a: WideNumber, b: WideNumber) -> WideNumber {
    var product = [UInt64](repeating: 0, count: a.limbs.count + b.limbs.count)
    for (i, left) in a.limbs.enumerated() where left != 0 {
      var carry: UInt64 = 0
      for (j, right) in b.limbs.enumerated() {
        // The largest sum, (2^64 - 1)^2 + 2 (2^64 - 1), fits 128 bits.
        let sum = left.multipliedFullWidth(by: right)
        let (low, over) = sum.low.addingReportingOverflow(carry)
        let (total, overAgain) = low.addingReportingOverflow(product[i + j])
        product[i + j] = total
        carry = sum.high &+ (over ? 1 : 0) &+ (overAgain ? 1 : 0)
      }
      product[i + b.limbs.count] = carry
    }
    return WideNumber(product)
  }

  /// The number times two to a power.
  func shifted(by bits: Int) -> WideNumber {
    let shift = UInt64(bits & 63)
    var out = [UInt64](repeating: 0, count: bits >> 6)
    var carry: UInt64 = 0
    for limb in limbs {
      out.append(limb << shift | carry)
      carry = shift == 0 ? 0 : limb >> (64 - shift)
    }
    out.append(carry)
    return WideNumber(out)
  }

  /// The difference, and whether it is below zero.
  static func - (a: WideNumber, b: WideNumber) -> (magnitude: WideNumber, isNegative: Bool) {
    var out: [UInt64] = []
    var borrow = false
    for index in 0..<max(a.limbs.count, b.limbs.count) {
      let left = index < a.limbs.count ? a.limbs[index] : 0
      let right = index < b.limbs.count ? b.limbs[index] : 0
      let (difference, under) = left.subtractingReportingOverflow(right)
      let (total, underAgain) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
      out.append(total)
      borrow = under || underAgain
    }
    if borrow { negate(&out) }
    return (WideNumber(out), borrow)
  }

  /// Turns the sign of a number in two's complement.
  static func negate(_ limbs: inout [UInt64]) {
    var carry = true
    for index in limbs.indices {
      let (sum, over) = (~limbs[index]).addingReportingOverflow(carry ? 1 : 0)
      limbs[index] = sum
      carry = over
    }
  }

  /// The number as significand · 2^exponent, the significand rounded once to the nearest double, ties to even; between 2^52 and
  /// 2^53, or the number itself below that.
  var rounded: (significand: Double, exponent: Int) {
    guard let top = limbs.lastIndex(where: { $0 != 0 }) else { return (0, 0) }
    let highest = top * 64 + 63 - limbs[top].leadingZeroBitCount
    if highest <= 52 { return (Double(limbs[0]), 0) }
    let lowest = highest - 52
    var mantissa = bits(lowest, 53)
    let isHalf = bits(lowest - 1, 1) == 1
    if isHalf && (mantissa & 1 == 1 || hasBits(below: lowest - 1)) { mantissa += 1 }
    return (Double(mantissa), lowest)
  }

  private func bits(_ position: Int, _ count: Int) -> UInt64 {
    let limb = position >> 6
    let shift = UInt64(position & 63)
    var value = limbs[limb] >> shift
    if shift != 0 && limb + 1 < limbs.count { value |= limbs[limb + 1] << (64 - shift) }
    return value & (1 << UInt64(count) - 1)
  }

  private func hasBits(below position: Int) -> Bool {
    let limb = position >> 6
    if limbs[..<limb].contains(where: { $0 != 0 }) { return true }
    return limbs[limb] & (1 << UInt64(position & 63) - 1) != 0
  }
}
