/// The columns that an expression can read: those of the schema, and behind them values that a part of it gave a column.
struct ExpressionScope {
  let schema: Schema
  /// The position of the next column that a part adds.
  private(set) var nextColumn: Int

  init(_ schema: Schema) {
    self.schema = schema
    nextColumn = schema.fields.count
  }

  /// The scope with one more column.
  func adding() -> ExpressionScope {
    var scope = self
    scope.nextColumn += 1
    return scope
  }
}

/// The result of checking a part of an expression; a null constant has no type yet.
struct ExpressionBinding {
  private(set) var resolved: ExpressionNode?
  private(set) var resolvedType: ColumnType?
  let isNullable: Bool

  /// A part whose type is known.
  struct Typed {
    var node: ExpressionNode
    var type: ColumnType
    var isNullable: Bool
  }

  init(_ node: ExpressionNode?, _ type: ColumnType?, isNullable: Bool) {
    self.resolved = node
    self.resolvedType = type
    self.isNullable = isNullable
  }

  /// The part with its type, or null of the type given.
  func typed(as type: ColumnType) -> Typed {
    guard let resolved, let resolvedType else { return Typed(node: .null(type), type: type, isNullable: true) }
    return Typed(node: resolved, type: resolvedType, isNullable: isNullable)
  }

  /// Checks an expression and its parts.
  ///
  /// Each case is one call: without optimisation all of their variables would lie in every frame of the recursion.
  init(_ expression: Expression, _ scope: ExpressionScope) throws(ColumnsError) {
    switch expression {
    case .column(let name):
      self = try Self.column(name, scope)
    case .literal(let literal):
      self.init(literal.type == nil ? nil : .constant(literal), literal.type, isNullable: literal.type == nil)
    case .compare(let comparison, let left, let right):
      self = try Self.compare(comparison, left, right, scope, in: expression)
    case .and(let left, let right):
      self = try Self.logic(left, right, scope, in: expression) { .and($0, $1) }
    case .or(let left, let right):
      self = try Self.logic(left, right, scope, in: expression) { .or($0, $1) }
    case .not(let operand):
      self = try Self.test(operand, scope, in: expression) { .not($0) }
    case .isTruth(let wanted, let operand):
      self = try Self.test(operand, scope, in: expression) { .isTruth(wanted, $0) }
    case .isNull(let operand):
      self = try Self.isNull(operand, scope)
    case .arithmetic(let operation, let left, let right):
      self = try Self.arithmetic(operation, left, right, scope, in: expression)
    case .negate(let operand):
      self = try Self.negate(operand, scope, in: expression)
    case .distinct(let left, let right):
      self = try Self.distinct(left, right, scope, in: expression)
    case .between(let value, let low, let high):
      self = try Self.between(value, low, high, scope, in: expression)
    case .isIn(let value, let others):
      self = try Self.isIn(value, others, scope, in: expression)
    case .choice(let branches, let otherwise):
      self = try Self.choice(branches, otherwise, scope, in: expression)
    case .like(let text, let pattern, let escape):
      self = try Self.like(text, pattern, escape, scope, in: expression)
    case .call(let function, let arguments):
      self = try Self.call(function, arguments, scope, in: expression)
    case .cast(let operand, let type, let isTry):
      self = try Self.cast(operand, type, isTry: isTry, scope, in: expression)
    }
  }

  private static func column(_ name: String, _ scope: ExpressionScope) throws(ColumnsError) -> ExpressionBinding {
    guard let index = scope.schema.index(of: name) else { throw unknownColumn(name, scope.schema) }
    let field = scope.schema.fields[index]
    return ExpressionBinding(.column(index, field.type), field.type, isNullable: field.isNullable)
  }

  private static func logic(
    _ left: Expression, _ right: Expression, _ scope: ExpressionScope, in whole: Expression,
    _ node: (ExpressionNode, ExpressionNode) -> ExpressionNode
  ) throws(ColumnsError) -> ExpressionBinding {
    let left = try condition(left, scope, in: whole)
    let right = try condition(right, scope, in: whole)
    return ExpressionBinding(
      node(left.node, right.node), .bool, isNullable: left.isNullable || right.isNullable)
  }

