import StrandlineColumns
import Testing

@Suite("JSON lines against a slow reader")
struct JSONOracleTests {
  static let schema = Schema([
    Field("a", .string, nullable: true), Field("b", .int64, nullable: true), Field("c", .double, nullable: true),
    Field("time", .bool, nullable: true), Field("é", .string, nullable: true),
  ])

  /// The row that a line makes according to the oracle, or nil for an error row.
  private func expectedRow(_ line: [UInt8]) -> [String?]? {
    guard case .object(let members)? = JSONOracle.parse(line) else { return nil }
    var row: [String?] = []
    for field in Self.schema.fields {
      // Keys are compared by their scalars, not by canonical equivalence.
      guard let value = members.last(where: { Array($0.key.utf8) == Array(field.name.utf8) })?.value else {
        row.append(nil)
        continue
      }
      switch (field.type, value) {
      case (_, .null): row.append(nil)
      case (.string, .text(let text)), (.string, .number(let text)): row.append(text)
      case (.string, .bool(let flag)), (.bool, .bool(let flag)): row.append(String(flag))
      case (.int64, .number(let text)):
        guard let value = Int64(exactlyWritten: text) else { return nil }
        row.append(String(value))
      case (.double, .number(let text)):
        guard let value = Double(text), value.isFinite else { return nil }
        row.append(value.description)
      default: return nil
      }
    }
    return row
  }

  private func check(_ lines: [[UInt8]], seed: UInt64) throws {
    var decoder = JSONLinesDecoder(schema: Self.schema)
    for line in lines {
      var batch = ColumnBatch(Self.schema)
      var errors: [RowError] = []
      let bytes = line + Array("\n".utf8)
      // The same decoder throughout, so that each line meets what earlier ones left in its memory.
      let used = unsafe decoder.decode(
        bytes.span.bytes, from: 0, baseOffset: 1, atEnd: false, maximumRows: 9, into: &batch, errors: &errors)
      let text = String(decoding: line, as: UTF8.self)
      #expect(used == bytes.count)
      let isBlank = line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
      let expected = isBlank ? nil : expectedRow(line)
      #expect(values(batch) == (expected.map { [$0] } ?? []), "seed \(seed): \(text)")
      #expect(errors.count == (expected == nil && !isBlank ? 1 : 0), "seed \(seed): \(text) \(errors)")
    }
  }

  @Test("valid documents", arguments: 1...4 as ClosedRange<UInt64>)
  func valid(seed: UInt64) throws {
    var random = JSONGenerator(generator: SeededGenerator(seed: seed))
    let lines = (0..<1500).map { _ in Array((random.space() + random.object() + random.space()).utf8) }
    for line in lines { #expect(JSONOracle.parse(line) != nil) }
    try check(lines, seed: seed)
  }

  @Test("damaged documents", arguments: 1...4 as ClosedRange<UInt64>)
  func damaged(seed: UInt64) throws {
    var random = JSONGenerator(generator: SeededGenerator(seed: seed))
    let lines = (0..<2500).map { _ in
      let document = random.object()
      return random.damaged(document)
    }
    try check(lines, seed: seed)
    // The damage must have told in many lines, and must have spared many: else this test shows nothing.
    let spared = lines.filter { JSONOracle.parse($0) != nil }.count
    #expect(spared > 100 && spared < 2000)
  }

  @Test("the oracle itself knows what the grammar's tables say")
  func oracle() {
    for value in JSONGrammarTests.valid { #expect(JSONOracle.parse(Array(value.utf8)) != nil, "\(value)") }
    for value in JSONGrammarTests.invalid { #expect(JSONOracle.parse(Array(value.utf8)) == nil, "\(value)") }
  }
}

extension Int64 {
  /// The integer that a JSON number is exactly, found by moving its decimal point.
  fileprivate init?(exactlyWritten text: String) {
    let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var digits = mantissa[0] + (mantissa.count > 1 ? mantissa[1] : "")
    var exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - (mantissa.count > 1 ? mantissa[1].count : 0)
    while digits.last == "0" {
      digits.removeLast()
      exponent += 1
    }
    if !digits.contains(where: { $0 != "-" && $0 != "0" }) {
      self = 0
      return
    }
    guard exponent >= 0, exponent < 20, let value = Int64(digits + String(repeating: "0", count: exponent)) else {
      return nil
    }
    self = value
  }
}
