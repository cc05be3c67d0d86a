extension ISO8601 {
  /// The Unix time in microseconds of a text of the most common form, `2015-05-17T10:05:03Z` with or without a fraction of up
  /// to six digits; nil for any other, which `parse` then judges.
  ///
  /// The digits are tested eight at a time: where the text is right, taking away (by exclusive or) the zeros and separators
  /// that it should have leaves bytes of at most 9 for the digits, and of 0 for the separators.
  @inline(__always)
  static func parseCommon(_ region: borrowing ScanRegion, at start: Int, length: Int) -> Int64? {
    guard length >= 20 && length <= 27 else { return nil }
    let yearAndMonth = region.word(start) ^ 0x2D30_302D_3030_3030
    let day = region.word(start + 8) & 0xFF_FFFF ^ 0x54_3030
    let time = region.word(start + 11) ^ 0x3030_3A30_303A_3030
    guard isRight(yearAndMonth, slack: 0x7F76_767F_7676_7676), isRight(day, slack: 0x7F_7676),
      isRight(time, slack: 0x7676_7F76_767F_7676)
    else { return nil }
    let date = CivilDate(
      year: pair(yearAndMonth) * 100 + pair(yearAndMonth >> 16), month: pair(yearAndMonth >> 40), day: pair(day))
    let (hour, minute, second) = (pair(time), pair(time >> 24), pair(time >> 48))
    guard date.year >= 1 && date.exists && hour <= 23 && minute <= 59 && second <= 59 else { return nil }
    guard region.byte(start + length - 1) == UInt8(ascii: "Z") else { return nil }
    var micros = Int64(date.daysSinceEpoch * microsPerDay + ((hour * 60 + minute) * 60 + second) * microsPerSecond)
    if length > 20 {
      guard region.byte(start + 19) == UInt8(ascii: ".") else { return nil }
      let fraction = DigitRun.value(region, at: start + 20, length: length - 21)
      if fraction < 0 { return nil }
      micros += fraction * Int64(DecimalText.powersOfTen[27 - length])
    }
    return micros
  }

  /// Whether each byte plus its slack stays below 128: a digit's byte is at most 9, a separator's 0.
  @inline(__always)
  private static func isRight(_ word: UInt64, slack: UInt64) -> Bool {
    (word &+ slack | word) & ByteMask.highs == 0
  }

  /// The value of the two lowest bytes, the first one lowest.
  @inline(__always)
  private static func pair(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: word & 0xFF) * 10 + Int(truncatingIfNeeded: word >> 8 & 0xFF)
  }
}
