extension Expression {
  /// Reads an expression of SQL, such as `status >= 500 and path <> '/health'`.
  ///
  /// - Names of columns as they are, or in double quotes (`"user id"`, a doubled quote stands for one); case matters.
  /// - Constants: `42`, `1.5`, `2e9`, `'text'` (a doubled quote stands for one), `true`, `false`, `null`,
  ///   `timestamp '2015-05-17T10:00:00Z'`. A number without point and exponent is an int64.
  /// - Operators, the loosest first: `or`; `and`; `not`; one of `=`, `<>`, `!=`, `<`, `<=`, `>`, `>=`, `is null`,
  ///   `is true`, `is false`, `is distinct from`, `in (…)`, `between … and …`, `like '…'` with `escape '…'`, all with
  ///   their `not`, of which none follows another; `+`, `-`, `||`; `*`, `/`, `%`; a sign. Words are read in any case.
  /// - `case when … then … else … end`, `cast(… as int64)`, `try_cast(…)`, `extract(year from …)` and the functions of
  ///   `ScalarFunction` by name, also as `ceiling`, `pow`, `substr`, and `mod(a, b)` for `a % b`.
  ///
  /// - Throws: `ColumnsError` `.malformed` with the position, counted in characters from 1; also for more than 1,000
  ///   operators and parentheses, or calls nested more than 200 deep, which bounds the recursion over an expression.
  public init(parsing text: String) throws(ColumnsError) {
    var parser = try ExpressionParser(text)
    self = try parser.parse()
  }
}

/// Reads tokens by precedence climbing (V. Pratt, “Top down operator precedence”, 1973).
struct ExpressionParser {
  /// The most operators and parentheses.
  static let operatorsMax = 1000
  /// The most calls and cases within one another.
  static let depthMax = 200

  private(set) var lexer: ExpressionLexer
  private(set) var token: ExpressionToken
  private(set) var position: Int
  private var operators = 0
  private var depth = 0

  init(_ text: String) throws(ColumnsError) {
    lexer = ExpressionLexer(text)
    (token, position) = try lexer.next()
  }

  mutating func parse() throws(ColumnsError) -> Expression {
    let expression = try operation(from: .or)
    guard token == .end else { throw unexpected("an operator or the end") }
    return expression
  }

  /// An expression whose operators outside of parentheses bind at least that tightly.
  mutating func operation(from least: Expression.Precedence) throws(ColumnsError) -> Expression {
    var left = try operand(least)
    while let precedence = token.infixPrecedence, precedence.rawValue >= least.rawValue {
      let sign = try take()
      try count()
      left = try infix(left, sign, precedence)
      if precedence == .predicate, token.infixPrecedence == .predicate {
        throw lexer.error("a comparison can't follow another without parentheses", at: position)
      }
    }
    return left
  }

  /// What an operator takes on its left: a prefix operator with its operand, or a value.
  private mutating func operand(_ least: Expression.Precedence) throws(ColumnsError) -> Expression {
    switch token {
    case .keyword(.not) where least.rawValue <= Expression.Precedence.not.rawValue:
      _ = try take()
      try count()
      return .not(try operation(from: .not))
    case .arithmetic(.subtract):
      _ = try take()
      try count()
      switch token {
      case .integer(let digits), .decimal(let digits): return try number("-" + digits)
      default: return .negate(try operation(from: .sign))
      }
    default:
      return try value()
    }
  }

  private mutating func infix(
    _ left: Expression, _ sign: ExpressionToken, _ precedence: Expression.Precedence
  ) throws(ColumnsError) -> Expression {
    switch sign {
    case .keyword(.is):
      return try test(left)
    case .keyword(.not):
      let start = position
      return .not(try predicate(try take(), left, at: start))
    case .name:
      return try predicate(sign, left, at: position)
    case .concatenation:
      return .call(.concatenate, [left, try operation(from: precedence.next)])
    case .comparison(let comparison):
      return .compare(comparison, left, try operation(from: precedence.next))
    case .arithmetic(let arithmetic):
      return .arithmetic(arithmetic, left, try operation(from: precedence.next))
    case .keyword(.and):
      return .and(left, try operation(from: precedence.next))
    default:
      return .or(left, try operation(from: precedence.next))
    }
  }

