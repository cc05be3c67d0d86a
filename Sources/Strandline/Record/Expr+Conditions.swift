import StrandlineColumns

extension Expr where Value: ColumnValue {
  /// Whether it is one of those values. Null where it is null.
  public func isIn(_ values: [Value.Base]) -> Expr<Bool> {
    // Of no values it is none, null or not: there is no such list in SQL.
    guard !values.isEmpty else { return Expr<Bool>(.literal(.bool(false))) }
    return Expr<Bool>(.isIn(expression, values.map { .literal($0.literal) }))
  }

  /// Whether it is neither before the first value nor after the last. Null where it is null.
  public func isBetween(_ low: Value.Base, _ high: Value.Base) -> Expr<Bool> {
    Expr<Bool>(.between(expression, .literal(low.literal), .literal(high.literal)))
  }

  /// Whether both differ, where null differs from every value and not from null. Never null.
  public func isDistinct<Other: ColumnValue>(from other: Expr<Other>) -> Expr<Bool> where Other.Base == Value.Base {
    Expr<Bool>(.distinct(expression, other.expression))
  }

  /// Null where it is that value, and else itself.
  public func nullIf(_ value: Value.Base) -> Expr<Value.Base?> where Value.Base: ColumnValue {
    Expr<Value.Base?>(.call(.nullIf, [expression, .literal(value.literal)]))
  }
}

extension Expr where Value: OptionalColumnValue {
  /// The value, or the other one where it is null, for which alone that is evaluated.
  public static func ?? (left: Self, right: Expr<Value.Base>) -> Expr<Value.Base> {
    Expr<Value.Base>(.call(.coalesce, [left.expression, right.expression]))
  }

  /// The value, or the constant where it is null.
  public static func ?? (left: Self, right: Value.Base) -> Expr<Value.Base> {
    Expr<Value.Base>(.call(.coalesce, [left.expression, .literal(right.literal)]))
  }

  /// The value, or the other one where it is null, for which alone that is evaluated.
  public static func ?? (left: Self, right: Self) -> Self {
    Self(.call(.coalesce, [left.expression, right.expression]))
  }
}

extension Expr where Value: ColumnValue, Value.Base == Bool {
  /// Whether it is true, not false and not null.
  public var isTrue: Expr<Bool> { Expr<Bool>(.isTruth(true, expression)) }
  /// Whether it is false, not true and not null.
  public var isFalse: Expr<Bool> { Expr<Bool>(.isTruth(false, expression)) }

  /// The first value where the condition is true, the second where it is false or null; each is evaluated for its rows
  /// alone.
  ///
  /// ```swift
  /// ($0.status >= 500).then($0.path, else: "fine")
  /// ```
  public func then<Result: ColumnValue>(_ value: Expr<Result>, else other: Expr<Result>) -> Expr<Result> {
    Expr<Result>(
      .choice([ExpressionBranch(when: expression, then: value.expression)], otherwise: other.expression))
  }

  /// The first value where the condition is true, the constant where it is false or null.
  public func then<Result: ColumnValue>(_ value: Expr<Result>, else other: Result) -> Expr<Result> {
    then(value, else: Expr<Result>(other))
  }

  /// The constant where the condition is true, the second value where it is false or null.
  public func then<Result: ColumnValue>(_ value: Result, else other: Expr<Result>) -> Expr<Result> {
    then(Expr<Result>(value), else: other)
  }

  /// One constant where the condition is true, the other where it is false or null.
  public func then<Result: ColumnValue>(_ value: Result, else other: Result) -> Expr<Result> {
    then(Expr<Result>(value), else: Expr<Result>(other))
  }
}
