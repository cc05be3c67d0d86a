public import StrandlineColumns

/// A value computed from the columns of a row, whose type the compiler knows.
///
/// Operators on it build an expression; nothing is computed until a stream runs. What it means is written at `Expression`.
/// A condition (`Expr<Bool>`) on an optional column is null where the column is; a filter drops such a row.
public struct Expr<Value>: Sendable {
  /// The expression.
  public let expression: Expression

  /// That expression, whose values are of this type.
  public init(_ expression: Expression) {
    self.expression = expression
  }

  /// The column of that name.
  public init(column name: String) {
    self.expression = .column(name)
  }
}

extension Expr where Value: ColumnValue {
  /// A constant.
  public init(_ value: Value) {
    self.expression = .literal(value.literal)
  }
}

extension Expr where Value: OptionalColumnValue {
  /// Whether there is no value.
  public var isNull: Expr<Bool> { Expr<Bool>(.isNull(expression)) }
  /// Whether there is a value.
  public var isNotNull: Expr<Bool> { Expr<Bool>(.not(.isNull(expression))) }
}

extension Expr: CustomStringConvertible {
  /// The expression as SQL.
  public var description: String { "\(expression)" }
}
