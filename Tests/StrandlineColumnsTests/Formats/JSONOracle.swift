/// A slow, recursive reader of JSON, written after RFC 8259 to judge the fast one.
///
/// It works on Unicode scalars of a text that the standard library has validated, so it shares neither the scanning nor the
/// UTF-8 checks of the code under test.
struct JSONOracle {
  indirect enum Value: Equatable {
    case null, bool(Bool), number(String), text(String), array([Value]), object([(key: String, value: Value)])

    static func == (left: Value, right: Value) -> Bool { "\(left)" == "\(right)" }
  }

  private struct Malformed: Error {}

  private let scalars: [Unicode.Scalar]
  private var position = 0

  /// The value that is all of the bytes, or nil.
  static func parse(_ bytes: [UInt8]) -> Value? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    var oracle = JSONOracle(scalars: Array(text.unicodeScalars))
    guard let value = try? oracle.value(depth: 1) else { return nil }
    oracle.space()
    return oracle.position == oracle.scalars.count ? value : nil
  }

  private init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ text: String) throws {
    for scalar in text.unicodeScalars where !take(scalar) { throw Malformed() }
  }

  private mutating func space() {
    while let scalar = next, " \t\r\n".unicodeScalars.contains(scalar) { position += 1 }
  }

  private mutating func value(depth: Int) throws -> Value {
    if depth > 512 { throw Malformed() }
    space()
    switch next {
    case "{": return try object(depth: depth)
    case "[": return try array(depth: depth)
    case "\"": return .text(try text())
    case "t":
      try expect("true")
      return .bool(true)
    case "f":
      try expect("false")
      return .bool(false)
    case "n":
      try expect("null")
      return .null
    default: return .number(try number())
    }
  }

  private mutating func object(depth: Int) throws -> Value {
    try expect("{")
    var members: [(key: String, value: Value)] = []
    space()
    if take("}") { return .object([]) }
    repeat {
      space()
      let key = try text()
      space()
      try expect(":")
      members.append((key, try value(depth: depth + 1)))
      space()
    } while take(",")
    try expect("}")
    return .object(members)
  }

  private mutating func array(depth: Int) throws -> Value {
    try expect("[")
    var values: [Value] = []
    space()
    if take("]") { return .array([]) }
    repeat {
      values.append(try value(depth: depth + 1))
      space()
    } while take(",")
    try expect("]")
    return .array(values)
  }

  private mutating func number() throws -> String {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[start..<position])
    return text
  }

  private mutating func digits() throws {
    let start = position
    while let scalar = next, ("0"..."9").contains(scalar) { position += 1 }
    if position == start { throw Malformed() }
  }

  private mutating func text() throws -> String {
    try expect("\"")
    var units: [UInt16] = []
    while let scalar = next {
      position += 1
      if scalar == "\"" {
        // A surrogate without its other half is what UTF-16 can't be decoded from.
        guard let text = String(validating: units, as: UTF16.self) else { throw Malformed() }
        return text
      }
      if scalar.value < 0x20 { throw Malformed() }
      if scalar != "\\" {
        units.append(contentsOf: UTF16.encode(scalar)!)
      } else {
        units.append(try escape())
      }
    }
    throw Malformed()
  }

  private mutating func escape() throws -> UInt16 {
    guard let letter = next else { throw Malformed() }
    position += 1
    let simple: [Unicode.Scalar: UInt16] = [
      "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
    ]
    if let unit = simple[letter] { return unit }
    guard letter == "u", position + 4 <= scalars.count else { throw Malformed() }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[position..<position + 4])
    position += 4
    guard text.unicodeScalars.allSatisfy(\.properties.isASCIIHexDigit), let unit = UInt16(text, radix: 16) else {
      throw Malformed()
    }
    return unit
  }
}

/// Random JSON documents as text, spaced and escaped in many ways.
struct JSONGenerator {
  var generator: SeededGenerator

  mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &generator) == 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &generator)! }

  mutating func space() -> String { chance(4) ? pick([" ", "  ", "\t", "\r", " \t "]) : "" }

  mutating func object(depth: Int = 0) -> String {
    let names = ["a", "b", "c", "time", "a longer name than a word", "é", "\\u0061", "\\n"]
    let count = Int.random(in: 0...6, using: &generator)
    let members = (0..<count).map { _ in
      "\(space())\"\(chance(6) ? text() : pick(names))\"\(space()):\(space())\(value(depth: depth + 1))\(space())"
    }
    return "{" + (members.isEmpty ? space() : members.joined(separator: ",")) + "}"
  }

  mutating func value(depth: Int) -> String {
    switch Int.random(in: 0..<(depth > 4 ? 8 : 10), using: &generator) {
    case 0: pick(["null", "true", "false"])
    case 1...3: number()
    case 4...7: "\"\(text())\""
    case 8: object(depth: depth)
    default:
      "["
        + (0..<Int.random(in: 0...3, using: &generator)).map { _ in space() + value(depth: depth + 1) + space() }
        .joined(separator: ",") + "]"
    }
  }

  mutating func number() -> String {
    if chance(3) { return String(Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator)) }
    let fraction = chance(2) ? "." + String(generator.next() >> UInt64.random(in: 0..<64, using: &generator)) : ""
    let exponent =
      chance(3) ? pick(["e", "E"]) + pick(["", "+", "-"]) + String(Int.random(in: 0...330, using: &generator)) : ""
    return pick(["", "-"]) + String(Int.random(in: 0...9999, using: &generator)) + fraction + exponent
  }

  mutating func text() -> String {
    let parts = ["a", "bc", "12345678", "a long run of plain characters", "é", "€", "😀", "\u{7F}"]
    let escapes = ["\\n", "\\\"", "\\\\", "\\/", "\\u0000", "\\u00e9", "\\uD83D\\uDE00", "\\b", "\\uFFFF"]
    return (0..<Int.random(in: 0...4, using: &generator)).map { _ in chance(4) ? pick(escapes) : pick(parts) }.joined()
  }

  /// A document with a few of its bytes changed, removed or doubled; often no longer JSON.
  mutating func damaged(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
      let index = bytes.indices.randomElement(using: &generator)!
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[index] = pick(Array("\"\\{}[]:,0123456789.eE+-truefalsn \u{1F}".utf8))
      case 2: bytes.remove(at: index)
      default: bytes.insert(bytes[index], at: index)
      }
    }
    return bytes.filter { $0 != UInt8(ascii: "\n") }
  }
}
