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

  /// The digits at a position, up to the first byte that is none; at most 16 of them.
  struct Bounded {
    /// Their number; 0 where there are none, or more.
    var count: Int
    /// The position behind them; where there are more than 16, that of one of them.
    var end: Int
    /// Their value.
    var value: Int64
    /// Whether they are a number as JSON writes it: without zeros in front.
    var isCanonical: Bool

    /// The digits at `start`, in a line.
    @inline(__always)
    init(_ region: borrowing ScanRegion, at start: Int) {
      let first = region.word(start) ^ zeros
      let hits = DigitRun.others(first)
      var number: UInt64
      if hits != 0 {
        // The flag of a byte is its highest bit.
        let bits = UInt64(hits.trailingZeroBitCount &- 7)
        count = Int(bits >> 3)
        end = start &+ count
        number = DigitRun.eight(digits: DigitRun.shifted(first, keeping: bits))
      } else {
        // None of the eight bytes is a line feed, so the line goes on behind them.
        let next = DigitRun.others(region.word(start &+ 8) ^ zeros)
        let bits = UInt64(next == 0 ? 0 : next.trailingZeroBitCount &- 7)
        count = next == 0 ? 0 : 8 &+ Int(bits >> 3)
        end = start &+ 8 &+ Int(bits >> 3)
        // The last eight, and those in front of them.
        let last = region.word(end &- 8) ^ zeros
        number = DigitRun.eight(digits: DigitRun.shifted(first, keeping: bits)) &* 100_000_000
        number &+= DigitRun.eight(digits: last)
      }
      value = Int64(bitPattern: number)
      isCanonical = first & 0xFF != 0 || count == 1
    }
  }

  /// Bytes above 9; only the lowest flag is exact, since a carry runs upwards, and no flag at all is exact too.
  @inline(__always)
  private static func others(_ digits: UInt64) -> UInt64 {
    (digits &+ 0x7676_7676_7676_7676 | digits) & ByteMask.highs
  }

  /// The lowest bytes moved to the top, with zeros in front of them; `bits` is at most 56.
  @inline(__always)
  private static func shifted(_ digits: UInt64, keeping bits: UInt64) -> UInt64 {
    // Two shifts, since 64 places at once would be none.
    (digits &<< 8) &<< (56 &- bits)
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
    eight(digits: group &- zeros)
  }

  /// The value of eight bytes from 0 to 9.
  @inline(__always)
  private static func eight(digits: UInt64) -> UInt64 {
    let pairs = digits &* 10 &+ digits >> 8
    let low: UInt64 = 0x0000_00FF_0000_00FF
    let first = (pairs & low) &* (100 + 1_000_000 << 32)
    let second = (pairs >> 16 & low) &* (1 + 10_000 << 32)
    return (first &+ second) >> 32
  }
}
