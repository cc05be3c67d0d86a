import StrandlineColumns

/// A line of a plan's description, read from left to right.
///
/// It is read by Unicode scalars: a name may begin with one that joins itself to the quote in front of it.
struct PlanLine {
  private let line: String
  private var rest: Substring.UnicodeScalarView

  /// A line as it stands in a description.
  init(_ line: Substring) {
    self.init(unescaped: Self.unescaped(line))
  }

  /// A line whose escapes are what they stand for already.
  init(unescaped line: String) {
    self.line = line
    rest = line[...].unicodeScalars
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
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest.removeFirst(text.unicodeScalars.count)
    return true
  }

  /// Takes a text that must come.
  mutating func expect(_ text: String) throws(StreamError) {
    guard skip(text) else { throw unreadable("'\(text)' is missing") }
  }

  /// Takes a name, which may be in double quotes.
  mutating func name() throws(StreamError) -> String {
    guard rest.first == "\"" else {
      let name = taken { $0 == "_" || $0.isASCII && ($0.properties.isAlphabetic || Self.isDigit($0)) }
      guard !name.isEmpty else { throw unreadable("a name is missing") }
      return name
    }
    rest.removeFirst()
    var name = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar != "\"" {
        name.append(scalar)
      } else if rest.first == "\"" {
        name.append("\"")
        rest.removeFirst()
      } else {
        return String(name)
      }
    }
    throw unreadable("a name is not closed")
  }

  /// Takes a whole number.
  mutating func number() throws(StreamError) -> Int64 {
    guard let number = Int64(taken { $0 == "-" || Self.isDigit($0) }) else { throw unreadable("a number is missing") }
    return number
  }

  /// Takes a whole number, if that is what is left.
  mutating func finalNumber() -> Int64? {
    guard let number = Int64(String(rest)) else { return nil }
    rest.removeAll()
    return number
  }

  /// Takes the rest of the line.
  mutating func remainder() -> String {
    defer { rest.removeAll() }
    return String(rest)
  }

  private mutating func taken(while isWanted: (Unicode.Scalar) -> Bool) -> String {
    let part = rest.prefix(while: isWanted)
    rest = rest[part.endIndex...]
    return String(part)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// An error about this line.
  func unreadable(_ reason: String) -> StreamError {
    StreamError(.plan, "the plan's line '\(line)' can't be read: \(reason)")
  }
}