  /// `not`, which is null where the operand is, and `is true` and `is false`, which never are.
  private static func test(
    _ operand: Expression, _ scope: ExpressionScope, in whole: Expression, _ node: (ExpressionNode) -> ExpressionNode
  ) throws(ColumnsError) -> ExpressionBinding {
    let operand = try condition(operand, scope, in: whole)
    let test = node(operand.node)
    if case .isTruth = test { return ExpressionBinding(test, .bool, isNullable: false) }
    return ExpressionBinding(test, .bool, isNullable: operand.isNullable)
  }

  /// Two operands made one type.
  static func pair(
    _ left: Expression, _ right: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> (Typed, Typed) {
    let typed = try unified([left, right], scope, otherwise: .int64, in: whole)
    return (typed[0], typed[1])
  }

  /// Operands made one type: a null takes that of the others, and an int64 beside a double is widened.
  static func unified(
    _ operands: [Expression], _ scope: ExpressionScope, otherwise: ColumnType, in whole: Expression
  ) throws(ColumnsError) -> [Typed] {
    var bindings: [ExpressionBinding] = []
    for operand in operands { bindings.append(try ExpressionBinding(operand, scope)) }
    return try unified(bindings, operands, otherwise: otherwise, in: whole)
  }

  /// Operands made one type, as they are bound already.
  static func unified(
    _ bindings: [ExpressionBinding], _ operands: [Expression], otherwise: ColumnType, in whole: Expression
  ) throws(ColumnsError) -> [Typed] {
    let types = bindings.map(\.resolvedType)
    let first = types.firstIndex { $0 != nil } ?? 0
    var common = types.lazy.compactMap { $0 }.first ?? otherwise
    for (index, type) in types.enumerated() {
      guard let type, type != common else { continue }
      guard Set([type, common]) == [.int64, .double] else {
        throw mismatch(operands[first], types[first] ?? common, operands[index], type, in: whole)
      }
      common = .double
    }
    return bindings.map { binding in
      let typed = binding.typed(as: common)
      return typed.type == common ? typed : widened(typed)
    }
  }

  private static func mismatch(
    _ left: Expression, _ leftType: ColumnType, _ right: Expression, _ rightType: ColumnType, in whole: Expression
  ) -> ColumnsError {
    var message = "\(whole): \(left) is a \(leftType.name), \(right) a \(rightType.name)"
    if [leftType, rightType].contains(.timestamp), [leftType, rightType].contains(.string) {
      message += "; write a time as timestamp '2015-05-17T10:00:00Z'"
    }
    return ColumnsError(.typeMismatch, message, column: named(left, right))
  }

  static func widened(_ operand: Typed) -> Typed {
    let node: ExpressionNode
    switch operand.node {
    case .constant(.int64(let value)): node = .constant(.double(Double(value)))
    case .null: node = .null(.double)
    default: node = .widened(operand.node)
    }
    return Typed(node: node, type: .double, isNullable: operand.isNullable)
  }

  static func condition(
    _ operand: Expression, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> Typed {
    let typed = try ExpressionBinding(operand, scope).typed(as: .bool)
    guard typed.type == .bool else {
      throw ColumnsError(
        .typeMismatch, "\(whole): \(operand) is a \(typed.type.name), where a condition is asked for",
        column: named(operand, operand))
    }
    return typed
  }

  static func requireNumber(_ type: ColumnType, in whole: Expression) throws(ColumnsError) {
    guard type == .int64 || type == .double else {
      throw ColumnsError(.typeMismatch, "\(whole): a \(type.name) is not a number", column: whole.columns.min())
    }
  }

  /// The column to name in an error: an operand that is one.
  static func named(_ left: Expression, _ right: Expression) -> String? {
    if case .column(let name) = left { return name }
    if case .column(let name) = right { return name }
    return nil
  }

  private static func unknownColumn(_ name: String, _ schema: Schema) -> ColumnsError {
    let names = schema.fields.map(\.name).joined(separator: ", ")
    return ColumnsError(.unknownColumn, "there is no column \(name); the columns are \(names)", column: name)
  }
}