  private mutating func value() throws(ColumnsError) -> Expression {
    switch token {
    case .open:
      let opening = try open()
      let inner = try operation(from: .or)
      try close(opening)
      return inner
    case .integer(let digits), .decimal(let digits):
      return try number(digits)
    case .string(let text):
      _ = try take()
      return .literal(.string(text))
    case .keyword(.true), .keyword(.false):
      return .literal(.bool(try take() == .keyword(.true)))
    case .keyword(.null):
      _ = try take()
      return .literal(.null)
    case .quotedName(let name):
      _ = try take()
      return .column(name)
    case .name(let name):
      let start = position
      _ = try take()
      if token == .open { return try call(name, at: start) }
      if token.isWord("when"), name.lowercased() == "case" { return try choice() }
      guard case .string(let text) = token else { return .column(name) }
      let literal = try typedLiteral(name, text, at: start)
      _ = try take()
      return .literal(literal)
    default:
      throw unexpected("a value")
    }
  }

  /// The number that the current token is, with its sign.
  private mutating func number(_ digits: String) throws(ColumnsError) -> Expression {
    let literal: Literal
    if case .integer = token {
      guard let value = Int64(digits) else {
        throw lexer.error("\(digits) leaves the range of an int64", at: position)
      }
      literal = .int64(value)
    } else {
      guard let value = Double(digits) else { throw lexer.error("\(digits) is not a number", at: position) }
      literal = .double(value)
    }
    _ = try take()
    return .literal(literal)
  }

  /// A name with a string behind it: `timestamp '…'` or `double '…'`.
  private func typedLiteral(_ name: String, _ text: String, at start: Int) throws(ColumnsError) -> Literal {
    switch name.lowercased() {
    case "timestamp":
      if let micros = Literal.parsedTime(Array(text.utf8)) { return .timestamp(micros) }
      throw lexer.error("'\(text)' is not a time such as '2015-05-17T10:00:00Z'", at: start)
    case "double":
      if let value = Double(text) { return .double(value) }
      throw lexer.error("'\(text)' is not a number", at: start)
    default:
      throw lexer.error("a string can't follow the name \(name) without an operator", at: position)
    }
  }

  /// Moves on behind an opening parenthesis, whose position it returns.
  mutating func open() throws(ColumnsError) -> Int {
    guard token == .open else { throw unexpected("'('") }
    let opening = position
    _ = try take()
    try count()
    return opening
  }

  /// Moves on behind the parenthesis that closes the one opened there.
  mutating func close(_ opening: Int) throws(ColumnsError) {
    guard token == .close else {
      throw token == .end
        ? lexer.error("the parenthesis is not closed that opens", at: opening)
        : unexpected("an operator or ')'")
    }
    _ = try take()
  }

  /// Moves on behind a word.
  mutating func take(word: String) throws(ColumnsError) {
    guard token.isWord(word) else { throw unexpected("'\(word)'") }
    _ = try take()
  }

  /// Moves on and returns the token that was the current one.
  mutating func take() throws(ColumnsError) -> ExpressionToken {
    let taken = token
    (token, position) = try lexer.next()
    return taken
  }

  mutating func count() throws(ColumnsError) {
    operators += 1
    if operators > Self.operatorsMax {
      throw lexer.error("there are more than \(Self.operatorsMax) operators and parentheses", at: position)
    }
  }

  /// Notes that a call, a `case` or a predicate begins, whose parts take more of the stack than an operator's operands.
  mutating func enter() throws(ColumnsError) {
    depth += 1
    if depth > Self.depthMax {
      throw lexer.error("calls and cases are nested more than \(Self.depthMax) deep", at: position)
    }
  }

  mutating func leave() { depth -= 1 }

  func unexpected(_ wanted: String) -> ColumnsError {
    lexer.error("\(wanted) is missing before \(token)", at: position)
  }
}
