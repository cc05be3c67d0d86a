import Measuring
import Testing

@Suite("Histogram")
struct HistogramTests {
  @Test("Percentiles are those of the sorted values, at most a thousandth above", arguments: [1, 2, 3] as [UInt64])
  func percentiles(seed: UInt64) {
    var state = seed
    var values: [UInt64] = []
    var histogram = Histogram()
    for _ in 0..<10_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // Of all magnitudes: from single units to beyond 2^60.
      let value = (state >> 3) >> (state % 61)
      values.append(value)
      histogram.record(value)
    }
    values.sort()
    for fraction in [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1] {
      let rank = min(max(1, Int((fraction * 10_000).rounded(.up))), 10_000)
      let exact = values[rank - 1]
      let found = histogram.value(at: fraction)
      #expect(found >= exact && found - exact <= exact / 1024, "seed \(seed), \(fraction): \(found) for \(exact)")
    }
    #expect(histogram.count == 10_000)
    #expect(histogram.maximum == values.last)
  }

  @Test("Small values are exact, and one of nothing says 0")
  func small() {
    var histogram = Histogram()
    #expect(histogram.value(at: 0.5) == 0)
    for value in 0..<2048 as Range<UInt64> { histogram.record(value) }
    #expect(histogram.value(at: 0.5) == 1023)
    #expect(histogram.value(at: 1) == 2047)
    #expect(histogram.value(at: 0) == 0)
  }

  @Test("The largest value has a place, and values of a bucket's edge stay in it")
  func edges() {
    for value in [2047, 2048, 2049, 4095, 4096, 1 << 40, 1 << 40 - 1, .max] as [UInt64] {
      var histogram = Histogram()
      histogram.record(value)
      #expect(histogram.value(at: 0.5) == value)
      histogram.record(.max)
      let found = histogram.value(at: 0.5)
      #expect(found >= value && found - value <= value / 1024)
    }
  }

  @Test("Adding is the same as recording all values in one")
  func adding() {
    var (left, right, both) = (Histogram(), Histogram(), Histogram())
    for value in 0..<5000 as Range<UInt64> {
      if value % 3 == 0 { left.record(value * value) } else { right.record(value * value) }
      both.record(value * value)
    }
    left.add(right)
    for fraction in [0.1, 0.5, 0.99, 1] { #expect(left.value(at: fraction) == both.value(at: fraction)) }
    #expect(left.count == both.count)
  }
}
