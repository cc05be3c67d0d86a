/// The result of checking a part of an expression; a null constant has no type yet.
struct ExpressionBinding {
  private var resolved: ExpressionNode?
  private var resolvedType: ColumnType?
  let isNullable: Bool

  /// A part whose type is known.
  struct Typed {
    var node: ExpressionNode
    var type: ColumnType
    var isNullable: Bool
  }

  private init(_ node: ExpressionNode?, _ type: ColumnType?, isNullable: Bool) {
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
  init(_ expression: Expression, _ schema: Schema) throws(ColumnsError) {
    switch expression {
    case .column(let name):
      guard let index = schema.index(of: name) else { throw Self.unknownColumn(name, schema) }
      let field = schema.fields[index]
      self.init(.column(index, field.type), field.type, isNullable: field.isNullable)
    case .literal(let literal):
      if let type = literal.type {
        self.init(.constant(literal), type, isNullable: false)
      } else {
        self.init(nil, nil, isNullable: true)
      }
    case .compare(let comparison, let left, let right):
      let (left, right) = try Self.pair(left, right, schema, in: expression)
      self.init(
        .compare(OrderSet(comparison), left.type, left.node, right.node), .bool,
        isNullable: left.isNullable || right.isNullable)
    case .and(let left, let right):
      let left = try Self.condition(left, schema, in: expression)
      let right = try Self.condition(right, schema, in: expression)
      self.init(.and(left.node, right.node), .bool, isNullable: left.isNullable || right.isNullable)
    case .or(let left, let right):
      let left = try Self.condition(left, schema, in: expression)
      let right = try Self.condition(right, schema, in: expression)
      self.init(.or(left.node, right.node), .bool, isNullable: left.isNullable || right.isNullable)
    case .not(let operand):
      let operand = try Self.condition(operand, schema, in: expression)
      self.init(.not(operand.node), .bool, isNullable: operand.isNullable)
    case .isNull(let operand):
      let operand = try ExpressionBinding(operand, schema).typed(as: .bool)
      self.init(.isNull(operand.node), .bool, isNullable: false)
    case .arithmetic(let operation, let left, let right):
      let (left, right) = try Self.pair(left, right, schema, in: expression)
      try Self.requireNumber(left.type, in: expression)
      self.init(
        .arithmetic(operation, left.type, left.node, right.node, expression), left.type,
        isNullable: left.isNullable || right.isNullable)
    case .negate(let operand):
      let operand = try ExpressionBinding(operand, schema).typed(as: .int64)
      try Self.requireNumber(operand.type, in: expression)
      self.init(.negate(operand.type, operand.node, expression), operand.type, isNullable: operand.isNullable)
    }
  }

  /// Two operands made one type.
  private static func pair(
    _ left: Expression, _ right: Expression, _ schema: Schema, in whole: Expression
  ) throws(ColumnsError) -> (Typed, Typed) {
    let leftBinding = try ExpressionBinding(left, schema)
    let rightBinding = try ExpressionBinding(right, schema)
    let first = leftBinding.typed(as: rightBinding.resolvedType ?? .int64)
    let second = rightBinding.typed(as: first.type)
    switch (first.type, second.type) {
    case (.int64, .double): return (widened(first), second)
    case (.double, .int64): return (first, widened(second))
    case let (one, other) where one == other: return (first, second)
    default:
      var message = "\(whole): \(left) is a \(first.type.name), \(right) a \(second.type.name)"
      if [first.type, second.type].contains(.timestamp), [first.type, second.type].contains(.string) {
        message += "; write a time as timestamp '2015-05-17T10:00:00Z'"
      }
      throw ColumnsError(.typeMismatch, message, column: named(left, right))
    }
  }

  private static func widened(_ operand: Typed) -> Typed {
    let node: ExpressionNode
    switch operand.node {
    case .constant(.int64(let value)): node = .constant(.double(Double(value)))
    case .null: node = .null(.double)
    default: node = .widened(operand.node)
    }
    return Typed(node: node, type: .double, isNullable: operand.isNullable)
  }

  private static func condition(
    _ operand: Expression, _ schema: Schema, in whole: Expression
  ) throws(ColumnsError) -> Typed {
    let typed = try ExpressionBinding(operand, schema).typed(as: .bool)
    guard typed.type == .bool else {
      throw ColumnsError(
        .typeMismatch, "\(whole): \(operand) is a \(typed.type.name), where a condition is asked for",
        column: named(operand, operand))
    }
    return typed
  }

  private static func requireNumber(_ type: ColumnType, in whole: Expression) throws(ColumnsError) {
    guard type == .int64 || type == .double else {
      throw ColumnsError(.typeMismatch, "\(whole): a \(type.name) is not a number", column: whole.columns.min())
    }
  }

  /// The column to name in an error: an operand that is one.
  private static func named(_ left: Expression, _ right: Expression) -> String? {
    if case .column(let name) = left { return name }
    if case .column(let name) = right { return name }
    return nil
  }

  private static func unknownColumn(_ name: String, _ schema: Schema) -> ColumnsError {
    let names = schema.fields.map(\.name).joined(separator: ", ")
    return ColumnsError(.unknownColumn, "there is no column \(name); the columns are \(names)", column: name)
  }
}
