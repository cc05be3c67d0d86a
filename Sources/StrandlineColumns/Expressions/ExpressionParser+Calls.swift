extension ExpressionParser {
  /// The rest of a `case`, which begins at its first `when`.
  mutating func choice() throws(ColumnsError) -> Expression {
    try enter()
    defer { leave() }
    var branches: [ExpressionBranch] = []
    while token.isWord("when") {
      _ = try take()
      try count()
      let condition = try operation(from: .or)
      try take(word: "then")
      branches.append(ExpressionBranch(when: condition, then: try operation(from: .or)))
    }
    var otherwise = Expression.literal(.null)
    if token.isWord("else") {
      _ = try take()
      otherwise = try operation(from: .or)
    }
    guard token.isWord("end") else { throw unexpected("'when', 'else' or 'end'") }
    _ = try take()
    return .choice(branches, otherwise: otherwise)
  }

  /// The call of a function whose name was the last token.
  mutating func call(_ name: String, at start: Int) throws(ColumnsError) -> Expression {
    try enter()
    defer { leave() }
    let opening = try open()
    let word = name.lowercased()
    switch word {
    case "cast", "try_cast":
      let operand = try operation(from: .or)
      try take(word: "as")
      guard case .name(let typeName) = token, let type = ColumnType(name: typeName.lowercased()) else {
        throw unexpected("int64, double, bool, timestamp or string")
      }
      _ = try take()
      try close(opening)
      return .cast(operand, type, isTry: word == "try_cast")
    case "extract":
      if case .name(let part) = token {
        _ = try take()
        try take(word: "from")
        let time = try operation(from: .or)
        try close(opening)
        return .call(.extract, [.literal(.string(part.lowercased())), time])
      }
      return .call(.extract, try list(opening))
    case "mod":
      let operands = try list(opening)
      guard operands.count == 2 else { throw lexer.error("mod takes two numbers", at: start) }
      return .arithmetic(.remainder, operands[0], operands[1])
    default:
      guard let function = Self.synonyms[word] ?? ScalarFunction(rawValue: word) else {
        let names = ScalarFunction.allCases.map(\.rawValue).filter { $0 != "||" } + ["cast", "try_cast", "mod"]
        throw lexer.error(
          "there is no function \(name) (there are \(names.sorted().joined(separator: ", ")))", at: start)
      }
      return .call(function, try list(opening))
    }
  }

  private static let synonyms: [String: ScalarFunction] = [
    "ceiling": .ceil, "pow": .power, "substr": .substring,
  ]
}
