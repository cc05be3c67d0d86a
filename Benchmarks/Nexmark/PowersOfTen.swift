/// 10^x for x in [0, 6), from operations that IEEE 754 rounds correctly.
///
/// The system's `pow` may differ in the last bit from one library to the next, and takes longer than a whole bid.
enum PowersOfTen {
  /// 10^(i/512) for i up to 6·512.
  private static let table: [Double] = {
    // 10^(1/512) by nine square roots, and each power from those of half its exponent, so that errors stay few.
    var roots: [Double] = [10]
    for _ in 0..<9 { roots.append(roots[roots.count - 1].squareRoot()) }
    return (0...6 * 512).map { index in
      var value = 1.0
      for _ in 0..<(index / 512) { value *= 10 }
      for bit in 0..<9 where index >> bit & 1 != 0 { value *= roots[9 - bit] }
      return value
    }
  }()

  /// 10^x, to about 14 digits.
  static func value(_ exponent: Double) -> Double {
    let index = Int(exponent * 512)
    // What is left is below 1/512: four terms of e^z are exact to 2^-53.
    let z = (exponent - Double(index) * 0x1p-9) * 2.302585092994045684
    return table[index] * (1 + z * (1 + z * (0.5 + z * (1.0 / 6 + z * (1.0 / 24 + z * (1.0 / 120))))))
  }
}
