/// Finds a text in another, in linear time whatever the texts are.
enum ByteSearch {
  /// The position of the first occurrence at or after `start`, or nil. An empty text occurs everywhere.
  static func first(_ wanted: Span<UInt8>, in text: Span<UInt8>, from start: Int = 0) -> Int? {
    let last = text.count - wanted.count
    guard start <= last else { return nil }
    guard wanted.count > 0 else { return start }
    let head = wanted[0]
    // Most positions give up after a byte or two. Where they don't, the patience is used up and a table goes on.
    var patience = 64
    var position = start
    while position <= last {
      if text[position] == head {
        var length = 1
        while length < wanted.count && text[position + length] == wanted[length] { length += 1 }
        if length == wanted.count { return position }
        patience -= length
        if patience < 0 { return firstByTable(wanted, in: text, from: position + 1) }
      }
      patience += 4
      position += 1
    }
    return nil
  }

  /// The algorithm of D. Knuth, J. Morris and V. Pratt, “Fast pattern matching in strings” (1977).
  private static func firstByTable(_ wanted: Span<UInt8>, in text: Span<UInt8>, from start: Int) -> Int? {
    // The length of the longest beginning of the wanted text that ends at each of its positions, and is shorter.
    var borders = [Int](repeating: 0, count: wanted.count)
    var length = 0
    for index in 1..<wanted.count {
      while length > 0 && wanted[index] != wanted[length] { length = borders[length - 1] }
      if wanted[index] == wanted[length] { length += 1 }
      borders[index] = length
    }
    length = 0
    for index in start..<text.count {
      while length > 0 && text[index] != wanted[length] { length = borders[length - 1] }
      if text[index] == wanted[length] { length += 1 }
      if length == wanted.count { return index + 1 - length }
    }
    return nil
  }

  /// Whether the text has the other one at that position.
  @inline(__always)
  static func matches(_ wanted: Span<UInt8>, in text: Span<UInt8>, at position: Int) -> Bool {
    guard position >= 0 && position + wanted.count <= text.count else { return false }
    for index in wanted.indices where text[position + index] != wanted[index] { return false }
    return true
  }
}

/// The Unicode scalars of valid UTF-8.
enum Characters {
  /// The number of bytes of the scalar that begins with that byte.
  @inline(__always)
  static func width(_ first: UInt8) -> Int {
    first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
  }

  /// The number of scalars. Linear.
  static func count(_ text: Span<UInt8>) -> Int {
    var count = 0
    for index in text.indices { count += text[index] & 0xC0 == 0x80 ? 0 : 1 }
    return count
  }

  /// The position of the byte `count` scalars after the one at `start`, or the end.
  static func position(after count: Int, in text: Span<UInt8>, from start: Int = 0) -> Int {
    var position = start
    var rest = count
    while rest > 0 && position < text.count {
      position += width(text[position])
      rest -= 1
    }
    return position
  }

  /// The scalar at that position.
  @inline(__always)
  static func scalar(_ text: Span<UInt8>, at position: Int) -> UInt32 {
    let first = UInt32(text[position])
    switch width(text[position]) {
    case 1: return first
    case 2: return (first & 0x1F) << 6 | UInt32(text[position + 1] & 0x3F)
    case 3:
      return (first & 0x0F) << 12 | UInt32(text[position + 1] & 0x3F) << 6 | UInt32(text[position + 2] & 0x3F)
    default:
      let upper = (first & 0x07) << 18 | UInt32(text[position + 1] & 0x3F) << 12
      return upper | UInt32(text[position + 2] & 0x3F) << 6 | UInt32(text[position + 3] & 0x3F)
    }
  }
}
