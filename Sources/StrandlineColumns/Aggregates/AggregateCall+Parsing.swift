extension AggregateCall {
  /// Reads a call as SQL, such as `approx_quantile(latency, 0.99) filter (where status = 200)`.
  ///
  /// The names of functions are those of `AggregateFunction`, in any case; expressions are those of `Expression`.
  ///
  /// - Throws: `ColumnsError` `.malformed`.
  public init(parsing text: String) throws(ColumnsError) {
    let call = try AggregateCallText(parsing: text)
    guard let function = AggregateFunction(name: call.name) else {
      throw call.error("there is no aggregate \(call.name)")
    }
    self.init(function, distinct: call.isDistinct)
    if call.arguments != ["*"] {
      for (position, text) in call.arguments.enumerated() {
        let expression = try Expression(parsing: text)
        if position == 0 { argument = expression } else { others.append(expression) }
      }
    }
    if let condition = call.filter { filter = try Expression(parsing: condition) }
    guard call.remainder.isEmpty else { throw call.error("there is more behind the aggregate: \(call.remainder)") }
  }
}

/// The parts of a call's text: `name(distinct argument, argument) filter (where condition) remainder`.
public struct AggregateCallText: Sendable {
  /// The name, as it is written.
  public let name: String
  /// Whether `distinct` stands before the arguments.
  public let isDistinct: Bool
  /// What stands between the commas.
  public let arguments: [String]
  /// The condition of the filter.
  public let filter: String?
  /// What stands behind it all.
  public let remainder: String
  private let text: String

  /// Takes a text apart.
  ///
  /// - Throws: `ColumnsError` `.malformed`.
  public init(parsing text: String) throws(ColumnsError) {
    self.text = text
    var reader = AggregateCallReader(text)
    name = reader.word()
    guard !name.isEmpty else { throw reader.error("the name of an aggregate is missing") }
    guard reader.skip("(") else { throw reader.error("'(' is missing behind \(name)") }
    var inside = AggregateCallReader(try reader.parenthesized())
    isDistinct = inside.skip(word: "distinct")
    arguments = try inside.arguments()
    var condition: String?
    if reader.skip(word: "filter") {
      guard reader.skip("(") else { throw reader.error("'(' is missing behind filter") }
      var reading = AggregateCallReader(try reader.parenthesized())
      guard reading.skip(word: "where") else { throw reader.error("'where' is missing in the filter") }
      condition = reading.remainder
    }
    filter = condition
    remainder = AggregateCallReader.trimmed(reader.remainder)
  }

  func error(_ reason: String) -> ColumnsError {
    ColumnsError(.malformed, "the aggregate '\(text)' can't be read: \(reason)")
  }
}

/// The text of a call, read from left to right.
private struct AggregateCallReader {
  private let text: String
  private var rest: Substring

  init(_ text: String) {
    self.text = text
    rest = text[...]
  }

  var remainder: String { String(rest) }

  var isAtEnd: Bool { rest.allSatisfy(\.isWhitespace) }

  func error(_ reason: String) -> ColumnsError {
    ColumnsError(.malformed, "the aggregate '\(text)' can't be read: \(reason)")
  }

  static func trimmed(_ text: String) -> String {
    String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

  mutating func skip(_ character: Character) -> Bool {
    skipSpace()
    guard rest.first == character else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Takes a word of letters, digits and underscores; empty if there is none.
  mutating func word() -> String {
    skipSpace()
    let word = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
    rest = rest.dropFirst(word.count)
    return String(word)
  }

  /// Takes a word if it is the next one, in any case, and something follows it.
  mutating func skip(word: String) -> Bool {
    var ahead = self
    guard ahead.word().lowercased() == word, !ahead.isAtEnd else { return false }
    self = ahead
    return true
  }

  /// Takes everything up to the parenthesis that closes the one before, and the parenthesis.
  mutating func parenthesized() throws(ColumnsError) -> String {
    guard let end = end(at: ")") else { throw error("a parenthesis is not closed") }
    defer { rest = rest[rest.index(after: end)...] }
    return String(rest[..<end])
  }

  /// Takes everything, cut at the commas that stand in no parentheses.
  mutating func arguments() throws(ColumnsError) -> [String] {
    var arguments: [String] = []
    while let comma = end(at: ",") {
      arguments.append(String(rest[..<comma]))
      rest = rest[rest.index(after: comma)...]
    }
    arguments.append(remainder)
    arguments = arguments.map(Self.trimmed)
    guard arguments.allSatisfy({ !$0.isEmpty }) else { throw error("a value is missing") }
    return arguments
  }

  /// Where a character stands outside of quotes and of parentheses that open behind the beginning.
  private func end(at wanted: Character) -> Substring.Index? {
    var depth = 0
    var quote: Character?
    for index in rest.indices {
      let character = rest[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if depth == 0 && character == wanted {
        return index
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "(" {
        depth += 1
      } else if character == ")" {
        depth -= 1
      }
    }
    return nil
  }
}
