extension ExpressionBinding {
  /// Arithmetic on two numbers, or on times: their difference, and a time moved by microseconds.
  static func arithmetic(
    _ operation: Arithmetic, _ left: Expression, _ right: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let one = try ExpressionBinding(left, scope)
    let other = try ExpressionBinding(right, scope)
    let (first, second): (Typed, Typed)
    let type: ColumnType
    switch (operation, one.resolvedType, other.resolvedType) {
    case (.add, .timestamp, .int64), (.subtract, .timestamp, .int64), (.add, .timestamp, nil),
      (.subtract, .timestamp, nil):
      (first, second, type) = (one.typed(as: .timestamp), other.typed(as: .int64), .timestamp)
    case (.add, .int64, .timestamp), (.add, nil, .timestamp):
      (first, second, type) = (one.typed(as: .int64), other.typed(as: .timestamp), .timestamp)
    case (.subtract, .timestamp, .timestamp), (.subtract, nil, .timestamp):
      (first, second, type) = (one.typed(as: .timestamp), other.typed(as: .timestamp), .int64)
    default:
      let typed = try unified([one, other], [left, right], otherwise: .int64, in: whole)
      (first, second, type) = (typed[0], typed[1], typed[0].type)
      try requireNumber(type, in: whole)
    }
    return ExpressionBinding(
      .arithmetic(operation, type, first.node, second.node, whole), type,
      isNullable: first.isNullable || second.isNullable)
  }

  static func negate(
    _ operand: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let operand = try ExpressionBinding(operand, scope).typed(as: .int64)
    try requireNumber(operand.type, in: whole)
    return ExpressionBinding(.negate(operand.type, operand.node, whole), operand.type, isNullable: operand.isNullable)
  }
}
