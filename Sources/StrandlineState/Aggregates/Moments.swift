import StrandlineColumns

/// What is read from the sum and the sum of the squares of a group's values.
public enum Spread: String, Sendable, Hashable, CaseIterable {
  /// The variance of the values as all there are: the mean squared distance from the mean.
  case populationVariance = "var_pop"
  /// The variance of what the values are a sample of; null of a single value.
  case sampleVariance = "var_samp"
  /// The square root of the population's variance.
  case populationDeviation = "stddev_pop"
  /// The square root of the sample's variance; null of a single value.
  case sampleDeviation = "stddev_samp"

  private var isSample: Bool { self == .sampleVariance || self == .sampleDeviation }
  private var isDeviation: Bool { self == .populationDeviation || self == .sampleDeviation }

  /// The spread of `count` values from their exact sums: (n · Σx² − (Σx)²) / (n · n), with n − 1 for one n of a sample's.
  ///
  /// The numerator is exact. It is rounded once, and so are the denominator and the quotient: the variance is within two units in
  /// the last place. A deviation is its root, rounded once more.
  ///
  /// - Parameter exponent: the power of two that the numerator counts.
  func value(count: Int64, squares: WideNumber, sum: WideNumber, exponent: Int) -> Double? {
    if count < (isSample ? 2 : 1) { return nil }
    let (numerator, isNegative) = WideNumber(UInt64(count)) * squares - sum * sum
    // Squares of tiny doubles are cut at 2^-1074, so that a spread of nearly nothing can come out below zero.
    if isNegative { return 0 }
    let (significand, power) = numerator.rounded
    let denominator = Double(count) * Double(isSample ? count - 1 : count)
    let variance = Double(sign: .plus, exponent: power + exponent, significand: significand / denominator)
    return isDeviation ? variance.squareRoot() : variance
  }
}

extension Spread {
  /// The spread of doubles from their exact sums, whose words begin at those columns.
  ///
  /// It is NaN where a value is no number or infinite, and infinite where the square of one leaves the range of a double.
  func value(count: Int64, sum: Int, squares: Int, _ words: [[Int64]], _ row: Int) -> Double? {
    if count < (isSample ? 2 : 1) { return nil }
    if ExactSum.special(words, sum, row) != nil { return .nan }
    if let special = ExactSum.special(words, squares, row) { return special }
    // The sum counts units of 2^-1074 and its square units of 2^-2148, so the sum of the squares is brought to these.
    return value(
      count: count, squares: ExactSum.number(words, squares, row).magnitude.shifted(by: 1074),
      sum: ExactSum.number(words, sum, row).magnitude, exponent: -2148)
  }
}

/// The sum of the squares of int64 values, 192 bits wide: three words, the lowest first.
enum SquareSum {
  static let width = 3

  @inline(__always)
  static func add(_ value: Int64, _ low: inout Int64, _ middle: inout Int64, _ high: inout Int64) {
    let square = value.magnitude.multipliedFullWidth(by: value.magnitude)
    add(square.low, square.high, 0, &low, &middle, &high)
  }

  @inline(__always)
  static func add(
    _ a: UInt64, _ b: UInt64, _ c: UInt64, _ low: inout Int64, _ middle: inout Int64, _ high: inout Int64
  ) {
    let (first, over) = UInt64(bitPattern: low).addingReportingOverflow(a)
    let (second, overAgain) = UInt64(bitPattern: middle).addingReportingOverflow(b)
    let (carried, overCarried) = second.addingReportingOverflow(over ? 1 : 0)
    low = Int64(bitPattern: first)
    middle = Int64(bitPattern: carried)
    high = high &+ Int64(bitPattern: c) &+ (overAgain ? 1 : 0) &+ (overCarried ? 1 : 0)
  }

  static func merge(_ source: [[Int64]], _ first: Int, _ from: Int, into words: inout [[Int64]], _ group: Int) {
    var (low, middle, high) = (words[first][group], words[first + 1][group], words[first + 2][group])
    add(
      UInt64(bitPattern: source[first][from]), UInt64(bitPattern: source[first + 1][from]),
      UInt64(bitPattern: source[first + 2][from]), &low, &middle, &high)
    words[first][group] = low
    words[first + 1][group] = middle
    words[first + 2][group] = high
  }

  static func number(_ words: [[Int64]], _ first: Int, _ group: Int) -> WideNumber {
    WideNumber((0..<width).map { UInt64(bitPattern: words[first + $0][group]) })
  }
}
