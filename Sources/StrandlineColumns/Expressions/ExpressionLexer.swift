/// Splits an expression's text into tokens.
struct ExpressionLexer {
  private let text: [UInt8]
  private var position = 0

  init(_ text: String) {
    self.text = Array(text.utf8)
  }

  /// The next token and the position of its first byte.
  mutating func next() throws(ColumnsError) -> (token: ExpressionToken, position: Int) {
    while let byte = peek(), byte == UInt8(ascii: " ") || byte >= 9 && byte <= 13 { position += 1 }
    let start = position
    guard let byte = peek() else { return (.end, start) }
    if ExpressionToken.startsName(byte) { return (word(), start) }
    if ExpressionToken.isDigit(byte) || byte == UInt8(ascii: ".") { return (try number(), start) }
    if byte == UInt8(ascii: "'") { return (.string(try quoted()), start) }
    if byte == UInt8(ascii: "\"") { return (.quotedName(try quoted()), start) }
    return (try sign(), start)
  }

  /// An error at a position, which is counted in characters from 1.
  func error(_ message: String, at position: Int) -> ColumnsError {
    let before = String(decoding: text.prefix(position), as: UTF8.self)
    return ColumnsError(.malformed, "\(message) at position \(before.count + 1)")
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    position + ahead < text.count ? text[position + ahead] : nil
  }

  private mutating func word() -> ExpressionToken {
    let start = position
    while let byte = peek(), ExpressionToken.continuesName(byte) { position += 1 }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    return ExpressionToken.Keyword(rawValue: word.lowercased()).map { .keyword($0) } ?? .name(word)
  }

  private mutating func number() throws(ColumnsError) -> ExpressionToken {
    let start = position
    digits()
    var isInteger = true
    if peek() == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      digits()
    }
    if let byte = peek(), byte | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
      digits()
    }
    // A letter right behind belongs to no number: `5x` is no 5.
    while let byte = peek(), ExpressionToken.continuesName(byte) || byte == UInt8(ascii: ".") {
      isInteger = false
      position += 1
    }
    let word = String(decoding: text[start..<position], as: UTF8.self)
    if isInteger { return .integer(word) }
    guard Double(word) != nil, ExpressionToken.isDigit(text[start]), !word.lowercased().contains("x") else {
      throw error("\(word) is not a number", at: start)
    }
    return .decimal(word)
  }

  private mutating func digits() {
    while let byte = peek(), ExpressionToken.isDigit(byte) { position += 1 }
  }

  /// The text between two quotes; a doubled quote inside stands for one.
  private mutating func quoted() throws(ColumnsError) -> String {
    let start = position
    let quote = text[position]
    var content: [UInt8] = []
    position += 1
    while let byte = peek() {
      position += 1
      if byte == quote {
        if peek() != quote { return String(decoding: content, as: UTF8.self) }
        position += 1
      }
      content.append(byte)
    }
    throw error("the quote is not closed that opens", at: start)
  }

  private mutating func sign() throws(ColumnsError) -> ExpressionToken {
    let byte = text[position]
    let pair = [byte, peek(1) ?? 0]
    let twoSigns: [String: ExpressionToken] = [
      "<>": .comparison(.notEqual), "!=": .comparison(.notEqual), "<=": .comparison(.lessOrEqual),
      ">=": .comparison(.greaterOrEqual), "||": .concatenation,
    ]
    if let token = twoSigns[String(decoding: pair, as: UTF8.self)] {
      position += 2
      return token
    }
    let sign = String(decoding: [byte], as: UTF8.self)
    let token: ExpressionToken
    switch sign {
    case "(": token = .open
    case ")": token = .close
    case ",": token = .comma
    default:
      if let comparison = Comparison(rawValue: sign) {
        token = .comparison(comparison)
      } else if let operation = Arithmetic(rawValue: sign) {
        token = .arithmetic(operation)
      } else {
        throw error("nothing begins with \(unexpectedCharacter())", at: position)
      }
    }
    position += 1
    return token
  }

  private func unexpectedCharacter() -> String {
    String(decoding: text[position...], as: UTF8.self).first.map { "'\($0)'" } ?? "nothing"
  }
}
