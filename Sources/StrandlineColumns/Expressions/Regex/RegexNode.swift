/// A regular expression as a tree.
indirect enum RegexNode {
  case empty
  /// One character of a set.
  case set(ScalarSet)
  case assertion(RegexAssertion)
  case sequence([RegexNode])
  /// Any of them, the first one that leads to a match.
  case alternatives([RegexNode])
  /// A group of that number, counted from 1.
  case group(Int, RegexNode)
  /// At least `least` and at most `most` times (nil: any number), as often as possible or, `isLazy`, as seldom.
  case repetition(RegexNode, least: Int, most: Int?, isLazy: Bool)
}

/// A condition on a position in the text.
enum RegexAssertion {
  case start
  case end
  case wordBoundary
  case noWordBoundary
}

/// A set of Unicode scalars as ranges.
struct ScalarSet: Equatable {
  private(set) var ranges: [ClosedRange<UInt32>] = []

  static let maximum: UInt32 = 0x10_FFFF
  static let digits = ScalarSet(["0"..."9"])
  static let word = ScalarSet(["0"..."9", "A"..."Z", "_"..."_", "a"..."z"])
  /// Tab, line feed, vertical tab, form feed, carriage return and the space.
  static let space = ScalarSet(["\t"..."\r", " "..." "])

  init() {}

  init(_ ranges: [ClosedRange<Unicode.Scalar>]) {
    self.ranges = ranges.map { $0.lowerBound.value...$0.upperBound.value }
  }

  mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

  mutating func formUnion(_ other: ScalarSet) { ranges += other.ranges }

  /// Adds the other case of every ASCII letter in it.
  mutating func addOtherCases() {
    for range in ranges {
      for (letters, distance) in [(0x41...0x5A as ClosedRange<UInt32>, 32), (0x61...0x7A, -32)] {
        let part = range.clamped(to: letters)
        guard range.overlaps(letters) else { continue }
        let (lower, upper) = (Int(part.lowerBound) + distance, Int(part.upperBound) + distance)
        ranges.append(UInt32(lower)...UInt32(upper))
      }
    }
  }

  /// Every scalar that is not in it.
  var inverted: ScalarSet {
    var result = ScalarSet()
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { result.insert(next...(range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    if next <= Self.maximum { result.insert(next...Self.maximum) }
    return result
  }
}
