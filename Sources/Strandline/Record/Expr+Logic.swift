import StrandlineColumns

extension Expr where Value: ColumnValue, Value.Base == Bool {
  /// Whether both are true. The right one is evaluated only where the left one doesn't decide.
  public static func && <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool> where Other.Base == Bool {
    Expr<Bool>(.and(left.expression, right.expression))
  }

  /// Whether one is true. The right one is evaluated only where the left one doesn't decide.
  public static func || <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool> where Other.Base == Bool {
    Expr<Bool>(.or(left.expression, right.expression))
  }

  /// Whether it is false.
  public static prefix func ! (operand: Self) -> Expr<Bool> {
    Expr<Bool>(.not(operand.expression))
  }
}
