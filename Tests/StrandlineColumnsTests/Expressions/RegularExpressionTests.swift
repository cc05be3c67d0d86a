import StrandlineColumns
import Testing

@Suite("Regular expressions")
struct RegularExpressionTests {
  private static let schema = Schema([Field("s", .string)])

  /// What an expression gives for each text.
  private static func evaluate(_ expression: Expression, _ texts: [String]) throws -> [OracleValue] {
    let column = texts.reduce(into: Column(.string)) { $0.append($1) }
    let batch = ColumnBatch(schema, columns: [column])
    let result = try BoundExpression(expression, schema: schema).evaluate(batch, .all(texts.count))
    return (0..<texts.count).map { OracleValue(result, $0) }
  }

  @Test("random patterns match and extract what Swift's backtracking engine does", arguments: 0..<20 as Range<UInt64>)
  func reference(seed: UInt64) throws {
    var random = RandomPatterns(seed: seed)
    var matches = 0
    for _ in 0..<60 {
      let pattern = random.pattern()
      let texts = (0..<12).map { _ in random.text() }
      let reference = try Regex(pattern).matchingSemantics(.unicodeScalar).asciiOnlyWordCharacters()
      let isMatch = try Self.evaluate(.call(.regexpMatches, [.column("s"), .literal(.string(pattern))]), texts)
      let groups = try (0...random.groups).map { group in
        try Self.evaluate(
          .call(.regexpExtract, [.column("s"), .literal(.string(pattern)), .literal(.int64(Int64(group)))]), texts)
      }
      for (index, text) in texts.enumerated() {
        let match = text.firstMatch(of: reference)
        matches += match == nil ? 0 : 1
        #expect(isMatch[index] == .bool(match != nil), "seed \(seed): \(pattern) in '\(text)'")
        for (group, values) in groups.enumerated() {
          let expected = match.flatMap { $0[group].substring }.map { OracleValue.text(String($0)) } ?? .null
          #expect(values[index] == expected, "seed \(seed): group \(group) of \(pattern) in '\(text)'")
        }
      }
    }
    #expect(matches > 0 && matches < 60 * 12, "seed \(seed)")
  }

  @Test(
    "a pattern means what it does elsewhere",
    arguments: [
      ("(?i)straSSE", "STRASSE", "STRASSE"), ("a.c", "a\nc", nil), ("(?s)a.c", "a\nc", "a\nc"),
      ("[]a]+", "b]a]", "]a]"), ("[^]a]", "]ab", "b"), ("[a-]+", "b-a", "-a"), ("\\x41\\x{1F600}", "A😀", "A😀"),
      ("x{2}", "xxx", "xx"), ("x{2,}?", "xxx", "xx"), ("x{0,2}", "xxx", "xx"), ("", "a", ""), ("^$", "", ""),
      ("\\bb\\b", "ab b", "b"), ("\\b.", "é1", "1"), ("\\Bb", "b ab", "b"), ("\\B", "", ""), ("\\b", " ", nil),
      ("a\\b|ab", "ab a", "ab"), ("(?:.\\b)+", "1 1", "1 1"), ("\\b$", "a", ""), ("\\.\\{", "a.{", ".{"),
      ("(?:a|ab)(c|bcd)", "abcd", "abcd"),
      ("[\\d.]+", "v1.25", "1.25"), ("[^\\w\\s]", "a b;c", ";"), ("é|€", "a€", "€"), ("()*a", "ba", "a"),
      ("(?is)A.B", "a\nb", "a\nb"), ("(a*)*", "aab", "aa"), ("$^", "", ""), ("a\\z", "aa", "a"), ("\\Aa", "ba", nil),
    ] as [(String, String, String?)])
  func meaning(pattern: String, text: String, match: String?) throws {
    let extract = Expression.call(.regexpExtract, [.column("s"), .literal(.string(pattern))])
    #expect(try Self.evaluate(extract, [text]) == [match.map { .text($0) } ?? .null])
    let test = Expression.call(.regexpMatches, [.column("s"), .literal(.string(pattern))])
    #expect(try Self.evaluate(test, [text]) == [.bool(match != nil)])
  }

