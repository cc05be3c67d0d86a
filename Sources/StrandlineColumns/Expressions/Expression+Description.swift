extension Expression: CustomStringConvertible {
  /// The expression as SQL, with parentheses only where they are needed. Stable.
  public var description: String {
    switch self {
    case .column(let name):
      Self.isBareName(name) ? name : "\"\(Literal.escaped(name, "\""))\""
    case .literal(let literal):
      "\(literal)"
    case .compare(let comparison, let left, let right):
      "\(left.described(from: .sum)) \(comparison.rawValue) \(right.described(from: .sum))"
    case .and(let left, let right):
      "\(left.described(from: .and)) and \(right.described(from: .not))"
    case .or(let left, let right):
      "\(left.described(from: .or)) or \(right.described(from: .and))"
    case .not(.isNull(let operand)):
      "\(operand.described(from: .sum)) is not null"
    case .not(let operand):
      "not \(operand.described(from: .not))"
    case .isNull(let operand):
      "\(operand.described(from: .sum)) is null"
    case .arithmetic(let operation, let left, let right):
      "\(left.described(from: precedence)) \(operation.rawValue) \(right.described(from: precedence.next))"
    case .negate(let operand):
      // A minus before a digit would be read as part of the number, and two of them as a comment elsewhere.
      operand.startsWithNumber ? "-(\(operand))" : "-\(operand.described(from: .primary))"
    }
  }

  /// How tightly an operator binds, the loosest first.
  enum Precedence: Int {
    case or, and, not, predicate, sum, product, sign, primary

    /// One level tighter.
    var next: Precedence { Precedence(rawValue: rawValue + 1) ?? .primary }
  }

  private var precedence: Precedence {
    switch self {
    case .or: .or
    case .and: .and
    case .not(.isNull): .predicate
    case .not: .not
    case .compare, .isNull: .predicate
    case .arithmetic(.add, _, _), .arithmetic(.subtract, _, _): .sum
    case .arithmetic: .product
    case .negate: .sign
    case .column, .literal: .primary
    }
  }

  private func described(from least: Precedence) -> String {
    precedence.rawValue >= least.rawValue ? description : "(\(description))"
  }

  private var startsWithNumber: Bool {
    switch self {
    case .literal(.int64), .literal(.double): true
    default: false
    }
  }

  private static func isBareName(_ name: String) -> Bool {
    let bytes = name.utf8
    guard let first = bytes.first, ExpressionToken.startsName(first) else { return false }
    return bytes.allSatisfy(ExpressionToken.continuesName)
      && ExpressionToken.Keyword(rawValue: name.lowercased()) == nil
  }
}
