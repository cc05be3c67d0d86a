/// Runs of decimal digits, eight at a time.
///
/// Source: D. Lemire, “Quickly parsing eight digits” (2018); here with a test that all eight are digits, and with the run
/// padded by zeros in front where it is shorter.
enum DigitRun {
  /// The longest run that surely fits 64 bits.
  static let maximumLength = 18

  /// The value of 1 to 18 digits at that position, or -1 when the length is another or a byte is no digit.
  @inline(__always)
  static func value(_ region: borrowing ScanRegion, at start: Int, length: Int) -> Int64 {
    guard length >= 1 && length <= maximumLength else { return -1 }
    // The part before whole groups of eight comes first, so that every multiplication is by 10^8.
    let head = (length - 1) % 8 + 1
    let padding = UInt64(64 - head * 8)
    var group = region.word(start) &<< padding | zeros & ~(~0 &<< padding)
    guard areDigits(group) else { return -1 }
    var value = eight(group)
    var position = start + head
    while position < start + length {
      group = region.word(position)
      guard areDigits(group) else { return -1 }
      value = value &* 100_000_000 &+ eight(group)
      position += 8
    }
    return Int64(bitPattern: value)
  }

  /// The value of a JSON integer of at most 18 digits, or nil when it is none or has to be looked at more closely.
  @inline(__always)
  static func integer(_ region: borrowing ScanRegion, at start: Int, length: Int) -> Int64? {
    let isNegative = region.byte(start) == UInt8(ascii: "-")
    let first = isNegative ? start + 1 : start
    let count = isNegative ? length - 1 : length
    if region.byte(first) == UInt8(ascii: "0") && count != 1 { return nil }
    let value = Self.value(region, at: first, length: count)
    if value < 0 { return nil }
    return isNegative ? -value : value
  }

  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// Whether all eight bytes are `0` to `9`: the high half is 3, also after adding 6.
  @inline(__always)
  private static func areDigits(_ group: UInt64) -> Bool {
    let high: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
    return group & high == zeros && (group &+ 0x0606_0606_0606_0606) & high == zeros
  }

  /// The value of eight digits, the first one lowest: pairs, then fours, then eight.
  @inline(__always)
  private static func eight(_ group: UInt64) -> UInt64 {
    let digits = group &- zeros
    let pairs = digits &* 10 &+ digits >> 8
    let low: UInt64 = 0x0000_00FF_0000_00FF
    let first = (pairs & low) &* (100 + 1_000_000 << 32)
    let second = (pairs >> 16 & low) &* (1 + 10_000 << 32)
    return (first &+ second) >> 32
  }
}
