/// Tests of eight bytes at once in an ordinary register.
///
/// A mask has bit 7 of a byte set where the test holds. Bytes *above* the first hit may be flagged falsely (a borrow runs
/// upwards), so only the lowest flag is exact, and it is the only one that is used; no flag at all is exact too.
/// Source: “Determine if a word has a zero byte”, S. E. Anderson, Bit Twiddling Hacks.
enum ByteMask {
  static let ones: UInt64 = 0x0101_0101_0101_0101
  static let highs: UInt64 = 0x8080_8080_8080_8080
  static let lineFeeds = ones &* UInt64(UInt8(ascii: "\n"))
  static let quotes = ones &* UInt64(UInt8(ascii: "\""))
  static let backslashes = ones &* UInt64(UInt8(ascii: "\\"))
  static let carriageReturns = ones &* UInt64(UInt8(ascii: "\r"))
  static let spaces = ones &* 0x20

  /// Bytes that are zero.
  @inline(__always)
  static func zeros(_ word: UInt64) -> UInt64 {
    (word &- ones) & ~word & highs
  }

  /// Bytes that end a plain run in a JSON string: a quote, a backslash, a control character, a byte outside ASCII.
  ///
  /// The usual `& ~word` is left out of the zero tests: what it would exclude are bytes from 0x80, which count anyway.
  @inline(__always)
  static func jsonSpecial(_ word: UInt64) -> UInt64 {
    (((word ^ quotes) &- ones) | ((word ^ backslashes) &- ones) | (word &- spaces) | word) & highs
  }

  /// Bytes that a JSON string must escape: a quote, a backslash, a control character.
  @inline(__always)
  static func jsonEscaped(_ word: UInt64) -> UInt64 {
    (((word ^ quotes) &- ones) | ((word ^ backslashes) &- ones) | (word &- spaces)) & ~word & highs
  }

  /// Bytes that end a plain run in an unquoted CSV field: the delimiter, a quote, a line feed, a byte outside ASCII.
  @inline(__always)
  static func csvSpecial(_ word: UInt64, delimiters: UInt64) -> UInt64 {
    (((word ^ delimiters) &- ones) | ((word ^ quotes) &- ones) | ((word ^ lineFeeds) &- ones) | word) & highs
  }

  /// Bytes that end a plain run in a quoted CSV field: a quote, a line feed, a byte outside ASCII.
  @inline(__always)
  static func csvQuotedSpecial(_ word: UInt64) -> UInt64 {
    (((word ^ quotes) &- ones) | ((word ^ lineFeeds) &- ones) | word) & highs
  }

  /// Bytes for which a CSV field must be quoted: the delimiter, a quote, a line feed, a carriage return.
  @inline(__always)
  static func csvQuoting(_ word: UInt64, delimiters: UInt64) -> UInt64 {
    zeros(word ^ delimiters) | zeros(word ^ quotes) | zeros(word ^ lineFeeds) | zeros(word ^ carriageReturns)
  }
}
