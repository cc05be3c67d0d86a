/// A value computed from the columns of a row, not yet checked against a schema.
///
/// # Overview
/// Meaning is SQL's: an operator with a null operand gives null, except that `and` and `or` are decided by one operand
/// where it decides (three-valued logic), and that a filter keeps the rows for which its condition is true, not null.
///
/// - Comparison: int64 and double mix by widening the int64 (which rounds beyond 2^53); otherwise both sides have one type.
///   Text compares by its UTF-8 bytes, false is less than true, and doubles compare as IEEE 754 says (a NaN differs from
///   everything, itself included).
/// - Arithmetic: an int64 result beyond 64 bits is an error, and so is dividing an int64 by zero; neither wraps or
///   becomes null. Int64 division truncates towards zero and a remainder has the sign of the dividend. Doubles follow
///   IEEE 754. A mixed pair is widened to double.
/// - The right operand of `and` and `or` is evaluated only for the rows that the left one doesn't decide; so
///   `n <> 0 and total / n > 5` divides by no zero.
///
/// `description` is SQL and stable: it is part of a plan's fingerprint, and parsing it gives the expression again.
public indirect enum Expression: Sendable, Hashable {
  /// The value of the column of that name.
  case column(String)
  /// A constant.
  case literal(Literal)
  /// A comparison.
  case compare(Comparison, Expression, Expression)
  /// Whether both are true.
  case and(Expression, Expression)
  /// Whether one is true.
  case or(Expression, Expression)
  /// Whether it is false.
  case not(Expression)
  /// Whether there is no value. Never null itself.
  case isNull(Expression)
  /// Arithmetic on two numbers.
  case arithmetic(Arithmetic, Expression, Expression)
  /// A number with the other sign.
  case negate(Expression)

  /// The names of the columns that it reads.
  public var columns: Set<String> {
    var names: Set<String> = []
    collectColumns(&names)
    return names
  }

  private func collectColumns(_ names: inout Set<String>) {
    switch self {
    case .column(let name):
      names.insert(name)
    case .literal:
      break
    case .not(let operand), .isNull(let operand), .negate(let operand):
      operand.collectColumns(&names)
    case .compare(_, let left, let right), .arithmetic(_, let left, let right), .and(let left, let right),
      .or(let left, let right):
      left.collectColumns(&names)
      right.collectColumns(&names)
    }
  }
}

/// How two values are compared.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
  /// The same.
  case equal = "="
  /// Not the same.
  case notEqual = "<>"
  /// Before.
  case less = "<"
  /// Before or the same.
  case lessOrEqual = "<="
  /// After.
  case greater = ">"
  /// After or the same.
  case greaterOrEqual = ">="
}

/// What is computed from two numbers.
public enum Arithmetic: String, Sendable, Hashable, CaseIterable {
  /// The sum.
  case add = "+"
  /// The difference.
  case subtract = "-"
  /// The product.
  case multiply = "*"
  /// The quotient.
  case divide = "/"
  /// What the quotient leaves.
  case remainder = "%"
}
