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
  /// The sum of the squares of an int64 input, 192 bits wide. Three words, the lowest first.
  case squaresInt64(input: Int)
  /// The exact sum of the squares of a double input (`ExactSum`).
  case squaresDouble(input: Int)
  /// The smallest entries. A blob.
  case entries(EntryAccumulator)
  /// An estimate of the number of different values. A blob.
  case estimate(HyperLogLog)
  /// A sketch of quantiles. A blob.
  case quantiles(QuantileSketch)
  /// What somebody else defined. A blob.
  case custom(CustomAccumulator)

  /// The number of words that it takes per group.
  public var width: Int {
    switch self {
    case .countRows, .count, .minimum, .maximum: 1
    case .sumInt64: 2
    case .squaresInt64: SquareSum.width
    case .sumDouble, .squaresDouble: ExactSum.width
    case .entries, .estimate, .quantiles, .custom: 0
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

  /// What its blob is; nil where it has words.
  var blob: (any BlobAccumulator)? {
    switch self {
    case .entries(let entries): entries
    case .estimate(let estimate): estimate
    case .quantiles(let sketch): sketch
    case .custom(let custom): custom
    default: nil
    }
  }
}

/// What is kept per group: words and blobs of the operator's own, and accumulators.
public struct AccumulatorLayout: Sendable, Hashable {
  /// The accumulators in order.
  public let accumulators: [Accumulator]
  /// The first word of each; meaningless where it has none.
  public let firstWords: [Int]
  /// The blob of each; meaningless where it has none.
  public let blobPositions: [Int]
  /// The words in front of those of the accumulators, which the operator keeps for itself; zero in a new group.
  public let ownWords: Int
  /// The number of words per group.
  public let width: Int
  /// The blobs in front of those of the accumulators, which the operator keeps for itself.
  public let ownBlobs: Int
  /// The number of blobs per group, runs of bytes; empty in a new group.
  public let blobs: Int
  /// The word with which each word of a new group begins.
  let identities: [Int64]

  /// The layout of those accumulators, behind words and blobs of the operator's own.
  public init(_ accumulators: [Accumulator], ownWords: Int = 0, blobs ownBlobs: Int = 0) {
    self.accumulators = accumulators
    self.ownWords = ownWords
    self.ownBlobs = ownBlobs
    var firstWords: [Int] = []
    var blobPositions: [Int] = []
    var identities = [Int64](repeating: 0, count: ownWords)
    var blobs = ownBlobs
    for accumulator in accumulators {
      firstWords.append(identities.count)
      blobPositions.append(blobs)
      identities.append(contentsOf: repeatElement(accumulator.identity, count: accumulator.width))
      if accumulator.blob != nil { blobs += 1 }
    }
    self.firstWords = firstWords
    self.blobPositions = blobPositions
    self.identities = identities
    self.blobs = blobs
    self.width = identities.count
  }

  /// Checks the blobs of accumulators that were read, a column of them for each blob.
  ///
  /// - Throws: `StateError` `.malformed`.
  func check(_ blobs: [[[UInt8]]]) throws(StateError) {
    for (accumulator, position) in zip(accumulators, blobPositions) {
      guard let blob = accumulator.blob else { continue }
      for bytes in blobs[position] { try blob.check(bytes.span) }
    }
  }
}
