import StrandlineColumns

// A column of texts that always are there needs values that always are: the rest is of the type `String?`, and null of no values.
extension Output where Value == String {
  /// The largest values, descending, as a JSON array: at most so many.
  public static func largest<Kept: ColumnValue>(_ limit: Int, of value: Expr<Kept>) -> Self where Kept.Base == Kept {
    Self(.list(.topK, value.expression, nil, limit))
  }

  /// The smallest values, ascending, as a JSON array: at most so many.
  public static func smallest<Kept: ColumnValue>(_ limit: Int, of value: Expr<Kept>) -> Self where Kept.Base == Kept {
    Self(.list(.bottomK, value.expression, nil, limit))
  }

  /// The values of the rows where another one is largest, descending by that, as a JSON array: at most so many.
  public static func values<Kept: ColumnValue, By: ColumnValue>(
    _ limit: Int, of value: Expr<Kept>, withLargest by: Expr<By>
  ) -> Self where Kept.Base == Kept, By.Base == By {
    Self(.list(.topKBy, value.expression, by.expression, limit))
  }

  /// The values of the rows where another one is smallest, ascending by that, as a JSON array: at most so many.
  public static func values<Kept: ColumnValue, By: ColumnValue>(
    _ limit: Int, of value: Expr<Kept>, withSmallest by: Expr<By>
  ) -> Self where Kept.Base == Kept, By.Base == By {
    Self(.list(.bottomKBy, value.expression, by.expression, limit))
  }

  /// The values in the order of event time, as a JSON array: the first of them, at most so many.
  public static func list<Kept: ColumnValue>(of value: Expr<Kept>, limit: Int) -> Self where Kept.Base == Kept {
    Self(.list(.collect, value.expression, nil, limit))
  }
}

extension Output where Value == String? {
  /// The largest values that are there, descending, as a JSON array: at most so many; null of none.
  public static func largest<Kept: ColumnValue>(
    _ limit: Int, of value: Expr<Kept>, where condition: Expr<Bool>? = nil
  ) -> Self {
    Self(.list(.topK, value.expression, nil, limit, condition))
  }

  /// The smallest values that are there, ascending, as a JSON array: at most so many; null of none.
  public static func smallest<Kept: ColumnValue>(
    _ limit: Int, of value: Expr<Kept>, where condition: Expr<Bool>? = nil
  ) -> Self {
    Self(.list(.bottomK, value.expression, nil, limit, condition))
  }

  /// The values of the rows where another one is largest, of those that have both, as a JSON array; null of none.
  public static func values<Kept: ColumnValue, By: ColumnValue>(
    _ limit: Int, of value: Expr<Kept>, withLargest by: Expr<By>, where condition: Expr<Bool>? = nil
  ) -> Self {
    Self(.list(.topKBy, value.expression, by.expression, limit, condition))
  }

  /// The values of the rows where another one is smallest, of those that have both, as a JSON array; null of none.
  public static func values<Kept: ColumnValue, By: ColumnValue>(
    _ limit: Int, of value: Expr<Kept>, withSmallest by: Expr<By>, where condition: Expr<Bool>? = nil
  ) -> Self {
    Self(.list(.bottomKBy, value.expression, by.expression, limit, condition))
  }

  /// The values that are there in the order of event time, as a JSON array: the first of them, at most so many; null of none.
  public static func list<Kept: ColumnValue>(
    of value: Expr<Kept>, limit: Int, where condition: Expr<Bool>? = nil
  ) -> Self {
    Self(.list(.collect, value.expression, nil, limit, condition))
  }
}

extension OutputItem {
  fileprivate static func list(
    _ function: AggregateFunction, _ value: Expression, _ by: Expression?, _ limit: Int, _ condition: Expr<Bool>? = nil
  ) -> OutputItem {
    var call = AggregateCall(function, value, filter: condition?.expression)
    call.others = [by, .literal(.int64(Int64(limit)))].compactMap { $0 }
    return .aggregate(call)
  }
}
