import StrandlineColumns

/// Expressions of functions, and of what takes values of every type.
extension RandomExpressions {
  /// Patterns of `like`, each with an escape character or none.
  private static let forms: [(String, Unicode.Scalar?)] = [
    ("%", nil), ("", nil), ("view%", nil), ("%text", nil), ("%e%e%", nil), ("_", nil), ("__€%", nil), ("v_e_s", nil),
    ("%\u{301}", nil), ("%!%%", "!"), ("a!%_!_c", "!"), ("%longer%still", nil), ("!!%", "!"), ("%_%_%_%_%", nil),
  ]

  /// What every type has: `case`, `coalesce`, `nullif`, `least`, `greatest`, and casts to it.
  mutating func general(_ type: ColumnType, depth: Int) -> Expression {
    switch Int.random(in: 0..<6, using: &generator) {
    case 0, 1:
      let branches = (0..<Int.random(in: 1...3, using: &generator)).map { index in
        ExpressionBranch(
          when: expression(.bool, depth: depth),
          then: index == 0 ? present(type, depth: depth) : expression(type, depth: depth))
      }
      return .choice(branches, otherwise: expression(type, depth: depth))
    case 2: return .call(.coalesce, some(type, depth: depth))
    case 3:
      return .call(.nullIf, [present(type, depth: depth), expression(type, depth: depth)])
    case 4:
      return .call(chance(2) ? .least : .greatest, some(type, depth: depth))
    default:
      let sources: [ColumnType] =
        switch type {
        case .int64: ColumnType.allCases
        case .double: [.int64, .double, .bool, .string]
        case .bool: [.int64, .bool, .string]
        case .timestamp: [.int64, .timestamp, .string]
        case .string: ColumnType.allCases
        }
      return .cast(expression(one(of: sources), depth: depth), type, isTry: !chance(4))
    }
  }

  mutating func function(_ type: ColumnType, depth: Int) -> Expression {
    switch type {
    case .int64:
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: return .call(one(of: [.length, .octetLength]), [expression(.string, depth: depth)])
      case 1: return .call(.position, [expression(.string, depth: depth), expression(.string, depth: depth)])
      case 2:
        let parts = TimePart.allCases.filter { $0 != .epoch }
        return .call(.extract, [word(one(of: parts).rawValue), expression(.timestamp, depth: depth)])
      case 3: return .call(.round, [expression(.int64, depth: depth), expression(.int64, depth: depth)])
      default: return .call(one(of: [.abs, .floor, .ceil, .round, .sign]), [expression(.int64, depth: depth)])
      }
    case .double:
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: return .call(.extract, [word("epoch"), expression(.timestamp, depth: depth)])
      case 1: return .call(.round, [present(.double, depth: depth), expression(.int64, depth: depth)])
      case 2: return .call(.sqrt, [expression(chance(3) ? .int64 : .double, depth: depth)])
      default: return .call(one(of: [.abs, .floor, .ceil, .round, .sign]), [present(.double, depth: depth)])
      }
    case .timestamp:
      if chance(2) {
        let unit = one(of: CalendarUnit.allCases).rawValue
        return .call(.dateTrunc, [word(unit), expression(.timestamp, depth: depth)])
      }
      let (time, micros) = (present(.timestamp, depth: depth), present(.int64, depth: depth))
      if chance(3) { return .arithmetic(.add, micros, time) }
      return .arithmetic(chance(2) ? .add : .subtract, time, micros)
    case .string:
      return text(depth: depth)
    case .bool:
      return textTest(depth: depth)
    }
  }

  private mutating func text(depth: Int) -> Expression {
    let text = expression(.string, depth: depth)
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: return .call(one(of: [.lower, .upper, .trim, .trimStart, .trimEnd]), [text])
    case 1: return .call(one(of: [.trim, .trimStart, .trimEnd]), [text, expression(.string, depth: depth)])
    case 2:
      let near = Expression.literal(.int64(Int64.random(in: -2...4, using: &generator)))
      let start = chance(3) ? expression(.int64, depth: depth) : near
      return .call(.substring, chance(3) ? [text, start] : [text, start, expression(.int64, depth: depth)])
    case 3:
      let number = Expression.literal(.int64(Int64.random(in: -2...3, using: &generator)))
      return .call(.splitPart, [text, .literal(.string(one(of: ["e", " ", "", "ie", "ee"]))), number])
    case 4: return .call(.replace, [text, expression(.string, depth: 0), expression(.string, depth: depth)])
    case 5: return .call(.concat, [text, expression(.string, depth: depth), expression(.string, depth: depth)])
    default: return .call(.concatenate, [text, expression(.string, depth: depth)])
    }
  }

  mutating func textTest(depth: Int) -> Expression {
    let text = expression(.string, depth: depth)
    if chance(2) {
      let (pattern, escape) = one(of: Self.forms)
      return .like(text, pattern, escape: escape)
    }
    return .call(one(of: [.startsWith, .endsWith, .contains]), [text, expression(.string, depth: depth)])
  }

  mutating func membership(depth: Int) -> Expression {
    let type = one(of: ColumnType.allCases)
    var others: [Expression] = []
    let isConstant = chance(2)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let other: ColumnType = type == .double && chance(3) ? .int64 : type
      others.append(isConstant ? constant(other) : expression(other, depth: depth))
    }
    return .isIn(expression(type, depth: depth), others)
  }

  private mutating func constant(_ type: ColumnType) -> Expression {
    chance(8) ? .literal(.null) : .literal(literal(type))
  }

  /// One to three values, the first of which has a type.
  private mutating func some(_ type: ColumnType, depth: Int) -> [Expression] {
    [present(type, depth: depth)]
      + (0..<Int.random(in: 0...2, using: &generator)).map { _ in expression(type, depth: depth) }
  }

  private func word(_ word: String) -> Expression {
    .literal(.string(word))
  }
}
