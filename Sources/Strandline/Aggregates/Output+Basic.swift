import StrandlineColumns

extension Output where Value: IntegerColumnValue {
  /// The number of rows.
  public static var count: Self { Self(.aggregate(AggregateCall(.count))) }

  /// The number of rows for which the condition is true.
  public static func count(where condition: Expr<Bool>) -> Self {
    Self(.aggregate(AggregateCall(.count, filter: condition.expression)))
  }

  /// The number of values that are there.
  public static func count<Counted: ColumnValue>(_ value: Expr<Counted>) -> Self {
    Self(.aggregate(AggregateCall(.count, value.expression)))
  }
}

extension Output where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// The sum of the values that are there; null of none.
  public static func sum(_ value: Expr<Value>) -> Self {
    Self(.aggregate(AggregateCall(.sum, value.expression)))
  }
}

extension Output where Value: ColumnValue, Value.Base: ExtremeColumnValue {
  /// The smallest of the values that are there; null of none.
  public static func min(_ value: Expr<Value>) -> Self {
    Self(.aggregate(AggregateCall(.min, value.expression)))
  }

  /// The largest of the values that are there; null of none.
  public static func max(_ value: Expr<Value>) -> Self {
    Self(.aggregate(AggregateCall(.max, value.expression)))
  }
}

extension Output where Value == Double {
  /// The mean of the values.
  public static func average<Number: NumericColumnValue>(_ value: Expr<Number>) -> Self {
    Self(.aggregate(AggregateCall(.average, value.expression)))
  }
}

extension Output where Value == Double? {
  /// The mean of the values that are there; null of none.
  public static func average<Number: NumericColumnValue>(_ value: Expr<Number?>) -> Self {
    Self(.aggregate(AggregateCall(.average, value.expression)))
  }

  /// The mean of the values of the rows for which the condition is true; null of none.
  public static func average<Number: ColumnValue>(_ value: Expr<Number>, where condition: Expr<Bool>) -> Self
  where Number.Base: NumericColumnValue {
    Self(.aggregate(AggregateCall(.average, value.expression, filter: condition.expression)))
  }
}

// Of the rows that a condition lets take part there may be none, so the result is optional.
extension Output where Value: OptionalColumnValue {
  /// The sum of the values of the rows for which the condition is true; null of none.
  public static func sum<Number: ColumnValue>(_ value: Expr<Number>, where condition: Expr<Bool>) -> Self
  where Number.Base == Value.Base, Value.Base: NumericColumnValue {
    Self(.aggregate(AggregateCall(.sum, value.expression, filter: condition.expression)))
  }

  /// The smallest value of the rows for which the condition is true; null of none.
  public static func min<Extreme: ColumnValue>(_ value: Expr<Extreme>, where condition: Expr<Bool>) -> Self
  where Extreme.Base == Value.Base, Value.Base: ExtremeColumnValue {
    Self(.aggregate(AggregateCall(.min, value.expression, filter: condition.expression)))
  }

  /// The largest value of the rows for which the condition is true; null of none.
  public static func max<Extreme: ColumnValue>(_ value: Expr<Extreme>, where condition: Expr<Bool>) -> Self
  where Extreme.Base == Value.Base, Value.Base: ExtremeColumnValue {
    Self(.aggregate(AggregateCall(.max, value.expression, filter: condition.expression)))
  }
}
