/// Whole lines that a scanner reads without asking where they end.
///
/// # Invariants
/// - The byte at `end - 1` is a line feed, and at least `padding` readable bytes follow it.
/// - A scanner starts before `end` and stops at every line feed, or asks whether it is the last one. So all its loads of
///   up to 8 bytes begin at or before `end` and stay inside the span; none of them needs a bounds check. (A debug build
///   checks.)
struct ScanRegion: ~Escapable {
  /// How many readable bytes follow the last line feed.
  static let padding = 32

  private let bytes: RawSpan
  /// The position after the last line feed.
  let end: Int

  /// The lines of `bytes` up to `end`.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, end: Int) {
    precondition(end > 0 && end <= bytes.byteCount - Self.padding, "padding follows the lines")
    precondition(bytes.byte(end - 1) == UInt8(ascii: "\n"), "a region ends with a line feed")
    self.bytes = bytes
    self.end = end
  }

  /// The byte at that position.
  @inline(__always)
  func byte(_ position: Int) -> UInt8 {
    assert(position >= 0 && position < bytes.byteCount, "inside the span")
    // Safe by the type's invariant: the position is at most `padding` after the last line feed.
    return unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
  }

  /// The eight bytes from that position, the first one lowest.
  @inline(__always)
  func word(_ position: Int) -> UInt64 {
    assert(position >= 0 && position + 8 <= bytes.byteCount, "inside the span")
    // Safe by the type's invariant: the position is at most `padding - 8` after the last line feed.
    return unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
  }

  /// The bytes of a range, checked.
  @_lifetime(copy self)
  @inline(__always)
  func text(_ start: Int, _ length: Int) -> RawSpan {
    bytes.extracting(start..<(start + length))
  }

  /// The position of the first line feed at or after `position`, which is before `end`.
  func lineFeed(from position: Int) -> Int {
    var cursor = position
    while true {
      let hits = ByteMask.zeros(word(cursor) ^ ByteMask.lineFeeds)
      if hits != 0 { return cursor + hits.trailingZeroBitCount >> 3 }
      cursor += 8
    }
  }
}

extension RawSpan {
  /// The byte at that position, checked.
  @inline(__always)
  func byte(_ position: Int) -> UInt8 {
    // Every bit pattern is a UInt8, and the offset is checked.
    unsafe unsafeLoad(fromByteOffset: position, as: UInt8.self)
  }

  /// The position of the first line feed at or after `position`, or nil.
  func firstLineFeed(from position: Int) -> Int? {
    var cursor = position
    while cursor + 8 <= byteCount {
      // The loop's condition is the bounds check.
      let word = unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: cursor, as: UInt64.self))
      let hits = ByteMask.zeros(word ^ ByteMask.lineFeeds)
      if hits != 0 { return cursor + hits.trailingZeroBitCount >> 3 }
      cursor += 8
    }
    while cursor < byteCount {
      if byte(cursor) == UInt8(ascii: "\n") { return cursor }
      cursor += 1
    }
    return nil
  }

  /// The position after the last line feed before `limit`, or `start` when there is none from there on.
  func endOfLines(from start: Int, below limit: Int) -> Int {
    var cursor = limit
    while cursor > start {
      if byte(cursor - 1) == UInt8(ascii: "\n") { return cursor }
      cursor -= 1
    }
    return start
  }

  /// The length of the byte order mark at `position`, 0 if there is none, or nil when more bytes are needed to tell.
  func byteOrderMark(atEnd: Bool, at position: Int) -> Int? {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    for (index, byte) in mark.enumerated() {
      if position + index == byteCount { return atEnd || index == 0 ? 0 : nil }
      if self.byte(position + index) != byte { return 0 }
    }
    return mark.count
  }
}
