import Testing

@testable import StrandlineState

@Suite("variance and deviation")
struct SpreadTests {
  private func squares(_ values: [Int64]) -> WideNumber {
    var (low, middle, high) = (0 as Int64, 0 as Int64, 0 as Int64)
    for value in values { SquareSum.add(value, &low, &middle, &high) }
    return SquareSum.number([[low], [middle], [high]], 0, 0)
  }

  private func spread(_ spread: Spread, _ values: [Int64]) -> Double? {
    let sum = values.reduce(0 as Int128) { $0 + Int128($1) }
    return spread.value(
      count: Int64(values.count), squares: squares(values),
      sum: WideNumber([UInt64(truncatingIfNeeded: sum.magnitude), UInt64(truncatingIfNeeded: sum.magnitude >> 64)]),
      exponent: 0)
  }

  private func spread(_ spread: Spread, _ values: [Double]) -> Double? {
    var words = [[Int64]](repeating: [0], count: 2 * ExactSum.width)
    for value in values {
      ExactSum.add(value, to: &words, 0, 0)
      ExactSum.add(product: value, value, to: &words, ExactSum.width, 0)
    }
    let squares = ExactSum.number(words, ExactSum.width, 0).magnitude.shifted(by: 1074)
    return spread.value(
      count: Int64(values.count), squares: squares, sum: ExactSum.number(words, 0, 0).magnitude, exponent: -2148)
  }

  @Test("are exact where the result is a double, however far the values are from zero")
  func known() {
    for offset in [0, 1_000_000_007, 1 << 62] as [Int64] {
      let values = [1, 2, 3, 4].map { $0 + offset } as [Int64]
      #expect(spread(.populationVariance, values) == 1.25)
      #expect(spread(.sampleVariance, values) == 5.0 / 3)
      #expect(spread(.populationDeviation, values) == 1.25.squareRoot())
      #expect(spread(.sampleDeviation, values) == (5.0 / 3).squareRoot())
    }
    // The usual formula, Σx² / n − mean², gives 0 or less for these.
    for offset in [0, 1e9, 4e15] {
      #expect(spread(.sampleVariance, [1, 2, 3].map { $0 + offset }) == 1)
    }
    #expect(spread(.populationVariance, [Int64.max, .min]) == 0x1p126)
    #expect(spread(.populationVariance, [1e-150, 3e-150]).map { abs($0 / 1e-300 - 1) < 1e-15 } == true)
    #expect(spread(.populationVariance, [1e150, -1e150]).map { abs($0 / 1e300 - 1) < 1e-15 } == true)
    #expect(spread(.populationVariance, [0.1, 0.1, 0.1]) == 0)
  }

  @Test("are null of too few values")
  func few() {
    for kind in Spread.allCases {
      #expect(spread(kind, [Int64]()) == nil)
      let isSample = kind == .sampleVariance || kind == .sampleDeviation
      #expect(spread(kind, [5 as Int64]) == (isSample ? nil : 0))
      #expect(spread(kind, [0.5]) == (isSample ? nil : 0))
    }
  }

  @Test("agree with distances from the mean")
  func oracle() {
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let numbers = (0..<2 + Int(random.next() % 30)).map { _ in Int64(random.next() % 2_000_001) - 1_000_000 }
      let count = Double(numbers.count)
      let mean = numbers.reduce(0) { $0 + Double($1) } / count
      let distances = numbers.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      let halves = numbers.map { Double($0) / 2 }
      for (kind, wanted) in [
        (Spread.populationVariance, distances / count), (.sampleVariance, distances / (count - 1)),
      ] {
        #expect(spread(kind, numbers).map { abs($0 - wanted) <= 1e-12 * wanted } == true, "seed \(seed)")
        // Halves are exact, so both kinds of sums have to give the very same.
        #expect(spread(kind, halves) == spread(kind, numbers).map { $0 / 4 }, "seed \(seed)")
      }
    }
  }

  @Test("add up squares of 128 bits to 192")
  func wide() {
    let most = [Int64](repeating: .min, count: 5)
    #expect(squares(most).limbs == [0, 5 << 62, 1])
    var (low, middle, high) = (-1, -1, 0) as (Int64, Int64, Int64)
    SquareSum.add(1, &low, &middle, &high)
    #expect((low, middle, high) == (0, 0, 1))
  }
}

@Suite("a number of any width")
struct WideNumberTests {
  private func value(_ number: WideNumber) -> UInt128 {
    number.limbs.prefix(2).enumerated().reduce(0) { $0 | UInt128($1.element) << UInt128(64 * $1.offset) }
  }

  @Test("multiplies, shifts and subtracts as integers of 128 bits do")
  func oracle() {
    for seed in 0..<500 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let (a, b) = (random.next() >> (random.next() % 64), random.next() >> (random.next() % 64))
      let (x, y) = (WideNumber([a, 0]), WideNumber(b))
      #expect(value(x * y) == UInt128(a) * UInt128(b), "seed \(seed)")
      let shift = Int(random.next() % 65)
      #expect(value(x.shifted(by: shift)) == UInt128(a) << UInt128(shift), "seed \(seed)")
      let (magnitude, isNegative) = x - y
      #expect(value(magnitude) == UInt128(a > b ? a - b : b - a) && isNegative == (a < b), "seed \(seed)")
      let (significand, exponent) = (x * y).rounded
      let product = UInt128(a) * UInt128(b)
      #expect(Double(sign: .plus, exponent: exponent, significand: significand) == Double(product), "seed \(seed)")
    }
  }
}
