import StrandlineBytes
import StrandlineColumns

@testable import StrandlineState

/// What a dictionary says of rows that were aggregated: the oracle for `KeyedState`.
struct AggregationOracle {
  struct Row {
    var pane: Int64
    var key: [KeyPart]
    var number: Int64?
    var real: Double?
    var text: String?
    /// What orders the rows for `first` and `last`, and is the same for some of them.
    var ordinal: Int64 = 0
  }

  struct Place: Hashable {
    var pane: Int64
    var key: [KeyPart]
  }

  struct Group: Equatable, CustomStringConvertible {
    var pane: Int64
    var key: [KeyPart]
    var rows: Int64 = 0
    var numbers: Int64 = 0
    var sum: Int128 = 0
    var smallest: Int64?
    var largest: Int64?
    var reals: [Double] = []
    var values: [Int64] = []
    var texts: [(ordinal: Int64, text: String)] = []
    var hasBlobs = false

    /// What it says, with equal texts for equal groups.
    var description: String {
      let sorted = reals.map { KeyPart.double($0) }.sorted()
      return
        "\(pane) \(key): \(rows) rows, \(numbers) numbers, \(sum), \(smallest ?? 0) to \(largest ?? 0), "
        + "\(reals.count) reals, \(canonical(WideSum.sum(reals)).bitPattern), "
        + "\(sorted.first?.description ?? "-") to \(sorted.last?.description ?? "-")"
        + (hasBlobs ? ", \(blobs)" : "")
    }

    /// What is read from accumulators that keep bytes.
    private var blobs: String {
      let top = values.sorted(by: >).prefix(3).map(String.init).joined(separator: ",")
      let inOrder = texts.map { (KeyPart.word($0.ordinal), KeyPart.text(Array($0.text.utf8))) }.sorted { $0 < $1 }
      return
        "\(spread), \(Set(values).count) different, top \(values.isEmpty ? "-" : "[\(top)]"), "
        + "first \(inOrder.first?.1.description ?? "-"), last \(inOrder.last?.1.description ?? "-"), "
        + "about \(estimate) texts, median \(median)"
    }

    /// The variance by distances from the mean, in as few digits as the plain way gets right.
    private var spread: String {
      if values.isEmpty { return "-" }
      let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      let squares = values.map { (Double($0) - mean) * (Double($0) - mean) }
      return "\(Float(squares.reduce(0, +) / Double(values.count)))"
    }

    /// The estimate for the registers that a dictionary of the different texts gives.
    private var estimate: Int64 {
      let estimate = AggregationOracle.estimate
      var ranks: [Int: UInt8] = [:]
      for text in Set(texts.map { Array($0.text.utf8) }) {
        let hash = XXH64.hash(text)
        let rank = UInt8((hash << UInt64(estimate.precision)).leadingZeroBitCount + 1)
        ranks[Int(hash >> UInt64(64 - estimate.precision)), default: 0] =
          max(rank, ranks[Int(hash >> UInt64(64 - estimate.precision))] ?? 0)
      }
      let bytes = ranks.sorted { $0.key < $1.key }.flatMap { [UInt8($0.key & 0xFF), UInt8($0.key >> 8), $0.value] }
      return estimate.estimate(bytes.span)
    }

    /// The value that stands for the bucket of the exact median.
    private var median: String {
      let sorted = reals.map { KeyPart.double($0) }.sorted()
      guard !sorted.isEmpty, case .double(let median) = sorted[(sorted.count - 1) / 2] else { return "-" }
      if median == 0 || !median.isFinite { return KeyPart.double(median).description }
      let mapping = QuantileMapping(accuracy: 0.01)
      let value = mapping.value(mapping.bucket(median.magnitude))
      return KeyPart.double(median < 0 ? -value : value).description
    }

    static func == (a: Group, b: Group) -> Bool { a.description == b.description }
  }

