/// Well-formed UTF-8 sequences of more than one byte.
enum UTF8Sequence {
  /// The length of the sequence whose first byte, outside ASCII, is at that position; 0 when it is malformed.
  ///
  /// Overlong forms, surrogates and values above U+10FFFF are malformed (Unicode 16, table 3-7). A line feed is no
  /// continuation byte, so nothing beyond the line is looked at.
  static func length(_ region: borrowing ScanRegion, at position: Int) -> Int {
    let word = region.word(position)
    let first = UInt8(truncatingIfNeeded: word)
    let second = UInt8(truncatingIfNeeded: word >> 8)
    switch first {
    case 0xC2...0xDF:
      return second & 0xC0 == 0x80 ? 2 : 0
    case 0xE0...0xEF:
      let low: UInt8 = first == 0xE0 ? 0xA0 : 0x80
      let high: UInt8 = first == 0xED ? 0x9F : 0xBF
      return second >= low && second <= high && word & 0xC0_0000 == 0x80_0000 ? 3 : 0
    case 0xF0...0xF4:
      let low: UInt8 = first == 0xF0 ? 0x90 : 0x80
      let high: UInt8 = first == 0xF4 ? 0x8F : 0xBF
      return second >= low && second <= high && word & 0xC0C0_0000 == 0x8080_0000 ? 4 : 0
    default:
      return 0
    }
  }
}
