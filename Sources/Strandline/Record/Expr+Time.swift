public import StrandlineColumns

extension Expr where Value: ColumnValue, Value.Base == Timestamp {
  /// The time so much later, in whole microseconds.
  public static func + (left: Self, right: Duration) -> Self {
    Self(.arithmetic(.add, left.expression, .literal(.int64(right.wholeMicroseconds))))
  }

  /// The time so much earlier, in whole microseconds.
  public static func - (left: Self, right: Duration) -> Self {
    Self(.arithmetic(.subtract, left.expression, .literal(.int64(right.wholeMicroseconds))))
  }

  /// The last beginning of the unit, in UTC, that isn't after the time.
  public func truncated(to unit: CalendarUnit) -> Self {
    Self(.call(.dateTrunc, [.literal(.string(unit.rawValue)), expression]))
  }
}

extension Expr where Value == Timestamp {
  /// The microseconds between two times.
  public static func - (left: Self, right: Self) -> Expr<Int64> {
    Expr<Int64>(.arithmetic(.subtract, left.expression, right.expression))
  }

  /// A part of the time in UTC; whole seconds for `.epoch`, rounded down.
  public subscript(part: TimePart) -> Expr<Int64> { Expr<Int64>(timePart(part, expression)) }
}

extension Expr where Value == Timestamp? {
  /// The microseconds between two times. Null where an operand is.
  public static func - (left: Self, right: Self) -> Expr<Int64?> {
    Expr<Int64?>(.arithmetic(.subtract, left.expression, right.expression))
  }

  /// A part of the time in UTC; whole seconds for `.epoch`, rounded down. Null where the time is.
  public subscript(part: TimePart) -> Expr<Int64?> { Expr<Int64?>(timePart(part, expression)) }
}

/// A part of a time as an int64; the seconds since 1970 are those of its second's beginning.
private func timePart(_ part: TimePart, _ time: Expression) -> Expression {
  if part != .epoch { return .call(.extract, [.literal(.string(part.rawValue)), time]) }
  let second = Expression.call(.dateTrunc, [.literal(.string(CalendarUnit.second.rawValue)), time])
  return .arithmetic(.divide, .cast(second, .int64, isTry: false), .literal(.int64(1_000_000)))
}

extension Duration {
  /// The whole microseconds; the farthest number where the range is left.
  fileprivate var wholeMicroseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, isOverflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    let (sum, isBeyond) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return isOverflow || isBeyond ? (seconds < 0 ? .min : .max) : sum
  }
}
