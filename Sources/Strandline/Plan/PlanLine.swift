import StrandlineColumns

/// A line of a plan's description, read from left to right.
struct PlanLine {
  private let line: String
  private var rest: Substring

  /// A line as it stands in a description.
  init(_ line: Substring) {
    self.line = Self.unescaped(line)
    rest = self.line[...]
  }

  /// The text as one line.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\\") }) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\n": result += "\\n"
      case "\\": result += "\\\\"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func unescaped(_ line: Substring) -> String {
    var result = ""
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        result.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Whether nothing is left.
  var isAtEnd: Bool { rest.isEmpty }

  /// Takes a text if the line goes on with it.
  mutating func skip(_ text: String) -> Bool {
    guard rest.hasPrefix(text) else { return false }
    rest = rest.dropFirst(text.count)
    return true
  }

  /// Takes a text that must come.
  mutating func expect(_ text: String) throws(StreamError) {
    guard skip(text) else { throw unreadable("'\(text)' is missing") }
  }

  /// Takes a name, which may be in double quotes.
  mutating func name() throws(StreamError) -> String {
    guard rest.first == "\"" else {
      let name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      guard !name.isEmpty else { throw unreadable("a name is missing") }
      rest = rest.dropFirst(name.count)
      return String(name)
    }
    rest = rest.dropFirst()
    var name = ""
    while let character = rest.popFirst() {
      if character != "\"" {
        name.append(character)
      } else if rest.first == "\"" {
        name.append("\"")
        rest = rest.dropFirst()
      } else {
        return name
      }
    }
    throw unreadable("a name is not closed")
  }

  /// Takes a whole number.
  mutating func number() throws(StreamError) -> Int64 {
    let digits = rest.prefix { $0 == "-" || $0.isASCII && $0.isNumber }
    guard let number = Int64(digits) else { throw unreadable("a number is missing") }
    rest = rest.dropFirst(digits.count)
    return number
  }

  /// Takes a whole number, if that is what is left.
  mutating func finalNumber() -> Int64? {
    guard let number = Int64(rest) else { return nil }
    rest = ""
    return number
  }

  /// Takes the rest of the line.
  mutating func remainder() -> String {
    defer { rest = "" }
    return String(rest)
  }

  /// An error about this line.
  func unreadable(_ reason: String) -> StreamError {
    StreamError(.plan, "the plan's line '\(line)' can't be read: \(reason)")
  }
}
