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
/// - Times: a timestamp plus or minus an int64 of microseconds is a timestamp, the difference of two is an int64 of
///   microseconds.
/// - The right operand of `and` and `or` is evaluated only for the rows that the left one doesn't decide; so
///   `n <> 0 and total / n > 5` divides by no zero. In the same way a value of `case` is evaluated only for the rows that
///   its condition chose, and an argument of `coalesce` only where those before it are null.
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
  /// The value of the first branch whose condition is true, or else the last value: `case when … then … else … end`.
  case choice([ExpressionBranch], otherwise: Expression)
  /// Whether a condition is that one of true and false. Never null itself.
  case isTruth(Bool, Expression)
  /// Whether two values differ, where null differs from every value and not from null. Never null itself.
  case distinct(Expression, Expression)
  /// Whether the first is neither before the second nor after the third: `x between low and high`.
  case between(Expression, Expression, Expression)
  /// Whether the value equals one of the others, of which there is at least one: `x in (1, 2)`.
  case isIn(Expression, [Expression])
  /// Whether a text has the form of a pattern, in which `%` stands for any text and `_` for any one character; after
  /// the escape character either stands for itself.
  case like(Expression, String, escape: Unicode.Scalar?)
  /// A function of the arguments.
  case call(ScalarFunction, [Expression])
  /// The value as one of another type; where it can't be made, an error, or null if it is only a try.
  case cast(Expression, ColumnType, isTry: Bool)

  /// The names of the columns that it reads.
  public var columns: Set<String> {
    var names: Set<String> = []
    // No recursion: an expression that is too deep to be bound is asked for its columns before.
    var left = [self]
    while let part = left.popLast() {
      if case .column(let name) = part { names.insert(name) }
      left += part.operands
    }
    return names
  }

  /// The expressions that it is made of, in the order in which they are written.
  var operands: [Expression] {
    switch self {
    case .column, .literal:
      []
    case .not(let operand), .isNull(let operand), .negate(let operand), .isTruth(_, let operand),
      .like(let operand, _, _), .cast(let operand, _, _):
      [operand]
    case .compare(_, let left, let right), .arithmetic(_, let left, let right), .and(let left, let right),
      .or(let left, let right), .distinct(let left, let right):
      [left, right]
    case .between(let value, let low, let high):
      [value, low, high]
    case .isIn(let value, let others):
      [value] + others
    case .call(_, let arguments):
      arguments
    case .choice(let branches, let otherwise):
      branches.flatMap { [$0.condition, $0.value] } + [otherwise]
    }
  }
}

/// One `when … then …` of a `case`.
public struct ExpressionBranch: Sendable, Hashable {
  /// The condition that chooses the branch where it is true and no earlier one was.
  public var condition: Expression
  /// The value of the rows that it chooses.
  public var value: Expression

  /// A branch of that condition and value.
  public init(when condition: Expression, then value: Expression) {
    self.condition = condition
    self.value = value
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
