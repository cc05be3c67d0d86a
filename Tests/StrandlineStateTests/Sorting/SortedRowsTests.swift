import StrandlineColumns
import StrandlineState
import Testing

/// Runs and their merging, against a comparison of values one by one.
@Suite("Rows that are put in order")
struct SortedRowsTests {
  /// Rows with values to order them by, all of one seed.
  private struct Case {
    var types: [ColumnType]
    var descending: [Bool]
    var values: [Column]
    var runs: [Range<Int>] = []
    var random: SeededRandom

    init(seed: Int) {
      var random = SeededRandom(seed: UInt64(seed))
      types = (0...Int.random(in: 0...2, using: &random)).map { _ in
        ColumnType.allCases.randomElement(using: &random) ?? .int64
      }
      descending = types.map { _ in Bool.random(using: &random) }
      let rows = [0, 1, 40, 700, 3000].randomElement(using: &random) ?? 0
      values = []
      for type in types {
        let hasNulls = Bool.random(using: &random)
        let isNarrow = Bool.random(using: &random)
        var column = Column(type)
        for _ in 0..<rows {
          if hasNulls && UInt8.random(in: 0..<8, using: &random) == 0 {
            column.appendNull()
          } else {
            Self.append(to: &column, isNarrow: isNarrow, &random)
          }
        }
        values.append(column)
      }
      var start = 0
      while start < rows {
        let end = Int.random(in: start + 1...rows, using: &random)
        runs.append(start..<end)
        start = end
      }
      self.random = random
    }

    private static func append(to column: inout Column, isNarrow: Bool, _ random: inout SeededRandom) {
      let word = isNarrow ? Int64.random(in: -3...3, using: &random) : Int64.random(in: .min ... .max, using: &random)
      switch column.type {
      case .string:
        let bytes: [UInt8] = [0, 1, 97, 98, 127]
        let length = Int.random(in: 0...(isNarrow ? 3 : 14), using: &random)
        column.append(utf8: (0..<length).map { _ in bytes.randomElement(using: &random) ?? 0 })
      case .double:
        let special = [Double.nan, .infinity, -.infinity, 0, -0.0, 1.5, -1.5, .greatestFiniteMagnitude]
        column.append(isNarrow ? special.randomElement(using: &random) ?? 0 : Double(word))
      case .bool: column.append(word: word & 1)
      case .int64, .timestamp: column.append(word: word)
      }
    }

    /// Whether a row comes before another one, by its values alone; nil where they are equal.
    func isBefore(_ left: Int, _ right: Int) -> Bool? {
      for (column, isDescending) in zip(values, descending) {
        if let less = Self.isLess(column, left, right) { return less != isDescending }
      }
      return nil
    }

    private static func isLess(_ column: Column, _ left: Int, _ right: Int) -> Bool? {
      switch (column.isNull(left), column.isNull(right)) {
      case (true, true): return nil
      case (true, false): return true
      case (false, true): return false
      default: break
      }
      if column.type == .string {
        let texts = [left, right].map { column.bytes[Int(column.offsets[$0])..<Int(column.offsets[$0 + 1])] }
        return texts[0].elementsEqual(texts[1]) ? nil : texts[0].lexicographicallyPrecedes(texts[1])
      }
      if column.type == .double {
        let (a, b) = (column.double(left), column.double(right))
        if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? nil : b.isNaN }
        return a == b ? nil : a < b
      }
      let (a, b) = (column.words[left], column.words[right])
      return a == b ? nil : a < b
    }

    /// The rows in their order.
    var expected: [Int64] {
      (0..<values[0].count).sorted { isBefore($0, $1) ?? ($0 < $1) }.map { Int64($0) }
    }

    func run(_ rows: Range<Int>, limit: Int?) -> SortedRows {
      let numbers = rows.map { Int64($0) }
      return SortedRows(
        sorting: SortKeys(values.map { $0.part(rows) }, descending: descending),
        ColumnBatch(Self.schema, columns: [Column(.int64, words: numbers)]), times: numbers.map { $0 * 2 },
        marks: numbers.map { $0 * 3 }, ordinals: numbers, limit: limit)
    }

    static let schema = Schema([Field("number", .int64)])
  }

  @Test(
    "come in the order of their values, of equal ones as they came, whatever runs and pieces there are",
    arguments: 0..<150)
  func order(_ seed: Int) {
    var one = Case(seed: seed)
    let expected = one.expected
    let limit = seed % 3 == 0 ? Int.random(in: 1...50, using: &one.random) : nil
    var runs = one.runs.map { one.run($0, limit: limit) }
    // Which of the runs is first must not matter.
    runs.shuffle(using: &one.random)
    let rows = Int.random(in: 1...max(1, expected.count), using: &one.random)
    let pieces = SortedRows.pieces(of: runs, rows: rows)
    var all: [Int64] = []
    for piece in pieces {
      let merged = SortedRows.merged(runs, piece, schema: Case.schema)
      #expect(merged.times == merged.ordinals.map { $0 * 2 }, "seed \(seed)")
      #expect(merged.marks == merged.ordinals.map { $0 * 3 }, "seed \(seed)")
      #expect(merged.columns.columns[0].words == merged.ordinals, "seed \(seed)")
      #expect(merged.count <= 4 * rows + 32 * runs.count, "seed \(seed): a piece of \(merged.count) for \(rows)")
      all += merged.ordinals
    }
    let wanted = limit ?? expected.count
    #expect(Array(all.prefix(wanted)) == Array(expected.prefix(wanted)), "seed \(seed)")
    let whole = SortedRows.merged(runs, runs.map { 0..<$0.count }, schema: Case.schema, limit: limit)
    #expect(whole.ordinals == Array(expected.prefix(wanted)), "seed \(seed)")
    #expect(whole.first(3).ordinals == Array(expected.prefix(min(3, wanted))), "seed \(seed)")
  }

  @Test("would be found in another order: a negative control")
  func control() {
    let one = Case(seed: 4)
    var other = one
    other.descending = one.descending.map { !$0 }
    #expect(one.expected.count > 1 && one.expected != other.expected)
  }

  @Test("of one key are cut into pieces too, since no two rows have one ordinal")
  func equal() {
    let rows = 10_000
    let run = SortedRows(
      sorting: SortKeys([Column(.int64, words: Array(repeating: 7, count: rows))], descending: [false]),
      ColumnBatch(Case.schema, columns: [Column(.int64, words: Array(repeating: 1, count: rows))]), times: [],
      marks: [], ordinals: (0..<rows).map { Int64($0) }, limit: nil)
    let pieces = SortedRows.pieces(of: [run], rows: 1000)
    #expect(pieces.count == 10)
    #expect(pieces.allSatisfy { $0[0].count < 1500 })
  }
}

extension Column {
  fileprivate func double(_ row: Int) -> Double { Double(bitPattern: UInt64(bitPattern: words[row])) }
}
