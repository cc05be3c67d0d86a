/// Reads the text of a regular expression, in the syntax that Perl, Python and RE2 have in common.
///
/// What would need more than linear time (references back, looking ahead and behind) is refused by name, and so is what those
/// three read differently.
struct RegexParser {
  /// How deep groups may be nested, which bounds the recursion over them.
  private static let depthMax = 200
  /// How often a part may be repeated by a count.
  private static let countMax = 1000

  private static let assertions: [Unicode.Scalar: RegexAssertion] = [
    "b": .wordBoundary, "B": .noWordBoundary, "A": .start, "z": .end,
  ]

  private let pattern: [UInt32]
  private let text: String
  private var position = 0
  private var depth = 0
  private(set) var groups = 0
  private var ignoresCase = false
  private var dotTakesLineFeed = false

  init(_ pattern: String) {
    text = pattern
    self.pattern = pattern.unicodeScalars.map(\.value)
  }

  mutating func parse() throws(ColumnsError) -> RegexNode {
    try flags()
    let node = try alternatives()
    guard position == pattern.count else { throw error("')' closes no group") }
    return node
  }

  /// `(?i)`, `(?s)` or both at the beginning.
  private mutating func flags() throws(ColumnsError) {
    guard peek() == "(", peek(1) == "?", let first = peek(2), first == "i" || first == "s" else { return }
    position = 2
    while let flag = peek(), flag != ")" {
      switch flag {
      case "i": ignoresCase = true
      case "s": dotTakesLineFeed = true
      default: throw error("flags are i and s")
      }
      position += 1
    }
    guard peek() == ")" else { throw error("')' is missing") }
    position += 1
  }

  private mutating func alternatives() throws(ColumnsError) -> RegexNode {
    depth += 1
    guard depth <= Self.depthMax else { throw error("groups are nested more than \(Self.depthMax) deep") }
    var choices = [try sequence()]
    while peek() == "|" {
      position += 1
      choices.append(try sequence())
    }
    depth -= 1
    return choices.count == 1 ? choices[0] : .alternatives(choices)
  }

  private mutating func sequence() throws(ColumnsError) -> RegexNode {
    var parts: [RegexNode] = []
    while let character = peek(), character != "|", character != ")" {
      parts.append(try quantified(try atom()))
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func atom() throws(ColumnsError) -> RegexNode {
    guard let character = peek() else { return .empty }
    position += 1
    switch character {
    case "(": return try group()
    case "[":
      var parser = RegexClassParser(pattern, position)
      do throws(RegexClassParser.Failure) {
        let set = try parser.parse(ignoresCase: ignoresCase)
        position = parser.position
        return .set(set)
      } catch {
        position = parser.position
        throw self.error(error.message)
      }
    case ".":
      return .set(dotTakesLineFeed ? ScalarSet().inverted : ScalarSet(["\n"..."\n"]).inverted)
    case "^": return .assertion(.start)
    case "$": return .assertion(.end)
    case "\\": return try escape()
    case "*", "+", "?": throw error("there is nothing to repeat before '\(character)'", at: position - 1)
    case "{": throw error("there is nothing to repeat; write \\{ for the character", at: position - 1)
    default: return literal(character.value)
    }
  }

  private mutating func group() throws(ColumnsError) -> RegexNode {
    var number: Int?
    if peek() == "?" {
      guard peek(1) == ":" else {
        throw error("a group is (…) or (?:…), flags stand at the beginning, and nothing looks ahead or behind")
      }
      position += 2
    } else {
      groups += 1
      number = groups
    }
    let opening = position
    let inner = try alternatives()
    guard peek() == ")" else { throw error("the group is not closed that opens", at: opening - 1) }
    position += 1
    return number.map { .group($0, inner) } ?? inner
  }

  private mutating func escape() throws(ColumnsError) -> RegexNode {
    if let assertion = peek().flatMap({ Self.assertions[$0] }) {
      position += 1
      return .assertion(assertion)
    }
    var parser = RegexClassParser(pattern, position)
    do throws(RegexClassParser.Failure) {
      let item = try parser.escape()
      position = parser.position
      switch item {
      case .set(let set): return .set(set)
      case .scalar(let value): return literal(value)
      }
    } catch {
      position = parser.position
      throw self.error(error.message)
    }
  }

  private func literal(_ value: UInt32) -> RegexNode {
    var set = ScalarSet()
    set.insert(value...value)
    if ignoresCase { set.addOtherCases() }
    return .set(set)
  }

  private mutating func quantified(_ atom: RegexNode) throws(ColumnsError) -> RegexNode {
    let bounds: (least: Int, most: Int?)
    switch peek() {
    case "*": bounds = (0, nil)
    case "+": bounds = (1, nil)
    case "?": bounds = (0, 1)
    case "{":
      bounds = try count()
      position -= 1
    default: return atom
    }
    position += 1
    let isLazy = peek() == "?"
    if isLazy { position += 1 }
    if let next = peek(), "*+?{".unicodeScalars.contains(next) {
      throw error("a repetition can't follow another without a group")
    }
    return .repetition(atom, least: bounds.least, most: bounds.most, isLazy: isLazy)
  }

  /// `{n}`, `{n,}` or `{n,m}`; the position is then behind it.
  private mutating func count() throws(ColumnsError) -> (least: Int, most: Int?) {
    let start = position
    position += 1
    guard let least = number() else {
      throw error("a count is {n}, {n,} or {n,m}; write \\{ for the character", at: start)
    }
    var most: Int? = least
    if peek() == "," {
      position += 1
      most = number()
    }
    guard peek() == "}", most.map({ $0 >= least }) ?? true else {
      throw error("a count is {n}, {n,} or {n,m} with n up to m", at: start)
    }
    guard max(least, most ?? 0) <= Self.countMax else { throw error("a count is at most \(Self.countMax)", at: start) }
    position += 1
    return (least, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let digit = peek(), digit >= "0", digit <= "9" {
      value = min((value ?? 0) * 10 + Int(digit.value - 48), Self.countMax + 1)
      position += 1
    }
    return value
  }

  private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    position + ahead < pattern.count ? Unicode.Scalar(pattern[position + ahead]) : nil
  }

  private func error(_ message: String, at place: Int? = nil) -> ColumnsError {
    ColumnsError(
      .malformed, "the pattern \(Literal.string(text)): \(message), at its position \((place ?? position) + 1)")
  }
}
