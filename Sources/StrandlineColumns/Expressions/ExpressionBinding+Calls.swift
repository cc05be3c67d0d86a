extension ExpressionBinding {
  static func call(
    _ function: ScalarFunction, _ arguments: [Expression], _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let counts = function.argumentCounts
    guard counts.contains(arguments.count) else {
      let most = counts.upperBound == .max ? " or more" : counts.count > 1 ? " to \(counts.upperBound)" : ""
      let wanted = "\(function.rawValue) takes \(counts.lowerBound)\(most) arguments"
      throw ColumnsError(.typeMismatch, "\(whole): \(wanted), not \(arguments.count)")
    }
    switch function {
    case .coalesce:
      return try coalesce(arguments, scope, in: whole)
    case .nullIf:
      return try nullIf(arguments[0], arguments[1], scope, in: whole)
    case .least, .greatest:
      let typed = try unified(arguments, scope, otherwise: .bool, in: whole)
      return bound(function, typed, typed[0].type, isNullable: typed.allSatisfy { $0.isNullable }, in: whole)
    case .abs, .floor, .ceil, .round, .sign:
      return try ofNumber(function, arguments, scope, in: whole)
    default:
      break
    }
    guard let signature = function.signature(arguments.count) else {
      throw ColumnsError(.unsupported, "\(whole): \(function.rawValue) is not supported")
    }
    var typed: [Typed] = []
    for (argument, type) in zip(arguments, signature.parameters) {
      typed.append(try Self.argument(argument, type, scope, in: whole))
    }
    let prepared = try prepare(function, arguments, in: whole)
    let result: ColumnType
    if case .timePart(.epoch) = prepared { result = .double } else { result = signature.result }
    let isNullable = function == .concat ? false : typed.contains { $0.isNullable }
    return bound(
      function, typed, result, isNullable: isNullable || function == .regexpExtract, prepared, in: whole)
  }

  static func like(
    _ text: Expression, _ pattern: String, _ escape: Unicode.Scalar?, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let typed = try argument(text, .string, scope, in: whole)
    guard let form = LikePattern(pattern, escape: escape) else {
      throw ColumnsError(.malformed, "\(whole): the escape character stands before itself, % or _")
    }
    return bound(.contains, [typed], .bool, isNullable: typed.isNullable, .like(form), in: whole)
  }

  static func cast(
    _ operand: Expression, _ type: ColumnType, isTry: Bool, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    let typed = try ExpressionBinding(operand, scope).typed(as: type)
    guard BoundCast.isPossible(typed.type, type) else {
      var message = "\(whole): a \(typed.type.name) can't be made a \(type.name)"
      if typed.type == .timestamp { message += "; extract(epoch from …) gives seconds" }
      throw ColumnsError(.typeMismatch, message, column: named(operand, operand))
    }
    let cast = BoundCast(operand: typed.node, from: typed.type, to: type, isTry: isTry, expression: whole)
    return ExpressionBinding(.cast(cast), type, isNullable: typed.isNullable || isTry)
  }

  /// A function of a number whose result has the number's type.
  private static func ofNumber(
    _ function: ScalarFunction, _ arguments: [Expression], _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> ExpressionBinding {
    var typed = [try ExpressionBinding(arguments[0], scope).typed(as: .int64)]
    try requireNumber(typed[0].type, in: whole)
    if arguments.count > 1 { typed.append(try argument(arguments[1], .int64, scope, in: whole)) }
    return bound(function, typed, typed[0].type, isNullable: typed.contains { $0.isNullable }, in: whole)
  }

  /// An argument of that type; an int64 where a double is asked for is widened.
  private static func argument(
    _ argument: Expression, _ type: ColumnType, _ scope: ExpressionScope, in whole: Expression
  ) throws(ColumnsError) -> Typed {
    let typed = try ExpressionBinding(argument, scope).typed(as: type)
    if typed.type == type { return typed }
    if typed.type == .int64, type == .double { return widened(typed) }
    throw ColumnsError(
      .typeMismatch, "\(whole): \(argument) is a \(typed.type.name), where a \(type.name) is asked for",
      column: named(argument, argument))
  }

  private static func bound(
    _ function: ScalarFunction, _ typed: [Typed], _ type: ColumnType, isNullable: Bool,
    _ prepared: BoundCall.Prepared = .nothing, in whole: Expression
  ) -> ExpressionBinding {
    let call = BoundCall(
      function: function, type: type, arguments: typed.map(\.node), prepared: prepared, expression: whole)
    return ExpressionBinding(.call(call), type, isNullable: isNullable)
  }

  /// What is made once of the arguments that have to be constants.
  private static func prepare(
    _ function: ScalarFunction, _ arguments: [Expression], in whole: Expression
  ) throws(ColumnsError) -> BoundCall.Prepared {
    switch function {
    case .regexpMatches, .regexpExtract:
      guard case .literal(.string(let pattern)) = arguments[1] else {
        throw ColumnsError(.typeMismatch, "\(whole): the pattern is a constant in quotes")
      }
      let regex = try RegularExpression(pattern)
      var group = 0
      if arguments.count > 2 {
        guard case .literal(.int64(let number)) = arguments[2], number >= 0, number <= Int64(regex.groups) else {
          throw ColumnsError(
            .typeMismatch, "\(whole): the group is a constant from 0 (the whole match) to \(regex.groups)")
        }
        group = Int(number)
      }
      return .regex(regex, group: group)
    case .dateTrunc:
      guard case .literal(.string(let word)) = arguments[0], let unit = CalendarUnit(rawValue: word) else {
        let units = CalendarUnit.allCases.map(\.rawValue).joined(separator: ", ")
        throw ColumnsError(.typeMismatch, "\(whole): the unit is one of \(units), in quotes")
      }
      return .timeUnit(unit)
    case .extract:
      guard case .literal(.string(let word)) = arguments[0], let part = TimePart(rawValue: word) else {
        let parts = TimePart.allCases.map(\.rawValue).joined(separator: ", ")
        throw ColumnsError(.typeMismatch, "\(whole): the part is one of \(parts)")
      }
      return .timePart(part)
    default:
      return .nothing
    }
  }
}
