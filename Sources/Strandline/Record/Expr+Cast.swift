import StrandlineColumns

extension Expr where Value: ColumnValue {
  /// The value as one of another type; a value that can't be made one is an error.
  ///
  /// ```swift
  /// $0.code.cast(to: Int64.self)
  /// ```
  public func cast<Other: ColumnValue>(to type: Other.Type) -> Expr<Other>
  where Other.Base == Other, Value.Base == Value {
    Expr<Other>(.cast(expression, Other.columnType, isTry: false))
  }

  /// The value as one of another type, or null where it can't be made one.
  public func tryCast<Other: ColumnValue>(to type: Other.Type) -> Expr<Other?> where Other.Base == Other {
    Expr<Other?>(.cast(expression, Other.columnType, isTry: true))
  }
}

extension Expr where Value: OptionalColumnValue {
  /// The value as one of another type; a value that can't be made one is an error. Null where it is null.
  public func cast<Other: ColumnValue>(to type: Other.Type) -> Expr<Other?> where Other.Base == Other {
    Expr<Other?>(.cast(expression, Other.columnType, isTry: false))
  }
}