  @Test(
    "what is no pattern, or none for linear time, is refused with its position",
    arguments: [
      ("a)", 2), ("(a", 1), ("*a", 1), ("a**", 3), ("[a", 3), ("[z-a]", 5), ("a{", 2), ("a{2,1}", 2), ("a{1001}", 2),
      ("\\1", 3), ("(?=a)", 2), ("(?<n>a)", 2), ("\\q", 3), ("[[:alpha:]]", 2), ("\\", 2), ("\\x4", 4), ("(?x)", 2),
    ])
  func malformed(pattern: String, position: Int) {
    let expression = Expression.call(.regexpMatches, [.column("s"), .literal(.string(pattern))])
    let error = #expect(throws: ColumnsError.self) { try BoundExpression(expression, schema: Self.schema) }
    #expect(error?.code == .malformed)
    #expect(error?.message.hasSuffix("at its position \(position)") == true, "\(error?.message ?? "")")
  }

  @Test(
    "patterns made to take forever take no more than linear time",
    arguments: ["(a*)*b", "(a|aa)+$b", "(a?){500}a{500}b", "(x+x+)+y", "(.*)(.*)(.*)(.*)(.*)[^a]b", "(a|b|ab)*c"])
  func hostile(pattern: String) throws {
    let texts = [String(repeating: "a", count: 3000), String(repeating: "x", count: 3000)]
    let test = Expression.call(.regexpMatches, [.column("s"), .literal(.string(pattern))])
    #expect(try Self.evaluate(test, texts) == [.bool(false), .bool(false)])
  }

  @Test(
    "a pattern whose automaton would be too large is refused",
    arguments: [
      "((a{1000}){1000}){1000}", "((){1000}){1000}",
      String(repeating: "(", count: 300) + String(repeating: ")", count: 300),
      String((0..<3000).compactMap { Unicode.Scalar(0x4E00 + 2 * $0).map { Character($0) } }),
    ])
  func large(pattern: String) {
    let expression = Expression.call(.regexpMatches, [.column("s"), .literal(.string(pattern))])
    let error = #expect(throws: ColumnsError.self) { try BoundExpression(expression, schema: Self.schema) }
    #expect(error?.code == .malformed)
  }

  @Test("an automaton with more states than are kept still finds what there is")
  func manyStates() throws {
    var generator = RandomSource(seed: 1)
    let text = String((0..<20_000).map { _ in generator.next() % 2 == 0 ? "a" : "b" })
    let test = Expression.call(.regexpMatches, [.column("s"), .literal(.string("a[ab]{14}c"))])
    #expect(try Self.evaluate(test, [text, text + "c"]) == [.bool(false), .bool(Array(text)[text.count - 15] == "a")])
  }
}

/// Random patterns over a small alphabet. Their repetitions never repeat what can be empty, where engines differ, and they have
/// no word boundaries, of which Swift's has another notion.
private struct RandomPatterns {
  private var generator: RandomSource
  private(set) var groups = 0

  init(seed: UInt64) { generator = RandomSource(seed: seed) }

  mutating func text() -> String {
    String((0..<Int.random(in: 0...10, using: &generator)).map { _ in one(of: ["a", "b", "c", "é", "1", " ", "A"]) })
  }

  mutating func pattern() -> String {
    groups = 0
    return alternatives(depth: 3).pattern
  }

  private mutating func alternatives(depth: Int) -> (pattern: String, isNullable: Bool) {
    let parts = (0..<Int.random(in: 1...2, using: &generator)).map { _ in sequence(depth: depth) }
    return (parts.map(\.pattern).joined(separator: "|"), parts.contains { $0.isNullable })
  }

  private mutating func sequence(depth: Int) -> (pattern: String, isNullable: Bool) {
    let parts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in repeated(depth: depth) }
    return (parts.map(\.pattern).joined(), parts.allSatisfy { $0.isNullable })
  }

  private mutating func repeated(depth: Int) -> (pattern: String, isNullable: Bool) {
    if generator.next() % 12 == 0 { return (one(of: ["^", "$"]), true) }
    let atom = atom(depth: depth)
    guard !atom.isNullable, generator.next() % 2 == 0 else { return atom }
    let sign = one(of: ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{1,}"])
    return (atom.pattern + sign, !(sign.hasPrefix("+") || sign.hasPrefix("{1") || sign == "{2}"))
  }

  private mutating func atom(depth: Int) -> (pattern: String, isNullable: Bool) {
    if depth > 0, generator.next() % 3 == 0 {
      let isGroup = generator.next() % 2 == 0
      if isGroup { groups += 1 }
      let inner = alternatives(depth: depth - 1)
      return ((isGroup ? "(" : "(?:") + inner.pattern + ")", inner.isNullable)
    }
    return (one(of: ["a", "b", "c", "é", ".", "[ab]", "[^a]", "\\d", "\\w", "\\s", "[a-cé]", "\\W"]), false)
  }

  private mutating func one<Element>(of elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &generator)]
  }
}
