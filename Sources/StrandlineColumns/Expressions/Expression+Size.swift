extension Expression {
  /// Checks that its text can be read back: that it has no more operators, parentheses and nested calls than the parser takes.
  ///
  /// An expression may also be built in code, where nothing else bounds it. Linear in its size, and without recursion until it is
  /// known not to be deep.
  ///
  /// - Throws: `ColumnsError` `.malformed`.
  func requireReadable() throws(ColumnsError) {
    var weight = 0
    var left = [self]
    while let part = left.popLast() {
      weight += part.weight
      if weight > Self.weightMax {
        throw ColumnsError(
          .malformed,
          "an expression is too large to be kept in a plan: it has more than \(weight - 1) operators; compute a part of it in a column before"
        )
      }
      left += part.operands
    }
    // A weight stands for three operators and parentheses at most, and for one level.
    if weight <= Self.weightUnchecked { return }
    let text = description
    do {
      _ = try Expression(parsing: text)
    } catch {
      throw ColumnsError(
        .malformed,
        "the expression \(text.prefix(60))… is too large to be kept in a plan: \(error.message); compute a part of it in a column before"
      )
    }
  }

  /// Twice what the parser takes, since `not` and what it negates may be written as one operator.
  private static let weightMax = 2 * ExpressionParser.operatorsMax
  private static let weightUnchecked = min(ExpressionParser.operatorsMax / 3, ExpressionParser.depthMax)

  /// How many operators it is, without its operands; the parser counts at least half of them.
  private var weight: Int {
    switch self {
    case .column: 0
    // A sign is an operator.
    case .literal(.int64(let value)): value < 0 ? 1 : 0
    case .literal(.double(let value)): value.isFinite && value.sign == .minus ? 1 : 0
    case .literal: 0
    case .choice(let branches, _): 1 + branches.count
    default: 1
    }
  }
}
