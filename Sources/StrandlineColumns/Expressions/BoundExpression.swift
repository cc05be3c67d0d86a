/// An expression checked against a schema: columns are positions, and every type is known.
///
/// It is evaluated on batches of that schema, a whole column at a time.
public struct BoundExpression: Sendable {
  /// The expression.
  public let expression: Expression
  /// The type of its values.
  public let type: ColumnType
  /// Whether a value may be null.
  public let isNullable: Bool
  let node: ExpressionNode

  /// Checks an expression against the schema of the batches to come.
  ///
  /// A null constant takes the type of the other operand; where nothing gives it one, it is a bool.
  ///
  /// - Throws: `ColumnsError` `.unknownColumn`, `.typeMismatch` where operands don't fit their operator, or `.malformed` when
  ///   it has more operators, or is nested more deeply, than `Expression(parsing:)` takes.
  public init(_ expression: Expression, schema: Schema) throws(ColumnsError) {
    try expression.requireReadable()
    let binding = try ExpressionBinding(expression, ExpressionScope(schema)).typed(as: .bool)
    self.expression = expression
    self.node = binding.node
    self.type = binding.type
    self.isNullable = binding.isNullable
  }

  /// The values for the selected rows, one after another. Linear in the rows and the size of the expression.
  ///
  /// A column over all rows is the batch's own, not a copy.
  ///
  /// - Throws: `ColumnsError` `.overflow` for a result beyond its type's range, `.divisionByZero` for an int64 divided by 0,
  ///   `.cast` for a value that can't be made one of another type. `failures` says which rows they are.
  public func evaluate(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> Column {
    try node.evaluate(batch, selection)
  }

  /// The selected rows for which the condition is true, not false and not null.
  ///
  /// The right operand of `and` is evaluated only for the rows where the left one is true.
  ///
  /// - Precondition: the type is `bool`.
  /// - Throws: as `evaluate`.
  public func select(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> Selection {
    precondition(type == .bool, "a condition is a bool")
    return try node.select(batch, selection, where: true)
  }

  /// Checks that it can be the condition of a filter.
  ///
  /// - Throws: `ColumnsError` `.typeMismatch` when its type is not `bool`.
  public func requireCondition() throws(ColumnsError) {
    guard type == .bool else {
      throw ColumnsError(.typeMismatch, "\(expression) is a \(type.name), where a condition is asked for")
    }
  }
}

extension ColumnsError.Code {
  /// An int64 was divided by zero.
  public static let divisionByZero = ColumnsError.Code(name: "divisionByZero")
  /// A value can't be made one of another type.
  public static let cast = ColumnsError.Code(name: "cast")
}
