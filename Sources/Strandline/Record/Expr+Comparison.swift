import StrandlineColumns

extension Expr where Value: ColumnValue {
  /// Whether both are the same. Null where an operand is.
  public static func == <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool>
  where Other.Base == Value.Base {
    Expr<Bool>(.compare(.equal, left.expression, right.expression))
  }

  /// Whether both are the same. Null where an operand is.
  public static func == (left: Self, right: Value.Base) -> Expr<Bool> {
    Expr<Bool>(.compare(.equal, left.expression, .literal(right.literal)))
  }

  /// Whether both are the same. Null where an operand is.
  public static func == (left: Value.Base, right: Self) -> Expr<Bool> {
    Expr<Bool>(.compare(.equal, .literal(left.literal), right.expression))
  }

  /// Whether they differ. Null where an operand is.
  public static func != <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool>
  where Other.Base == Value.Base {
    Expr<Bool>(.compare(.notEqual, left.expression, right.expression))
  }

  /// Whether they differ. Null where an operand is.
  public static func != (left: Self, right: Value.Base) -> Expr<Bool> {
    Expr<Bool>(.compare(.notEqual, left.expression, .literal(right.literal)))
  }

  /// Whether they differ. Null where an operand is.
  public static func != (left: Value.Base, right: Self) -> Expr<Bool> {
    Expr<Bool>(.compare(.notEqual, .literal(left.literal), right.expression))
  }

  /// Whether the left one is before the right one. Null where an operand is.
  public static func < <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool>
  where Other.Base == Value.Base {
    Expr<Bool>(.compare(.less, left.expression, right.expression))
  }

  /// Whether the left one is before the right one. Null where an operand is.
  public static func < (left: Self, right: Value.Base) -> Expr<Bool> {
    Expr<Bool>(.compare(.less, left.expression, .literal(right.literal)))
  }

  /// Whether the left one is before the right one. Null where an operand is.
  public static func < (left: Value.Base, right: Self) -> Expr<Bool> {
    Expr<Bool>(.compare(.less, .literal(left.literal), right.expression))
  }

  /// Whether the left one is not after the right one. Null where an operand is.
  public static func <= <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool>
  where Other.Base == Value.Base {
    Expr<Bool>(.compare(.lessOrEqual, left.expression, right.expression))
  }

  /// Whether the left one is not after the right one. Null where an operand is.
  public static func <= (left: Self, right: Value.Base) -> Expr<Bool> {
    Expr<Bool>(.compare(.lessOrEqual, left.expression, .literal(right.literal)))
  }

  /// Whether the left one is not after the right one. Null where an operand is.
  public static func <= (left: Value.Base, right: Self) -> Expr<Bool> {
    Expr<Bool>(.compare(.lessOrEqual, .literal(left.literal), right.expression))
  }

  /// Whether the left one is after the right one. Null where an operand is.
  public static func > <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool>
  where Other.Base == Value.Base {
    Expr<Bool>(.compare(.greater, left.expression, right.expression))
  }

  /// Whether the left one is after the right one. Null where an operand is.
  public static func > (left: Self, right: Value.Base) -> Expr<Bool> {
    Expr<Bool>(.compare(.greater, left.expression, .literal(right.literal)))
  }

  /// Whether the left one is after the right one. Null where an operand is.
  public static func > (left: Value.Base, right: Self) -> Expr<Bool> {
    Expr<Bool>(.compare(.greater, .literal(left.literal), right.expression))
  }

  /// Whether the left one is not before the right one. Null where an operand is.
  public static func >= <Other: ColumnValue>(left: Self, right: Expr<Other>) -> Expr<Bool>
  where Other.Base == Value.Base {
    Expr<Bool>(.compare(.greaterOrEqual, left.expression, right.expression))
  }

  /// Whether the left one is not before the right one. Null where an operand is.
  public static func >= (left: Self, right: Value.Base) -> Expr<Bool> {
    Expr<Bool>(.compare(.greaterOrEqual, left.expression, .literal(right.literal)))
  }

  /// Whether the left one is not before the right one. Null where an operand is.
  public static func >= (left: Value.Base, right: Self) -> Expr<Bool> {
    Expr<Bool>(.compare(.greaterOrEqual, .literal(left.literal), right.expression))
  }
}
