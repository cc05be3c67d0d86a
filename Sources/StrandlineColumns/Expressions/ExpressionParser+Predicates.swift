extension ExpressionParser {
  /// What follows `is` behind an operand.
  mutating func test(_ operand: Expression) throws(ColumnsError) -> Expression {
    let isNegated = token == .keyword(.not)
    if isNegated { _ = try take() }
    let test: Expression
    switch token {
    case .keyword(.null):
      _ = try take()
      test = .isNull(operand)
    case .keyword(.true), .keyword(.false):
      test = .isTruth(try take() == .keyword(.true), operand)
    case .name where token.isWord("distinct"):
      _ = try take()
      try take(word: "from")
      test = .distinct(operand, try operation(from: .sum))
    default:
      throw unexpected("null, true, false or 'distinct from'")
    }
    return isNegated ? .not(test) : test
  }

  /// What follows a predicate's word behind an operand; `start` is the word's position.
  mutating func predicate(
    _ word: ExpressionToken, _ operand: Expression, at start: Int
  ) throws(ColumnsError) -> Expression {
    guard case .name(let name) = word, let predicate = ExpressionToken.Predicate(rawValue: name.lowercased()) else {
      throw lexer.error("'in', 'between' or 'like' is missing before \(word)", at: start)
    }
    try enter()
    defer { leave() }
    switch predicate {
    case .in:
      let opening = try open()
      return .isIn(operand, try list(opening))
    case .between:
      let low = try operation(from: .sum)
      guard token == .keyword(.and) else { throw unexpected("'and' and the upper bound") }
      _ = try take()
      return .between(operand, low, try operation(from: .sum))
    case .like:
      let pattern = try text("a pattern in quotes")
      guard token.isWord("escape") else { return .like(operand, pattern, escape: nil) }
      _ = try take()
      let start = position
      let escape = Array(try text("the escape character in quotes").unicodeScalars)
      guard escape.count == 1 else { throw lexer.error("an escape is one character", at: start) }
      return .like(operand, pattern, escape: escape[0])
    }
  }

  /// Expressions with commas between them up to the parenthesis that closes; at least one.
  mutating func list(_ opening: Int) throws(ColumnsError) -> [Expression] {
    var expressions = [try operation(from: .or)]
    while token == .comma {
      _ = try take()
      expressions.append(try operation(from: .or))
    }
    try close(opening)
    return expressions
  }

  private mutating func text(_ wanted: String) throws(ColumnsError) -> String {
    guard case .string(let text) = token else { throw unexpected(wanted) }
    _ = try take()
    return text
  }
}
