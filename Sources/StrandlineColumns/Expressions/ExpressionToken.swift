/// A word or sign of an expression's text.
enum ExpressionToken: Equatable {
  /// A name without quotes that is no keyword.
  case name(String)
  /// A name in double quotes.
  case quotedName(String)
  case keyword(Keyword)
  case integer(String)
  case decimal(String)
  case string(String)
  case comparison(Comparison)
  case arithmetic(Arithmetic)
  case open
  case close
  case comma
  /// `||`.
  case concatenation
  case end

  /// A word that is no name, in any case. All other words are names but for their place: `timestamp` and `double` before a
  /// string, `case` before `when`, a function before a parenthesis, and words that follow an operand, where no name can.
  enum Keyword: String {
    case and, or, not, `is`, null, `true`, `false`
  }

  /// A word that is an operator behind an operand, with `not` before it or without.
  enum Predicate: String {
    case `in`, between, like
  }

  /// Whether it is that word without quotes, in any case.
  func isWord(_ word: String) -> Bool {
    if case .name(let name) = self { name.lowercased() == word } else { false }
  }

  /// How tightly the token binds as an operator between two operands (`is` and `not` have words on their right); nil for others.
  var infixPrecedence: Expression.Precedence? {
    switch self {
    case .keyword(.or): .or
    case .keyword(.and): .and
    case .keyword(.is), .keyword(.not), .comparison: .predicate
    case .name(let word): Predicate(rawValue: word.lowercased()) == nil ? nil : .predicate
    case .arithmetic(.add), .arithmetic(.subtract), .concatenation: .sum
    case .arithmetic: .product
    default: nil
    }
  }

  static func startsName(_ byte: UInt8) -> Bool {
    byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
  }

  static func continuesName(_ byte: UInt8) -> Bool {
    startsName(byte) || isDigit(byte)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}

extension ExpressionToken: CustomStringConvertible {
  /// The token in an error's words.
  var description: String {
    switch self {
    case .name(let text), .integer(let text), .decimal(let text): text
    case .quotedName(let name): "\"\(name)\""
    case .string(let text): "'\(text)'"
    case .keyword(let keyword): keyword.rawValue
    case .comparison(let comparison): comparison.rawValue
    case .arithmetic(let arithmetic): arithmetic.rawValue
    case .open: "'('"
    case .close: "')'"
    case .comma: "','"
    case .concatenation: "||"
    case .end: "the end"
    }
  }
}