  /// Accumulators of words, that most tests have.
  static let accumulators = AccumulatorLayout(words)
  private static let words: [Accumulator] = [
    .countRows, .count(input: 0), .sumInt64(input: 0), .minimum(input: 0), .maximum(input: 0), .count(input: 1),
    .sumDouble(input: 1), .minimum(input: 1), .maximum(input: 1),
  ]
  /// The same, and accumulators of bytes behind them.
  static let accumulatorsOfBytes = AccumulatorLayout(
    words + [
      .squaresInt64(input: 0),
      .entries(EntryAccumulator([EntryPart(input: 0, type: .int64)], distinct: true)),
      .entries(EntryAccumulator([EntryPart(input: 0, type: .int64, descending: true)], limit: 3)),
      .entries(EntryAccumulator([EntryPart(input: 3, type: .int64), EntryPart(input: 2, type: .string)], limit: 1)),
      .entries(
        EntryAccumulator(
          [EntryPart(input: 3, type: .int64, descending: true), EntryPart(input: 2, type: .string, descending: true)],
          limit: 1)),
      .estimate(estimate), .quantiles(QuantileSketch(input: 1, type: .double)),
    ])
  static let estimate = HyperLogLog(input: 2, type: .string)

  private(set) var groups: [Place: Group] = [:]
  private let hasBlobs: Bool

  init(blobs: Bool = false) {
    hasBlobs = blobs
  }

  mutating func add(_ row: Row) {
    let place = Place(pane: row.pane, key: row.key)
    var group = groups[place] ?? Group(pane: row.pane, key: row.key)
    group.rows += 1
    group.hasBlobs = hasBlobs
    if let number = row.number {
      group.numbers += 1
      group.sum += Int128(number)
      group.values.append(number)
      group.smallest = min(group.smallest ?? number, number)
      group.largest = max(group.largest ?? number, number)
    }
    if let real = row.real { group.reals.append(real) }
    if let text = row.text { group.texts.append((row.ordinal, text)) }
    groups[place] = group
  }

  mutating func close(endingBy watermark: Int64, paneLength: Int64) {
    groups = groups.filter { $0.key.pane + paneLength > watermark }
  }

  /// The groups of those places, in order.
  func lines(_ places: Set<Place>? = nil) -> [String] {
    groups.filter { places?.contains($0.key) ?? true }
      .sorted { a, b in
        a.key.pane == b.key.pane ? a.key.key.lexicographicallyPrecedes(b.key.key) : a.key.pane < b.key.pane
      }
      .map(\.value.description)
  }

  /// Rows of a state in the same words.
  static func lines(_ rows: GroupRows) throws -> [String] {
    let layout = rows.blobs.isEmpty ? accumulators : accumulatorsOfBytes
    func column(_ result: AggregateResult) throws -> Column {
      try result.column(of: rows, layout) { "\($0)" }
    }
    let counts = try column(.count(0))
    let numbers = try column(.count(1))
    let low = try column(.extreme(3, type: .int64, count: 1))
    let high = try column(.extreme(4, type: .int64, count: 1))
    let reals = try column(.count(5))
    let sum = try column(.sumDouble(6, count: nil))
    let least = try column(.extreme(7, type: .double, count: 5))
    let most = try column(.extreme(8, type: .double, count: 5))
    let blobs = rows.blobs.isEmpty ? [] : try blobs(rows)
    return (0..<rows.count).map { row in
      let wide = Int128(rows.words[3][row]) << 64 | Int128(UInt64(bitPattern: rows.words[2][row]))
      let key = rows.keys.map { KeyPart($0, row) }
      let real = Double(bitPattern: UInt64(bitPattern: sum.words[row]))
      func text(_ column: Column) -> String { Self.text(column, row) }
      return
        "\(rows.panes[row]) \(key): \(counts.words[row]) rows, \(numbers.words[row]) numbers, \(wide), "
        + "\(low.words[row]) to \(high.words[row]), \(reals.words[row]) reals, \(canonical(real).bitPattern), "
        + "\(text(least)) to \(text(most))" + (blobs.isEmpty ? "" : ", \(blobs[row])")
    }
  }

  private static func text(_ column: Column, _ row: Int) -> String {
    column.isNull(row) ? "-" : KeyPart(column, row).description
  }

