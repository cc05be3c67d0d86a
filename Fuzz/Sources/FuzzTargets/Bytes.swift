extension [UInt8] {
  /// Puts a word at a place, low byte first, as far as there is room.
  mutating func set(_ word: UInt32, at offset: Int) { put(UInt64(word), count: 4, at: offset) }

  /// Puts a word at a place, low byte first, as far as there is room.
  mutating func set(_ word: UInt64, at offset: Int) { put(word, count: 8, at: offset) }

  private mutating func put(_ word: UInt64, count size: Int, at offset: Int) {
    for index in 0..<size where offset + index < count {
      self[offset + index] = UInt8(truncatingIfNeeded: word >> (8 * index))
    }
  }

  /// The word at a place; bytes that are not there are zero.
  func word32(at offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(offset + $1 < count ? self[offset + $1] : 0) << (8 * $1) }
  }
}
