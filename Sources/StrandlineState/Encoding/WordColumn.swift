import StrandlineBytes

/// The encoding of a column of words: the smallest value, and each value's distance from it in as few bytes as fit all.
///
/// Layout: `width` (u8: 0, 1, 2, 4 or 8), `base` (i64), then `count` unsigned distances of `width` bytes. A compressor
/// behind it sees mostly bytes that matter. The idea is "frame of reference" (Goldstein, Ramakrishnan, Shaft, 1998).
enum WordColumn {
  static func encode(_ words: [Int64], into writer: inout ByteWriter) {
    var low = words.first ?? 0
    var high = low
    for word in words {
      low = min(low, word)
      high = max(high, word)
    }
    let reach = UInt64(bitPattern: high &- low)
    let width: UInt8 = reach == 0 ? 0 : reach < 1 << 8 ? 1 : reach < 1 << 16 ? 2 : reach < 1 << 32 ? 4 : 8
    writer.uint8(width)
    writer.int64(low)
    switch width {
    case 0: break
    case 1: for word in words { writer.uint8(UInt8(truncatingIfNeeded: word &- low)) }
    case 2: for word in words { writer.uint16(UInt16(truncatingIfNeeded: word &- low)) }
    case 4: for word in words { writer.uint32(UInt32(truncatingIfNeeded: word &- low)) }
    default: for word in words { writer.int64(word &- low) }
    }
  }

  /// Decodes `count` words, of which the caller has made sure that so many can be.
  ///
  /// - Throws: `BytesError` when the bytes end early, `.malformed` for a width that isn't one.
  static func decode(_ reader: inout ByteReader, count: Int) throws(BytesError) -> [Int64] {
    let width = try reader.uint8()
    let low = try reader.int64()
    guard [0, 1, 2, 4, 8].contains(width) else {
      throw BytesError(.malformed, "a column of words has a width of \(width) bytes", offset: reader.offset)
    }
    guard count <= reader.remaining / max(1, Int(width)) || width == 0 else {
      throw BytesError(.truncated, "a column of \(count) words ends early", offset: reader.offset)
    }
    if width == 0 { return Array(repeating: low, count: count) }
    var words: [Int64] = []
    words.reserveCapacity(count)
    for _ in 0..<count {
      switch width {
      case 1: words.append(low &+ Int64(try reader.uint8()))
      case 2: words.append(low &+ Int64(try reader.uint16()))
      case 4: words.append(low &+ Int64(try reader.uint32()))
      default: words.append(low &+ (try reader.int64()))
      }
    }
    return words
  }
}