  private static func blobs(_ rows: GroupRows) throws -> [String] {
    func column(_ result: AggregateResult) throws -> Column {
      try result.column(of: rows, accumulatorsOfBytes) { "\($0)" }
    }
    let spread = try column(.spreadInt64(.populationVariance, sum: 2, squares: 9, count: 1))
    let different = try column(.entryCount(10))
    let top = try column(.allEntries(11, part: 0))
    let first = try column(.firstEntry(12, part: 1, type: .string))
    let last = try column(.firstEntry(13, part: 1, type: .string))
    let about = try column(.estimate(14))
    let median = try column(.quantile(15, share: 0.5))
    return (0..<rows.count).map { row in
      "\(spread.isNull(row) ? "-" : "\(Float(Double(bitPattern: UInt64(bitPattern: spread.words[row]))))"), "
        + "\(different.words[row]) different, top \(top.isNull(row) ? "-" : top.text(row)), "
        + "first \(text(first, row)), last \(text(last, row)), about \(about.words[row]) texts, "
        + "median \(text(median, row))"
    }
  }
}

/// One NaN and one zero, so that bit patterns can be compared.
func canonical(_ value: Double) -> Double {
  value.isNaN ? .nan : value == 0 ? 0 : value
}

/// The correctly rounded sum of doubles, by integers of any width: slow, and unlike `ExactSum` in every step.
enum WideSum {
  static func sum(_ values: [Double]) -> Double {
    if values.contains(where: \.isNaN) { return .nan }
    let infinities = Set(values.filter { $0.isInfinite })
    if infinities.count == 2 { return .nan }
    if let infinity = infinities.first { return infinity }
    var positive: [UInt32] = []
    var negative: [UInt32] = []
    for value in values where value != 0 {
      // value = significand · 2^shift, in units of 2^-1074.
      let significand = UInt64(value.magnitude.significand * 0x1p52)
      let shift = Int(value.magnitude.exponent) - 52 + 1074
      if value < 0 { add(significand, shift, to: &negative) } else { add(significand, shift, to: &positive) }
    }
    return isLess(positive, negative)
      ? -rounded(difference(negative, positive)) : rounded(difference(positive, negative))
  }

  private static func add(_ significand: UInt64, _ shift: Int, to digits: inout [UInt32]) {
    // The significand of a subnormal has zeros below the smallest unit.
    let (value, place) = shift < 0 ? (significand >> UInt64(-shift), 0) : (significand, shift)
    var rest = UInt128(value) << UInt128(place % 32)
    var digit = place / 32
    var carry: UInt64 = 0
    while rest != 0 || carry != 0 {
      if digit >= digits.count { digits.append(contentsOf: repeatElement(0, count: digit + 1 - digits.count)) }
      let sum = UInt64(digits[digit]) + UInt64(UInt32(truncatingIfNeeded: rest)) + carry
      digits[digit] = UInt32(truncatingIfNeeded: sum)
      carry = sum >> 32
      rest >>= 32
      digit += 1
    }
  }

  private static func isLess(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    for digit in (0..<max(a.count, b.count)).reversed() {
      let (x, y) = (a[safe: digit] ?? 0, b[safe: digit] ?? 0)
      if x != y { return x < y }
    }
    return false
  }

  private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
    var borrow: Int64 = 0
    return a.indices.map { digit in
      let value = Int64(a[digit]) - Int64(b[safe: digit] ?? 0) - borrow
      borrow = value < 0 ? 1 : 0
      return UInt32(truncatingIfNeeded: value)
    }
  }

  /// Takes the 53 highest bits and looks at the rest.
  private static func rounded(_ digits: [UInt32]) -> Double {
    guard let highest = digits.lastIndex(where: { $0 != 0 }) else { return 0 }
    let top = highest * 32 + 31 - digits[highest].leadingZeroBitCount
    let bottom = max(0, top - 52)
    func bit(_ position: Int) -> Bool { digits[position / 32] >> UInt32(position % 32) & 1 != 0 }
    var value: UInt64 = 0
    for position in (bottom...top).reversed() { value = value << 1 | (bit(position) ? 1 : 0) }
    if bottom > 0 && bit(bottom - 1) {
      let isTie =
        !digits[..<((bottom - 1) / 32)].contains { $0 != 0 }
        && !(((bottom - 1) / 32 * 32)..<(bottom - 1)).contains { bit($0) }
      if !isTie || value & 1 == 1 { value += 1 }
    }
    // Two exact steps, each within the range of a normal double, or one that overflows as it should.
    let exponent = bottom - 1074
    return exponent < -1000
      ? Double(value) * 0x1p-1000 * power(exponent + 1000) : Double(value) * power(exponent)
  }

  private static func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }
}
