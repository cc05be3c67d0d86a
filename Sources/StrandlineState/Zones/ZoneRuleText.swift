import StrandlineBytes

/// Reads a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRuleText {
  private let text: [UInt8]
  private var position = 0

  /// Reads a rule.
  ///
  /// - Throws: `BytesError` `.malformed` for anything else.
  static func parse(_ text: [UInt8]) throws(BytesError) -> ZoneRule {
    var reader = ZoneRuleText(text: text)
    let rule = try reader.rule()
    if reader.position < text.count { throw reader.malformed("the end") }
    return rule
  }

  private mutating func rule() throws(BytesError) -> ZoneRule {
    try name()
    let standard = -(try time(hours: 24))
    guard position < text.count else { return ZoneRule(standard: standard) }
    try name()
    let offset = peek == UInt8(ascii: ",") ? standard + 3600 : -(try time(hours: 24))
    try expect(",")
    let begins = try change()
    try expect(",")
    return ZoneRule(standard: standard, summer: (offset, begins, try change()))
  }

  private var peek: UInt8? { position < text.count ? text[position] : nil }

  private func malformed(_ expected: String) -> BytesError {
    BytesError(.malformed, "a rule of a time zone: \(expected) expected", offset: position)
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(BytesError) {
    guard skip(character) else { throw malformed("'\(character)'") }
  }

  /// Passes over a name: letters, or anything in angle brackets.
  private mutating func name() throws(BytesError) {
    let start = position
    if skip("<") {
      while let next = peek, next != UInt8(ascii: ">") { position += 1 }
      return try expect(">")
    }
    while let next = peek, next | 0x20 >= UInt8(ascii: "a"), next | 0x20 <= UInt8(ascii: "z") { position += 1 }
    if position - start < 3 { throw malformed("a name of three letters") }
  }

  private mutating func number(_ range: ClosedRange<Int>) throws(BytesError) -> Int {
    let start = position
    var number = 0
    while let next = peek, next >= UInt8(ascii: "0"), next <= UInt8(ascii: "9"), position - start < 4 {
      number = number * 10 + Int(next - UInt8(ascii: "0"))
      position += 1
    }
    guard position > start, range.contains(number) else {
      throw malformed("a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Reads `[+|-]hh[:mm[:ss]]` as seconds.
  private mutating func time(hours: Int) throws(BytesError) -> Int {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    var seconds = try number(0...hours) * 3600
    if skip(":") {
      seconds += try number(0...59) * 60
      if skip(":") { seconds += try number(0...59) }
    }
    return isNegative ? -seconds : seconds
  }

  private mutating func change() throws(BytesError) -> ZoneRule.Change {
    let day: ZoneRule.Change.Day
    if skip("M") {
      let month = try number(1...12)
      try expect(".")
      let week = try number(1...5)
      try expect(".")
      day = .weekday(month: month, week: week, weekday: try number(0...6))
    } else if skip("J") {
      day = .ofCommonYear(try number(1...365))
    } else {
      day = .ofYear(try number(0...365))
    }
    return ZoneRule.Change(day: day, time: skip("/") ? try time(hours: 167) : 7200)
  }
}
