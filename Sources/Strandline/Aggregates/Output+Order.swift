import StrandlineColumns

extension Output where Value: ColumnValue {
  /// The value of the row with the smallest event time, of those that have one.
  ///
  /// Of rows of one time it is that of the lowest partition, and there the first one.
  public static func first(_ value: Expr<Value>) -> Self {
    Self(.aggregate(AggregateCall(.first, value.expression)))
  }

  /// The value of the row with the largest event time, of those that have one.
  ///
  /// Of rows of one time it is that of the highest partition, and there the last one.
  public static func last(_ value: Expr<Value>) -> Self {
    Self(.aggregate(AggregateCall(.last, value.expression)))
  }

  /// The value in the row where another one is smallest; of several such rows the smallest value.
  public static func value<By: ColumnValue>(_ value: Expr<Value>, atSmallest by: Expr<By>) -> Self where By.Base == By {
    Self(.aggregate(AggregateCall(.minBy, value.expression, by.expression)))
  }

  /// The value in the row where another one is largest; of several such rows the smallest value.
  public static func value<By: ColumnValue>(_ value: Expr<Value>, atLargest by: Expr<By>) -> Self where By.Base == By {
    Self(.aggregate(AggregateCall(.maxBy, value.expression, by.expression)))
  }
}

// Of the rows that a condition lets take part there may be none, so the result is optional.
extension Output where Value: OptionalColumnValue {
  /// The value of the row with the smallest event time, of those for which the condition is true.
  public static func first<Kept: ColumnValue>(_ value: Expr<Kept>, where condition: Expr<Bool>) -> Self
  where Kept.Base == Value.Base {
    Self(.aggregate(AggregateCall(.first, value.expression, filter: condition.expression)))
  }

  /// The value of the row with the largest event time, of those for which the condition is true.
  public static func last<Kept: ColumnValue>(_ value: Expr<Kept>, where condition: Expr<Bool>) -> Self
  where Kept.Base == Value.Base {
    Self(.aggregate(AggregateCall(.last, value.expression, filter: condition.expression)))
  }

  /// The value in the row where another one is smallest, of those that have both.
  public static func value<Kept: ColumnValue, By: ColumnValue>(_ value: Expr<Kept>, atSmallest by: Expr<By?>) -> Self
  where Kept.Base == Value.Base, By.Base == By {
    Self(.aggregate(AggregateCall(.minBy, value.expression, by.expression)))
  }

  /// The value in the row where another one is largest, of those that have both.
  public static func value<Kept: ColumnValue, By: ColumnValue>(_ value: Expr<Kept>, atLargest by: Expr<By?>) -> Self
  where Kept.Base == Value.Base, By.Base == By {
    Self(.aggregate(AggregateCall(.maxBy, value.expression, by.expression)))
  }

  /// The value in the row where another one is smallest, of those for which the condition is true.
  public static func value<Kept: ColumnValue, By: ColumnValue>(
    _ value: Expr<Kept>, atSmallest by: Expr<By>, where condition: Expr<Bool>
  ) -> Self where Kept.Base == Value.Base {
    Self(.aggregate(AggregateCall(.minBy, value.expression, by.expression, filter: condition.expression)))
  }

  /// The value in the row where another one is largest, of those for which the condition is true.
  public static func value<Kept: ColumnValue, By: ColumnValue>(
    _ value: Expr<Kept>, atLargest by: Expr<By>, where condition: Expr<Bool>
  ) -> Self where Kept.Base == Value.Base {
    Self(.aggregate(AggregateCall(.maxBy, value.expression, by.expression, filter: condition.expression)))
  }
}
