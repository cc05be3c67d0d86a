/// One running value per group: what a table keeps in place of the rows.
///
/// An aggregate of a plan is a function of one or two accumulators, and aggregates share them: `sum(x)` and
/// `average(x)` both read the sum and the count of x. Each merges with itself in any order to the same words, bit for bit,
/// which makes the state independent of batches, partitions and workers.
public enum Accumulator: Sendable, Hashable {
  /// The number of rows. One word.
  case countRows
  /// The number of values of an input that are not null. One word.
  case count(input: Int)
  /// The sum of an int64 input, 128 bits wide. Two words, the low one first.
  case sumInt64(input: Int)
  /// The exact sum of a double input (`ExactSum`).
  case sumDouble(input: Int)
  /// The smallest value of a fixed-width input, as a sortable word. One word.
  case minimum(input: Int)
  /// The largest value of a fixed-width input, as a sortable word. One word.
  case maximum(input: Int)

  /// The number of words that it takes per group.
  public var width: Int {
    switch self {
    case .countRows, .count, .minimum, .maximum: 1
    case .sumInt64: 2
    case .sumDouble: ExactSum.width
    }
  }

  /// The word with which each of its words begins: merging with it changes nothing.
  var identity: Int64 {
    switch self {
    case .minimum: .max
    case .maximum: .min
    default: 0
    }
  }

  /// The input column it reads.
  var input: Int? {
    switch self {
    case .countRows: nil
    case .count(let input), .sumInt64(let input), .sumDouble(let input), .minimum(let input), .maximum(let input):
      input
    }
  }
}

/// What is kept per group: words and blobs of the operator's own, and accumulators.
public struct AccumulatorLayout: Sendable, Hashable {
  /// The accumulators in order.
  public let accumulators: [Accumulator]
  /// The first word of each.
  public let firstWords: [Int]
  /// The words in front of those of the accumulators, which the operator keeps for itself; zero in a new group.
  public let ownWords: Int
  /// The number of words per group.
  public let width: Int
  /// The number of blobs per group, runs of bytes; empty in a new group.
  public let blobs: Int
  /// The word with which each word of a new group begins.
  let identities: [Int64]

  /// The layout of those accumulators.
  public init(_ accumulators: [Accumulator], ownWords: Int = 0, blobs: Int = 0) {
    self.accumulators = accumulators
    self.ownWords = ownWords
    self.blobs = blobs
    var firstWords: [Int] = []
    var identities = [Int64](repeating: 0, count: ownWords)
    for accumulator in accumulators {
      firstWords.append(identities.count)
      identities.append(contentsOf: repeatElement(accumulator.identity, count: accumulator.width))
    }
    self.firstWords = firstWords
    self.identities = identities
    self.width = identities.count
  }
}
