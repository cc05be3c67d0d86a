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
    case .not(let operand):
      operand.predicate(isNegated: true) ?? "not \(operand.described(from: .not))"
    case .arithmetic(let operation, let left, let right):
      "\(left.described(from: precedence)) \(operation.rawValue) \(right.described(from: precedence.next))"
    case .negate(let operand):
      // A minus before a digit would be read as part of the number, and two of them as a comment elsewhere.
      operand.startsWithNumber ? "-(\(operand))" : "-\(operand.described(from: .primary))"
    case .choice(let branches, let otherwise):
      Self.describedChoice(branches, otherwise)
    case .call(let function, let arguments):
      described(function, arguments)
    case .cast(let operand, let type, let isTry):
      "\(isTry ? "try_cast" : "cast")(\(operand) as \(type.name))"
    case .isNull, .isTruth, .distinct, .between, .isIn, .like:
      predicate(isNegated: false) ?? ""
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
    case .not(.isNull), .not(.isTruth), .not(.distinct), .not(.between), .not(.isIn), .not(.like): .predicate
    case .not: .not
    case .compare, .isNull, .isTruth, .distinct, .between, .isIn, .like: .predicate
    case .arithmetic(.add, _, _), .arithmetic(.subtract, _, _), .call(.concatenate, _): .sum
    case .arithmetic: .product
    case .negate: .sign
    case .column, .literal, .choice, .call, .cast: .primary
    }
  }

  private func described(from least: Precedence) -> String {
    precedence.rawValue >= least.rawValue ? description : "(\(description))"
  }

  /// A predicate of words, which take a `not` in their midst; nil for every other expression.
  private func predicate(isNegated: Bool) -> String? {
    let not = isNegated ? "not " : ""
    switch self {
    case .isNull(let operand):
      return "\(operand.described(from: .sum)) is \(not)null"
    case .isTruth(let wanted, let operand):
      return "\(operand.described(from: .sum)) is \(not)\(wanted)"
    case .distinct(let left, let right):
      return "\(left.described(from: .sum)) is \(not)distinct from \(right.described(from: .sum))"
    case .between(let value, let low, let high):
      let bounds = "\(low.described(from: .sum)) and \(high.described(from: .sum))"
      return "\(value.described(from: .sum)) \(not)between \(bounds)"
    case .isIn(let value, let others):
      return "\(value.described(from: .sum)) \(not)in (\(Self.list(others)))"
    case .like(let text, let pattern, let escape):
      let end = escape.map { " escape \(Literal.string(String($0)))" } ?? ""
      return "\(text.described(from: .sum)) \(not)like \(Literal.string(pattern))\(end)"
    default:
      return nil
    }
  }

  private func described(_ function: ScalarFunction, _ arguments: [Expression]) -> String {
    if function == .concatenate, arguments.count == 2 {
      return "\(arguments[0].described(from: .sum)) || \(arguments[1].described(from: .product))"
    }
    if function == .extract, arguments.count == 2, case .literal(.string(let part)) = arguments[0],
      Self.isBareName(part)
    {
      return "extract(\(part) from \(arguments[1]))"
    }
    return "\(function.rawValue)(\(Self.list(arguments)))"
  }

  private static func describedChoice(_ branches: [ExpressionBranch], _ otherwise: Expression) -> String {
    let texts = branches.map { branch in
      // A column named case before the next `when` would be read as another choice.
      let value = "\(branch.value)"
      return " when \(branch.condition) then \(endsWithCase(value) ? "(\(value))" : value)"
    }
    let rest = otherwise == .literal(.null) ? "" : " else \(otherwise)"
    return "case\(texts.joined())\(rest) end"
  }

  private static func endsWithCase(_ text: String) -> Bool {
    let bytes = Array(text.utf8.suffix(5))
    let word = String(decoding: bytes.suffix(4), as: UTF8.self)
    return word.lowercased() == "case" && (bytes.count < 5 || !ExpressionToken.continuesName(bytes[0]))
  }

  private static func list(_ expressions: [Expression]) -> String {
    expressions.map { "\($0)" }.joined(separator: ", ")
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
