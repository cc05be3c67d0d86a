import StrandlineColumns

// Both operands have one type, or one of them is optional and so is the result.

extension Expr where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// The sum.
  public static func + (left: Self, right: Self) -> Self {
    Self(.arithmetic(.add, left.expression, right.expression))
  }

  /// The sum.
  public static func + (left: Self, right: Value.Base) -> Self {
    Self(.arithmetic(.add, left.expression, .literal(right.literal)))
  }

  /// The sum.
  public static func + (left: Value.Base, right: Self) -> Self {
    Self(.arithmetic(.add, .literal(left.literal), right.expression))
  }
}

extension Expr where Value: NumericColumnValue {
  /// The sum. Null where the right operand is.
  public static func + (left: Self, right: Expr<Value?>) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.add, left.expression, right.expression))
  }

  /// The sum. Null where the left operand is.
  public static func + (left: Expr<Value?>, right: Self) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.add, left.expression, right.expression))
  }
}

extension Expr where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// The difference.
  public static func - (left: Self, right: Self) -> Self {
    Self(.arithmetic(.subtract, left.expression, right.expression))
  }

  /// The difference.
  public static func - (left: Self, right: Value.Base) -> Self {
    Self(.arithmetic(.subtract, left.expression, .literal(right.literal)))
  }

  /// The difference.
  public static func - (left: Value.Base, right: Self) -> Self {
    Self(.arithmetic(.subtract, .literal(left.literal), right.expression))
  }
}

extension Expr where Value: NumericColumnValue {
  /// The difference. Null where the right operand is.
  public static func - (left: Self, right: Expr<Value?>) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.subtract, left.expression, right.expression))
  }

  /// The difference. Null where the left operand is.
  public static func - (left: Expr<Value?>, right: Self) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.subtract, left.expression, right.expression))
  }
}

extension Expr where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// The product.
  public static func * (left: Self, right: Self) -> Self {
    Self(.arithmetic(.multiply, left.expression, right.expression))
  }

  /// The product.
  public static func * (left: Self, right: Value.Base) -> Self {
    Self(.arithmetic(.multiply, left.expression, .literal(right.literal)))
  }

  /// The product.
  public static func * (left: Value.Base, right: Self) -> Self {
    Self(.arithmetic(.multiply, .literal(left.literal), right.expression))
  }
}

extension Expr where Value: NumericColumnValue {
  /// The product. Null where the right operand is.
  public static func * (left: Self, right: Expr<Value?>) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.multiply, left.expression, right.expression))
  }

  /// The product. Null where the left operand is.
  public static func * (left: Expr<Value?>, right: Self) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.multiply, left.expression, right.expression))
  }
}

extension Expr where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// The quotient; of integers truncated towards zero, and an error by zero.
  public static func / (left: Self, right: Self) -> Self {
    Self(.arithmetic(.divide, left.expression, right.expression))
  }

  /// The quotient; of integers truncated towards zero, and an error by zero.
  public static func / (left: Self, right: Value.Base) -> Self {
    Self(.arithmetic(.divide, left.expression, .literal(right.literal)))
  }

  /// The quotient; of integers truncated towards zero, and an error by zero.
  public static func / (left: Value.Base, right: Self) -> Self {
    Self(.arithmetic(.divide, .literal(left.literal), right.expression))
  }
}

extension Expr where Value: NumericColumnValue {
  /// The quotient; of integers truncated towards zero, and an error by zero. Null where the right operand is.
  public static func / (left: Self, right: Expr<Value?>) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.divide, left.expression, right.expression))
  }

  /// The quotient; of integers truncated towards zero, and an error by zero. Null where the left operand is.
  public static func / (left: Expr<Value?>, right: Self) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.divide, left.expression, right.expression))
  }
}

extension Expr where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// What the quotient leaves, with the sign of the left operand.
  public static func % (left: Self, right: Self) -> Self {
    Self(.arithmetic(.remainder, left.expression, right.expression))
  }

  /// What the quotient leaves, with the sign of the left operand.
  public static func % (left: Self, right: Value.Base) -> Self {
    Self(.arithmetic(.remainder, left.expression, .literal(right.literal)))
  }

  /// What the quotient leaves, with the sign of the left operand.
  public static func % (left: Value.Base, right: Self) -> Self {
    Self(.arithmetic(.remainder, .literal(left.literal), right.expression))
  }
}

extension Expr where Value: NumericColumnValue {
  /// What the quotient leaves, with the sign of the left operand. Null where the right operand is.
  public static func % (left: Self, right: Expr<Value?>) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.remainder, left.expression, right.expression))
  }

  /// What the quotient leaves, with the sign of the left operand. Null where the left operand is.
  public static func % (left: Expr<Value?>, right: Self) -> Expr<Value?> {
    Expr<Value?>(.arithmetic(.remainder, left.expression, right.expression))
  }
}

extension Expr where Value: ColumnValue, Value.Base: NumericColumnValue {
  /// The number with the other sign.
  public static prefix func - (operand: Self) -> Self {
    Self(.negate(operand.expression))
  }
}

extension Expr where Value: IntegerColumnValue {
  /// The number as a double; rounded beyond 2^53.
  public var asDouble: Expr<Double> {
    Expr<Double>(.arithmetic(.multiply, expression, .literal(.double(1))))
  }
}

extension Expr where Value: OptionalColumnValue, Value.Base: IntegerColumnValue {
  /// The number as a double; rounded beyond 2^53.
  public var asDouble: Expr<Double?> {
    Expr<Double?>(.arithmetic(.multiply, expression, .literal(.double(1))))
  }
}
