/// Reads what stands for one character of a regular expression: a class in brackets, and an escape.
struct RegexClassParser {
  struct Failure: Error {
    var message: String
  }

  enum Item {
    case scalar(UInt32)
    case set(ScalarSet)
  }

  private let pattern: [UInt32]
  private(set) var position: Int

  init(_ pattern: [UInt32], _ position: Int) {
    self.pattern = pattern
    self.position = position
  }

  /// The class whose opening bracket was just passed.
  mutating func parse(ignoresCase: Bool) throws(Failure) -> ScalarSet {
    let isInverted = peek() == "^"
    if isInverted { position += 1 }
    var set = ScalarSet()
    var isFirst = true
    // A closing bracket that comes first is one of the characters.
    while peek() != "]" || isFirst {
      isFirst = false
      switch try item() {
      case .set(let part): set.formUnion(part)
      case .scalar(let lower):
        guard peek() == "-", peek(1) != "]" else {
          set.insert(lower...lower)
          continue
        }
        position += 1
        guard case .scalar(let upper) = try item(), upper >= lower else {
          throw Failure(message: "a range goes from a character to one that is not below")
        }
        set.insert(lower...upper)
      }
    }
    position += 1
    if ignoresCase { set.addOtherCases() }
    return isInverted ? set.inverted : set
  }

  private mutating func item() throws(Failure) -> Item {
    guard let character = peek() else { throw Failure(message: "the class is not closed by ']'") }
    if character == "[", let next = peek(1), ":.=".unicodeScalars.contains(next) {
      throw Failure(message: "classes by name are not known; write ranges, or \\[ for the character")
    }
    position += 1
    return character == "\\" ? try escape() : .scalar(character.value)
  }

  /// The escape whose backslash was just passed.
  mutating func escape() throws(Failure) -> Item {
    guard let character = peek() else { throw Failure(message: "a backslash ends the pattern") }
    position += 1
    switch character {
    case "d": return .set(.digits)
    case "D": return .set(ScalarSet.digits.inverted)
    case "w": return .set(.word)
    case "W": return .set(ScalarSet.word.inverted)
    case "s": return .set(.space)
    case "S": return .set(ScalarSet.space.inverted)
    case "n": return .scalar(0x0A)
    case "t": return .scalar(0x09)
    case "r": return .scalar(0x0D)
    case "f": return .scalar(0x0C)
    case "v": return .scalar(0x0B)
    case "x": return .scalar(try hexadecimal())
    case "1"..."9": throw Failure(message: "a reference back can't be matched in linear time")
    case "0", "a"..."z", "A"..."Z": throw Failure(message: "\\\(character) is not known")
    default: return .scalar(character.value)
    }
  }

  /// `\xhh` or `\x{h…}`.
  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    let isBraced = peek() == "{"
    if isBraced { position += 1 }
    var value: UInt32 = 0
    var digits = 0
    while digits < (isBraced ? 6 : 2), let digit = peek().flatMap({ Character($0).hexDigitValue }) {
      value = value << 4 | UInt32(digit)
      digits += 1
      position += 1
    }
    let isClosed = !isBraced || peek() == "}"
    if isBraced, isClosed { position += 1 }
    guard isClosed, isBraced ? digits > 0 : digits == 2, Unicode.Scalar(value) != nil else {
      throw Failure(message: "a character by number is \\xhh or \\x{h…}")
    }
    return value
  }

  private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
    position + ahead < pattern.count ? Unicode.Scalar(pattern[position + ahead]) : nil
  }
}
