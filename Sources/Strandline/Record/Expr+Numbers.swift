import StrandlineColumns

extension Expr where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// The number without its sign; of the smallest integer an error.
  public var magnitude: Self { Self(.call(.abs, [expression])) }
  /// -1, 0 or 1 by the number's sign.
  public var sign: Self { Self(.call(.sign, [expression])) }
  /// The largest whole number that is not above.
  public var roundedDown: Self { Self(.call(.floor, [expression])) }
  /// The smallest whole number that is not below.
  public var roundedUp: Self { Self(.call(.ceil, [expression])) }

  /// The number rounded to decimal digits, below 0 before the point; a half away from zero.
  public func rounded(digits: Int = 0) -> Self {
    Self(.call(.round, digits == 0 ? [expression] : [expression, .literal(.int64(Int64(digits)))]))
  }
}

extension Expr where Value: ColumnValue, Value.Base == Double {
  /// The square root; NaN below zero.
  public func squareRoot() -> Self { Self(.call(.sqrt, [expression])) }
  /// The natural logarithm; NaN below zero.
  public func logarithm() -> Self { Self(.call(.ln, [expression])) }
  /// The power of e.
  public func exponential() -> Self { Self(.call(.exp, [expression])) }
  /// The power with a constant exponent.
  public func power(_ exponent: Double) -> Self { Self(.call(.power, [expression, .literal(.double(exponent))])) }
}
