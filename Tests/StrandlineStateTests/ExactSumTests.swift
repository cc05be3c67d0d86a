import Testing

@testable import StrandlineState

@Suite("the exact sum of doubles")
struct ExactSumTests {
  /// A table's words for some groups.
  private func table(_ groups: Int = 1) -> [[Int64]] {
    [[Int64]](repeating: [Int64](repeating: 0, count: groups), count: ExactSum.width)
  }

  private func words(_ values: [Double]) -> [[Int64]] {
    var words = table()
    for value in values { ExactSum.add(value, to: &words, 0, 0) }
    return words
  }

  private func sum(_ values: [Double]) -> Double { ExactSum.value(words(values), 0, 0) }

  private func isSame(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }

  @Test("is the known one, rounded once", arguments: knownSums.indices)
  func known(index: Int) {
    let (values, expected) = knownSums[index]
    #expect(isSame(sum(values), expected), "\(values): \(sum(values)), not \(expected)")
    // So is that of the negatives, with the sign turned.
    #expect(isSame(sum(values.map { -$0 }), expected == 0 ? 0 : -expected))
    #expect(isSame(sum(values.reversed()), expected))
  }

  @Test("agrees with integers of any width on random values, in any order and any division")
  func random() {
    for seed in UInt64(1)...200 {
      var random = SeededRandom(seed: seed)
      let reach = [2, 60, 400, 2040][Int(seed % 4)]
      let values = (0..<Int(1 + random.next() % 20)).map { _ in
        let exponent = Int(random.next() % UInt64(reach)) - min(reach / 2, 1074)
        let magnitude = Double(sign: .plus, exponent: exponent, significand: 1 + Double(random.next() >> 12) * 0x1p-52)
        return random.next() & 1 == 0 ? magnitude : -magnitude
      }
      let reference = words(values)
      #expect(isSame(ExactSum.value(reference, 0, 0), WideSum.sum(values)), "seed \(seed)")
      #expect(words(values.shuffled(using: &random)) == reference, "seed \(seed)")
      let cut = Int(random.next() % UInt64(values.count + 1))
      var merged = words(Array(values[..<cut]))
      ExactSum.merge(words(Array(values[cut...])), 0, 0, into: &merged, 0)
      #expect(merged == reference, "seed \(seed)")
      // What was added and taken away again leaves nothing.
      #expect(words(values + values.map { -$0 }) == table(), "seed \(seed)")
    }
  }

  @Test("of one double is that double, for every exponent")
  func everyExponent() {
    for exponent in 0..<2047 as Range<UInt> {
      for fraction in [0, 1, 0xF_FFFF_FFFF_FFFF] as [UInt64] {
        for sign in [FloatingPointSign.plus, .minus] {
          let value = Double(sign: sign, exponentBitPattern: exponent, significandBitPattern: fraction)
          #expect(sum([value]) == value)
        }
      }
    }
  }

  @Test("holds a great many of the largest double, and comes back from there")
  func headroom() {
    var words = words([.greatestFiniteMagnitude])
    // Doubling 62 times is as adding 2^62 of them.
    for _ in 0..<62 { ExactSum.merge(words, 0, 0, into: &words, 0) }
    #expect(ExactSum.value(words, 0, 0) == .infinity)
    var negative = self.words([-.greatestFiniteMagnitude])
    for _ in 0..<62 { ExactSum.merge(negative, 0, 0, into: &negative, 0) }
    #expect(ExactSum.value(negative, 0, 0) == -.infinity)
    ExactSum.merge(negative, 0, 0, into: &words, 0)
    #expect(words == table())
  }

  @Test("of one group leaves the others as they are")
  func groups() {
    var words = table(3)
    for (group, value) in [(0, 1.0), (1, -2.5), (2, 1e300), (1, 1.0)] { ExactSum.add(value, to: &words, 0, group) }
    #expect((0..<3).map { ExactSum.value(words, 0, $0) } == [1, -1.5, 1e300])
  }
}
