extension ExpressionBinding {
  /// A value that is read several times and evaluated once, through a column of its own where it isn't one already.
  private struct Shared {
    var binding: ExpressionBinding
    /// For everything that reads it.
    var scope: ExpressionScope
    private var value: ExpressionNode?
    private var column: Int

    init(_ operand: Expression, _ scope: ExpressionScope) throws(ColumnsError) {
      binding = try ExpressionBinding(operand, scope)
      self.scope = scope
      column = scope.nextColumn
      guard let node = binding.resolved, let type = binding.resolvedType else { return }
      switch node {
      case .column, .constant, .null:
        break
      default:
        value = node
        binding = ExpressionBinding(.column(column, type), type, isNullable: binding.isNullable)
        self.scope = scope.adding()
      }
    }

    /// What reads it, with the column made before.
    func around(_ body: ExpressionNode) -> ExpressionNode {
      value.map { .letting($0, column: column, body) } ?? body
    }

    /// A comparison of the value with another operand.
    func compared(
      _ comparison: Comparison, _ value: Expression, _ other: Expression, in whole: Expression
    ) throws(ColumnsError) -> Typed {
      let otherBinding = try ExpressionBinding(other, scope)
      let typed = try unified([binding, otherBinding], [value, other], otherwise: .int64, in: whole)
      return Typed(
        node: .compare(OrderSet(comparison), typed[0].type, typed[0].node, typed[1].node), type: .bool,
        isNullable: typed[0].isNullable || typed[1].isNullable)
    }
  }

  static func compare(
    _ comparison: Comparison, _ left: Expression, _ right: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let (left, right) = try pair(left, right, scope, in: whole)
    return ExpressionBinding(
      .compare(OrderSet(comparison), left.type, left.node, right.node), .bool,
      isNullable: left.isNullable || right.isNullable)
  }

  static func distinct(
    _ left: Expression, _ right: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let (left, right) = try pair(left, right, scope, in: whole)
    return ExpressionBinding(.distinct(left.type, left.node, right.node), .bool, isNullable: false)
  }

  static func isNull(_ operand: Expression, _ scope: ExpressionScope) throws(ColumnsError) -> ExpressionBinding {
    let operand = try ExpressionBinding(operand, scope).typed(as: .bool)
    return ExpressionBinding(.isNull(operand.node), .bool, isNullable: false)
  }

  /// `value >= low and value <= high`.
  static func between(
    _ value: Expression, _ low: Expression, _ high: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let shared = try Shared(value, scope)
    let above = try shared.compared(.greaterOrEqual, value, low, in: whole)
    let below = try shared.compared(.lessOrEqual, value, high, in: whole)
    return ExpressionBinding(
      shared.around(.and(above.node, below.node)), .bool, isNullable: above.isNullable || below.isNullable)
  }

  /// `value = other or value = other or …`.
  static func isIn(
    _ value: Expression, _ others: [Expression], _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    guard !others.isEmpty else { throw ColumnsError(.typeMismatch, "\(value) in () asks for no value at all") }
    let operand = try ExpressionBinding(value, scope)
    if let node = operand.resolved, let type = operand.resolvedType,
      let constants = ConstantSet(type, others)
    {
      return ExpressionBinding(
        .member(node, constants), .bool, isNullable: operand.isNullable || constants.hasNull)
    }
    let shared = try Shared(value, scope)
    var tests: [Typed] = []
    for other in others { tests.append(try shared.compared(.equal, value, other, in: whole)) }
    return ExpressionBinding(
      shared.around(either(tests[...])), .bool, isNullable: tests.contains { $0.isNullable })
  }

  /// The tests with `or` between them. It is a balanced tree, so that a long list isn't a deep one; the order of
  /// evaluation is that of the list all the same.
  private static func either(_ tests: ArraySlice<Typed>) -> ExpressionNode {
    if tests.count == 1 { return tests[tests.startIndex].node }
    let middle = tests.startIndex + tests.count / 2
    return .or(either(tests[..<middle]), either(tests[middle...]))
  }

  static func choice(
    _ branches: [ExpressionBranch], _ otherwise: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    guard !branches.isEmpty else { throw ColumnsError(.typeMismatch, "a case has at least one 'when'") }
    var conditions: [ExpressionNode] = []
    for branch in branches { conditions.append(try condition(branch.condition, scope, in: whole).node) }
    let values = try unified(branches.map(\.value) + [otherwise], scope, otherwise: .bool, in: whole)
    let nodes = zip(conditions, values).map { ExpressionNode.Branch(condition: $0, value: $1.node) }
    return ExpressionBinding(
      .choice(nodes, values[branches.count].node, values[0].type), values[0].type,
      isNullable: values.contains { $0.isNullable })
  }

  static func coalesce(
    _ arguments: [Expression], _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let values = try unified(arguments, scope, otherwise: .bool, in: whole)
    return ExpressionBinding(
      .coalesce(values.map(\.node), values[0].type), values[0].type, isNullable: values.allSatisfy { $0.isNullable })
  }

  /// `case when value = other then null else value end`.
  static func nullIf(
    _ value: Expression, _ other: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let shared = try Shared(value, scope)
    let isEqual = try shared.compared(.equal, value, other, in: whole)
    let typed = shared.binding.typed(as: .bool)
    let branch = ExpressionNode.Branch(condition: isEqual.node, value: .null(typed.type))
    return ExpressionBinding(
      shared.around(.choice([branch], typed.node, typed.type)), typed.type, isNullable: true)
  }
}
