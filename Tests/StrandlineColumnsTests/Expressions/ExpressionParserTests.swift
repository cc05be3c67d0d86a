import StrandlineColumns
import Testing

@Suite("Expressions as text")
struct ExpressionParserTests {
  @Test(
    "operators bind as in SQL",
    arguments: [
      ("status >= 500 and path != '/health'", "status >= 500 and path <> '/health'"),
      ("a or b and not c", "a or b and not c"),
      ("(a or b) and c", "(a or b) and c"),
      ("a and (b and c)", "a and (b and c)"),
      ("(a and b) and c", "a and b and c"),
      ("1 + 2 * 3 - 4", "1 + 2 * 3 - 4"),
      ("(1 + 2) * 3", "(1 + 2) * 3"),
      ("1 - (2 - 3)", "1 - (2 - 3)"),
      ("not a = b", "not a = b"),
      ("(not a) = b", "(not a) = b"),
      ("not not a", "not not a"),
      ("NOT x IS NULL", "x is not null"),
      ("a is not null or b Is Null", "a is not null or b is null"),
      ("(a = b) is null", "(a = b) is null"),
      ("- 5 < -x", "-5 < -x"),
      ("a - -5", "a - -5"),
      ("a--5", "a - -5"),
      ("-(5)", "-(5)"),
      ("-(-x)", "-(-x)"),
      ("-(a + b)", "-(a + b)"),
      ("\"user id\" = 'it''s' and \"say \"\"x\"\"\" is null", "\"user id\" = 'it''s' and \"say \"\"x\"\"\" is null"),
      ("\"and\" = 1", "\"and\" = 1"),
      ("\"plain\" = TRUE", "plain = true"),
      ("timestamp < TIMESTAMP '2015-05-17T12:00:00+02:00'", "timestamp < timestamp '2015-05-17T10:00:00Z'"),
      ("t = timestamp '@-9223372036854775808'", "t = timestamp '@-9223372036854775808'"),
      ("x = 1e3 or x = .5e-1", nil),
      ("x = 1e3 or x = 0.5", "x = 1000.0 or x = 0.5"),
      ("x = double '-inf'", "x = double '-inf'"),
      ("x = -9223372036854775808", "x = -9223372036854775808"),
      ("größe = 1", nil),
      ("\"größe\" = '日本'", "\"größe\" = '日本'"),
    ] as [(String, String?)])
  func parsing(text: String, description: String?) throws {
    guard let description else {
      #expect(throws: ColumnsError.self) { try Expression(parsing: text) }
      return
    }
    let expression = try Expression(parsing: text)
    #expect("\(expression)" == description)
    #expect(try Expression(parsing: description) == expression)
  }

  @Test("the tree is the one that is meant")
  func tree() throws {
    #expect(
      try Expression(parsing: "a - b - 1 > -2")
        == .compare(
          .greater,
          .arithmetic(.subtract, .arithmetic(.subtract, .column("a"), .column("b")), .literal(.int64(1))),
          .literal(.int64(-2))))
    #expect(try Expression(parsing: "null is null") == .isNull(.literal(.null)))
    #expect(try Expression(parsing: "-x") == .negate(.column("x")))
  }

  @Test(
    "what is no expression is reported with its position",
    arguments: [
      ("", 1), ("a =", 4), ("a = = b", 5), ("a = b = c", 7), ("a is 5", 6), ("(a", 1), ("a)", 2), ("a b", 3),
      ("a = 'open", 5), ("'日本' = ?", 8), ("1x = 2", 1), ("99999999999999999999 = n", 1), ("a = not b", 5),
      ("t > timestamp 'noon'", 5), ("a 'x'", 3), ("a = 1.2.3", 5), ("a & b", 3), ("and", 1), ("a is not", 9),
      ("a is null is null", 11), ("\"a", 1), ("0x1F = a", 1), ("1e = a", 1),
    ])
  func malformed(text: String, position: Int) {
    let error = #expect(throws: ColumnsError.self) { try Expression(parsing: text) }
    #expect(error?.code == .malformed)
    #expect(error?.message.hasSuffix("at position \(position)") == true, "\(error?.message ?? "")")
  }

  @Test("nesting beyond the limit is refused, up to it it works")
  func depth() throws {
    let deep = String(repeating: "(", count: 1000) + "a" + String(repeating: ")", count: 1000)
    #expect(try Expression(parsing: deep) == .column("a"))
    let chain = Array(repeating: "a", count: 1001).joined(separator: " or ")
    let expression = try Expression(parsing: chain)
    #expect(expression.columns == ["a"])
    let schema = Schema([Field("a", .bool)])
    let batch = ColumnBatch(schema, columns: [Column(.bool, words: [0, 1])])
    #expect(try BoundExpression(expression, schema: schema).select(batch, .all(2)) == .rows([1]))
    #expect(try BoundExpression(expression, schema: schema).evaluate(batch, .all(2)).words == [0, 1])
    for text in ["(" + deep + ")", chain + " or a", String(repeating: "not ", count: 100_000) + "a"] {
      let error = #expect(throws: ColumnsError.self) { try Expression(parsing: text) }
      #expect(error?.message.contains("1000 operators") == true)
    }
  }

  @Test("random bytes are an expression or an error, never a trap", arguments: 0..<10 as Range<UInt64>)
  func noise(seed: UInt64) {
    var generator = RandomSource(seed: seed)
    let alphabet = Array("ab 19.e'\"()<>=!+-*/%\u{e4}andornotisnull\u{0}")
    for _ in 0..<2000 {
      let text = String(
        (0..<Int.random(in: 0...20, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
      guard let expression = try? Expression(parsing: text) else { continue }
      #expect((try? Expression(parsing: "\(expression)")) == expression, "seed \(seed): \(text)")
    }
  }
}
