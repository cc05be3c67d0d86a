import StrandlineColumns
import Testing

@Suite("The size of an expression that was built in code")
struct ExpressionSizeTests {
  private static let schema = Schema([Field("n", .int64), Field("b", .bool)])
  private static let column = Expression.column("n")

  private static func sum(_ operators: Int) -> Expression {
    (0..<operators).reduce(column) { sum, _ in .arithmetic(.add, sum, column) }
  }

  /// Two operators in the tree, one in the text.
  private static func list(_ count: Int) -> Expression {
    (1..<count).reduce(.not(.isNull(column))) { all, _ in .and(all, .not(.isNull(column))) }
  }

  private static func calls(_ depth: Int) -> Expression {
    (0..<depth).reduce(column) { inner, _ in .call(.abs, [inner]) }
  }

  @Test(
    "is accepted as long as its text can be read back",
    arguments: [sum(1000), list(500), calls(200), .isIn(column, (0..<5000).map { .literal(.int64($0)) })])
  func readable(expression: Expression) throws {
    #expect(try Expression(parsing: "\(expression)") == expression)
    #expect(try BoundExpression(expression, schema: Self.schema).expression == expression)
  }

  @Test(
    "is refused beyond that, as its text is",
    arguments: [
      (sum(1001), "more than 1000 operators"), (list(501), "more than 1000 operators"),
      (calls(201), "nested more than 200 deep"),
      (.isIn(column, (1...1001).map { .literal(.int64(-$0)) }), "more than 1000 operators"),
    ] as [(Expression, String)])
  func tooLarge(expression: Expression, message: String) {
    #expect(throws: ColumnsError.self) { try Expression(parsing: "\(expression)") }
    let error = #expect(throws: ColumnsError.self) { try BoundExpression(expression, schema: Self.schema) }
    #expect(error?.code == .malformed)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("is found without walking down into what is far too deep")
  func deep() {
    let expression = Self.sum(4000)
    #expect(expression.columns == ["n"])
    let error = #expect(throws: ColumnsError.self) { try BoundExpression(expression, schema: Self.schema) }
    #expect(error?.message.contains("too large to be kept in a plan") == true, "\(error?.message ?? "")")
  }
}
