import StrandlineColumns
import Testing

@Suite("Errors of expressions")
struct ExpressionErrorTests {
  private static let schema = Schema([
    Field("n", .int64), Field("m", .int64, nullable: true), Field("at", .timestamp), Field("path", .string),
    Field("ok", .bool), Field("price", .double),
  ])

  @Test(
    "operands that don't fit are named",
    arguments: [
      ("path > 1", "path is a string, 1 a int64", "path"),
      ("at >= '2015-05-17'", "write a time as timestamp", "at"),
      ("n and ok", "n is a int64, where a condition is asked for", "n"),
      ("not price", "price is a double, where a condition is asked for", "price"),
      ("path + path = 'aa'", "a string is not a number", "path"),
      ("-at = at", "a timestamp is not a number", "at"),
      ("ok = 1", "ok is a bool, 1 a int64", "ok"),
      ("at = n", "at is a timestamp, n a int64", "at"),
    ])
  func typeMismatch(text: String, message: String, column: String) throws {
    let expression = try Expression(parsing: text)
    let error = #expect(throws: ColumnsError.self) { try BoundExpression(expression, schema: Self.schema) }
    #expect(error?.code == .typeMismatch)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.column == column)
  }

  @Test("an unknown column is named with the ones there are")
  func unknownColumn() {
    let error = #expect(throws: ColumnsError.self) {
      try BoundExpression(.isNull(.column("User")), schema: Self.schema)
    }
    #expect(error?.code == .unknownColumn)
    #expect(error?.column == "User")
    #expect(error?.message.contains("n, m, at, path, ok, price") == true)
  }

  @Test(
    "an int64 beyond its range is an error that names the expression and the column",
    arguments: ["n + 1", "n * 2", "n - -1", "-(-n - 1)", "(-n - 1) / -1", "n * n"])
  func overflow(text: String) throws {
    let bound = try BoundExpression(Expression(parsing: text), schema: Self.schema)
    let batch = Self.batch(n: [1, .max], m: [nil, nil])
    let error = #expect(throws: ColumnsError.self) { try bound.evaluate(batch, .all(2)) }
    #expect(error?.code == .overflow)
    #expect(error?.column == "n")
    #expect(error?.message.contains("leaves the range of an int64") == true)
    #expect(try bound.evaluate(batch, .rows([0])).count == 1)
  }

  @Test("an int64 divided by zero is an error, a double is not")
  func divisionByZero() throws {
    let batch = Self.batch(n: [0, 3], m: [nil, nil])
    for text in ["6 / n", "6 % n"] {
      let bound = try BoundExpression(Expression(parsing: text), schema: Self.schema)
      let error = #expect(throws: ColumnsError.self) { try bound.evaluate(batch, .all(2)) }
      #expect(error?.code == .divisionByZero)
      #expect(error?.message == "\(text) divides by zero")
    }
    let bound = try BoundExpression(Expression(parsing: "6.0 / n > 1e300"), schema: Self.schema)
    #expect(try bound.select(batch, .all(2)) == .rows([0]))
  }

  @Test("a null operand neither overflows nor divides by zero")
  func nullsDoNotFail() throws {
    let batch = Self.batch(n: [.min, .max], m: [nil, 1])
    for text in ["m - n", "m / m", "n % m", "n / m"] {
      let bound = try BoundExpression(Expression(parsing: text), schema: Self.schema)
      let column = try bound.evaluate(batch, .all(2))
      #expect(column.isNull(0) && !column.isNull(1), "\(text)")
      #expect(column.words[0] == 0)
    }
  }

  @Test("the remainder of the smallest int64 by -1 is 0")
  func smallestRemainder() throws {
    let bound = try BoundExpression(Expression(parsing: "n % -1"), schema: Self.schema)
    #expect(try bound.evaluate(Self.batch(n: [.min], m: [nil]), .all(1)).words == [0])
  }

  @Test("a filter has to be a condition")
  func condition() throws {
    let bound = try BoundExpression(.column("n"), schema: Self.schema)
    #expect(throws: ColumnsError.self) { try bound.requireCondition() }
    try BoundExpression(.column("ok"), schema: Self.schema).requireCondition()
  }

  private static func batch(n: [Int64], m: [Int64?]) -> ColumnBatch {
    var batch = ColumnBatch(schema)
    for (n, m) in zip(n, m) {
      batch.columns[0].append(word: n)
      if let m { batch.columns[1].append(word: m) } else { batch.columns[1].appendNull() }
      batch.columns[2].append(word: 0)
      batch.columns[3].append("")
      batch.columns[4].append(word: 0)
      batch.columns[5].append(0.5)
    }
    return batch
  }
}
