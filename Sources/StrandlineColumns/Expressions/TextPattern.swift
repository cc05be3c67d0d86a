/// A constant text, ready to be compared with many.
///
/// Its first eight bytes are one word under a mask: most texts are accepted or rejected by their length and one load.
struct TextPattern {
  let bytes: [UInt8]
  private let count: Int
  /// Whether the first word is all of it.
  let isShort: Bool
  private let head: UInt64
  private let mask: UInt64

  init(_ text: String) {
    bytes = Array(text.utf8)
    count = bytes.count
    isShort = count <= 8
    let used = min(bytes.count, 8)
    let first = bytes.prefix(used) + repeatElement(0, count: 8 - used)
    let isUsed = (0..<8).map { $0 < used ? 0xFF : 0 as UInt8 }
    head = Self.word(first.span, 0)
    mask = Self.word(isUsed.span, 0)
  }

  /// Whether the text in `start..<end` of the arena is the pattern, which is short.
  ///
  /// There is no branch that depends on the text: a mispredicted one costs more than all of the rest.
  @inline(__always)
  func matchesShort(_ arena: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard start <= arena.count - 8 else { return matchesBytes(arena, start, end) }
    return Self.word(arena, start) & mask ^ head | UInt64(truncatingIfNeeded: end - start ^ count) == 0
  }

  /// Whether the text in `start..<end` of the arena is the pattern.
  @inline(__always)
  func matches(_ arena: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    matchesShort(arena, start, end) && (isShort || matchesBytes(arena, start, end))
  }

  @inline(never)
  private func matchesBytes(_ arena: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard end - start == count else { return false }
    for index in bytes.indices where arena[start + index] != bytes[index] { return false }
    return true
  }

  /// Eight bytes in memory order.
  @inline(__always)
  private static func word(_ bytes: Span<UInt8>, _ position: Int) -> UInt64 {
    // Every bit pattern is a UInt64, and the offset is checked.
    unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
  }
}

/// The order of texts by their UTF-8 bytes, which is the order of their Unicode scalars.
enum TextOrder {
  /// A negative number, zero or a positive number. Linear in the common prefix.
  static func compare(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Int64 {
    let common = min(left.count, right.count)
    var index = 0
    while index + 8 <= common {
      let one = word(left, index)
      let other = word(right, index)
      if one != other { return one < other ? -1 : 1 }
      index += 8
    }
    while index < common {
      if left[index] != right[index] { return left[index] < right[index] ? -1 : 1 }
      index += 1
    }
    return Int64(left.count - right.count)
  }

  /// Eight bytes, the first one highest.
  @inline(__always)
  private static func word(_ bytes: Span<UInt8>, _ position: Int) -> UInt64 {
    // Every bit pattern is a UInt64, and the offset is checked.
    unsafe UInt64(bigEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
  }
}
