import StrandlineColumns
import Testing

@Suite("Three-valued logic")
struct ThreeValuedLogicTests {
  /// The operands with `and` and `or`, from the SQL standard; nil is null.
  static let table: [(left: Bool?, right: Bool?, and: Bool?, or: Bool?)] = [
    (true, true, true, true), (true, false, false, true), (true, nil, nil, true),
    (false, true, false, true), (false, false, false, false), (false, nil, false, nil),
    (nil, true, nil, true), (nil, false, false, nil), (nil, nil, nil, nil),
  ]
  private static let schema = Schema([Field("a", .bool, nullable: true), Field("b", .bool, nullable: true)])

  @Test("and, or and not follow the truth tables", arguments: table)
  func truthTable(left: Bool?, right: Bool?, and: Bool?, or: Bool?) throws {
    let batch = Self.batch(left, right)
    let (a, b) = (Expression.column("a"), Expression.column("b"))
    #expect(try Self.value(.and(a, b), batch) == and)
    #expect(try Self.value(.or(a, b), batch) == or)
    #expect(try Self.value(.not(a), batch) == left.map { !$0 })
    #expect(try Self.value(.not(.and(a, b)), batch) == and.map { !$0 })
    #expect(try Self.value(.isNull(a), batch) == (left == nil))
    #expect(try Self.value(.not(.isNull(a)), batch) == (left != nil))
    #expect(try Self.value(.compare(.equal, a, b), batch) == (left == nil || right == nil ? nil : left == right))
  }

  @Test("a filter keeps true and drops false and null", arguments: table)
  func filter(left: Bool?, right: Bool?, and: Bool?, or: Bool?) throws {
    let batch = Self.batch(left, right)
    let (a, b) = (Expression.column("a"), Expression.column("b"))
    #expect(try Self.keeps(.and(a, b), batch) == (and == true))
    #expect(try Self.keeps(.or(a, b), batch) == (or == true))
    #expect(try Self.keeps(.not(.and(a, b)), batch) == (and == false))
    #expect(try Self.keeps(.not(.or(a, b)), batch) == (or == false))
    #expect(try Self.keeps(.not(a), batch) == (left == false))
  }

  @Test("the constant null is decided as a column's null is")
  func nullConstant() throws {
    let batch = Self.batch(true, false)
    #expect(try Self.value(.literal(.null), batch) == nil)
    #expect(try Self.value(.or(.literal(.null), .column("a")), batch) == true)
    #expect(try Self.value(.compare(.equal, .literal(.null), .literal(.null)), batch) == nil)
    #expect(try Self.value(.isNull(.arithmetic(.add, .literal(.null), .literal(.int64(1)))), batch) == true)
    #expect(try Self.keeps(.not(.literal(.null)), batch) == false)
  }

  @Test("what the left operand decides keeps the right one from failing")
  func shortCircuit() throws {
    let schema = Schema([Field("n", .int64)])
    let batch = ColumnBatch(schema, columns: [Column(.int64, words: [0, 1, 2, 5])])
    let quotient = Expression.compare(
      .greater, .arithmetic(.divide, .literal(.int64(10)), .column("n")), .literal(.int64(4)))
    let guarded = Expression.and(.compare(.notEqual, .column("n"), .literal(.int64(0))), quotient)
    let bound = try BoundExpression(guarded, schema: schema)
    #expect(try bound.select(batch, .all(4)) == .rows([1, 2]))
    #expect(try bound.evaluate(batch, .all(4)).words == [0, 1, 1, 0])
    let other = Expression.or(.compare(.equal, .column("n"), .literal(.int64(0))), quotient)
    #expect(try BoundExpression(other, schema: schema).select(batch, .all(4)) == .rows([0, 1, 2]))
    #expect(throws: ColumnsError.self) { try BoundExpression(quotient, schema: schema).select(batch, .all(4)) }
  }

  private static func batch(_ left: Bool?, _ right: Bool?) -> ColumnBatch {
    ColumnBatch(
      schema,
      columns: [left, right].map { value in
        var column = Column(.bool)
        if let value { column.append(word: value ? 1 : 0) } else { column.appendNull() }
        return column
      })
  }

  private static func value(_ expression: Expression, _ batch: ColumnBatch) throws -> Bool? {
    let column = try BoundExpression(expression, schema: schema).evaluate(batch, .all(1))
    #expect(column.type == .bool && column.count == 1)
    return column.isNull(0) ? nil : column.words[0] == 1
  }

  private static func keeps(_ expression: Expression, _ batch: ColumnBatch) throws -> Bool {
    try BoundExpression(expression, schema: schema).select(batch, .all(1)).count == 1
  }
}
