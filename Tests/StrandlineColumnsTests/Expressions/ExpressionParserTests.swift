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

  @Test(
    "what has words in its midst is read and written",
    arguments: [
      ("CASE WHEN a THEN 1 ELSE 2 END", "case when a then 1 else 2 end"),
      ("case when a then case when b then 1 end end", "case when a then case when b then 1 end end"),
      ("case when a or b then 1 when c then 2 else null end + 1", "case when a or b then 1 when c then 2 end + 1"),
      ("x is not true and x is false", "x is not true and x is false"),
      ("not (x is true)", "x is not true"),
      ("x is not distinct from null", "x is not distinct from null"),
      ("x not in (1, -2, y + 1)", "x not in (1, -2, y + 1)"),
      ("not x in (1) or y", "x not in (1) or y"),
      ("x between 1 + 1 and 2 and y", "x between 1 + 1 and 2 and y"),
      ("(x between 1 and 2) is true", "(x between 1 and 2) is true"),
      ("x not like 'a!%%' escape '!'", "x not like 'a!%%' escape '!'"),
      ("'a' || 'b' || c = d", "'a' || 'b' || c = d"),
      ("'a' || (b || c)", "'a' || (b || c)"),
      ("Lower(a) = substr(b, 2)", "lower(a) = substring(b, 2)"),
      ("mod(a, 2) * 3", "a % 2 * 3"),
      ("mod(a + b, 2)", "(a + b) % 2"),
      ("cast(a + 1 as STRING) = try_cast(b as timestamp)", "cast(a + 1 as string) = try_cast(b as timestamp)"),
      ("extract(YEAR from at) > 2000", "extract(year from at) > 2000"),
      ("-abs(x) < -(5)", "-abs(x) < -(5)"),
      // Names that are words in other places stay names, as they were before these words were known.
      ("end = 1 and case is null and in + like > between", "end = 1 and case is null and in + like > between"),
      ("case when when then then else else end", "case when when then then else else end"),
      ("case when a then (case) when b then end end", "case when a then (case) when b then end end"),
      ("case when a then (x + Case) when b then cas end", "case when a then (x + Case) when b then cas end"),
      ("cast = 1 and lower <> extract", "cast = 1 and lower <> extract"),
      ("in in (in) and like like 'in'", "in in (in) and like like 'in'"),
      ("distinct is distinct from from", "distinct is distinct from from"),
    ])
  func words(text: String, description: String) throws {
    let expression = try Expression(parsing: text)
    #expect("\(expression)" == description)
    #expect(try Expression(parsing: description) == expression)
  }

  @Test(
    "what is no expression with words is reported with its position",
    arguments: [
      ("case when a then 1", 19), ("case when a 1 end", 13), ("case a when 1 then 2 end", 6), ("x in ()", 7),
      ("x in 1", 6), ("x in (1", 6), ("x between 1 or 2", 13), ("x not 5", 7), ("x like y", 8),
      ("x like 'a' escape 'ab'", 19), ("x is distinct y", 15), ("lower(a", 6), ("nosuch(a)", 1),
      ("cast(a as text)", 11),
      ("extract(year at)", 14), ("mod(1)", 1), ("a in (1) in (2)", 10), ("now()", 1), ("a || ", 6), ("a | b", 3),
    ])
  func malformedWords(text: String, position: Int) {
    let error = #expect(throws: ColumnsError.self) { try Expression(parsing: text) }
    #expect(error?.code == .malformed)
    #expect(error?.message.contains("at position \(position)") == true, "\(error?.message ?? "")")
  }

  @Test(
    "calls nested beyond the limit are refused, up to it they work",
    arguments: [
      ("lower(", "s", ")", "abc"), ("case when s is null then 'no' else ", "s", " end", "aBc"),
      ("coalesce(null, ", "s", ")", "aBc"), ("nullif(", "s", " || '', '')", "aBc"),
    ])
  func callDepth(opening: String, inner: String, closing: String, result: String) throws {
    func nested(_ depth: Int) -> String {
      String(repeating: opening, count: depth) + inner + String(repeating: closing, count: depth)
    }
    var batch = ColumnBatch(Schema([Field("s", .string)]))
    batch.columns[0].append("aBc")
    let expression = try Expression(parsing: nested(200))
    #expect(try Expression(parsing: "\(expression)") == expression)
    let column = try BoundExpression(expression, schema: batch.schema).evaluate(batch, .all(1))
    #expect(column.text(0) == result)
    let error = #expect(throws: ColumnsError.self) { try Expression(parsing: nested(201)) }
    #expect(error?.message.contains("more than 200 deep") == true)
  }

  @Test("a long list is no deep expression")
  func longList() throws {
    let schema = Schema([Field("n", .int64)])
    let batch = ColumnBatch(schema, columns: [Column(.int64, words: [0, 5000])])
    let constants = (1...5000).map { "\($0)" }
    let sums = (1...900).map { "n * 1 + \($0)" }
    for text in ["n in (\(constants.joined(separator: ", ")))", "5001 in (\(sums.joined(separator: ", ")))"] {
      let bound = try? BoundExpression(Expression(parsing: text), schema: schema)
      #expect(try bound?.select(batch, .all(2)) == (text.hasPrefix("n") ? .rows([1]) : nil))
    }
    let fewer = (1...400).map { "n + \($0)" }.joined(separator: ", ")
    let bound = try BoundExpression(Expression(parsing: "5001 in (\(fewer))"), schema: schema)
    #expect(try bound.select(batch, .all(2)) == .rows([1]))
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
    let alphabet = Array("ab 19.e'\"()<>=!+-*/%\u{e4}andornotisnull\u{0}|,")
    for _ in 0..<2000 {
      let text = String(
        (0..<Int.random(in: 0...20, using: &generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
      guard let expression = try? Expression(parsing: text) else { continue }
      #expect((try? Expression(parsing: "\(expression)")) == expression, "seed \(seed): \(text)")
    }
  }
}
