import StrandlineColumns

/// A made-up stream of page views: the same for the same numbers, on every machine.
///
/// A row is `{"at":…,"page":…,"user":…,"status":…,"bytes":…}`. Times go up by one step a row, and each row is as much
/// older as a draw up to `disorder` says. Low numbers of pages come more often than high ones.
struct PageViews {
  /// What is made.
  struct Shape {
    var rows = 1_000_000
    var seed: UInt64 = 1
    /// The time of the first row, Unix microseconds.
    var start: Int64 = 1_767_225_600_000_000
    /// Microseconds from row to row.
    var step: Int64 = 1000
    /// How much older a row may be, in microseconds.
    var disorder: Int64 = 10_000_000
    var pages = 1000
  }

  private let shape: Shape
  private var random: SplitMix64
  private var made = 0
  private var pages: [[UInt8]] = []
  private let statuses: [[UInt8]] = [200, 200, 200, 200, 200, 200, 304, 301, 404, 500].map { Array(String($0).utf8) }

  init(_ shape: Shape) {
    self.shape = shape
    random = SplitMix64(seed: shape.seed)
    pages = (0..<max(shape.pages, 1)).map { Array("/page/\($0)".utf8) }
  }

  /// Appends up to that many rows; false once all are made.
  mutating func append(_ count: Int, to bytes: inout [UInt8]) -> Bool {
    let end = min(shape.rows, made + count)
    while made < end {
      appendRow(to: &bytes)
      made += 1
    }
    return made < shape.rows
  }

  private mutating func appendRow(to bytes: inout [UInt8]) {
    let latest = shape.start &+ Int64(made) &* shape.step
    let age = shape.disorder > 0 ? Int64(random.below(UInt64(shape.disorder))) : 0
    Self.append("{\"at\":\"", to: &bytes)
    ISO8601.append(latest &- age, to: &bytes)
    Self.append("\",\"page\":\"", to: &bytes)
    // The smaller of two draws: the first tenth of the pages gets a fifth of the views.
    let page = min(random.below(UInt64(pages.count)), random.below(UInt64(pages.count)))
    bytes.append(contentsOf: pages[Int(page)])
    Self.append("\",\"user\":", to: &bytes)
    Self.append(random.below(100_000), to: &bytes)
    Self.append(",\"status\":", to: &bytes)
    bytes.append(contentsOf: statuses[Int(random.below(UInt64(statuses.count)))])
    Self.append(",\"bytes\":", to: &bytes)
    Self.append(200 + random.below(50_000), to: &bytes)
    Self.append("}\n", to: &bytes)
  }

  private static func append(_ text: StaticString, to bytes: inout [UInt8]) {
    // Unsafe: the text is part of the program, and its bytes are copied.
    text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
