import StrandlineBytes

/// The encoding of a column of words: the smallest value, and each value's distance from it in as few bytes as fit all.
///
/// Layout: `width` (u8: 0, 1, 2, 4 or 8), `base` (i64), then `count` unsigned distances of `width` bytes. A compressor
/// behind it sees mostly bytes that matter. The idea is "frame of reference" (Goldstein, Ramakrishnan, Shaft, 1998).
enum WordColumn {
  static func encode(_ words: Span<Int64>, into writer: inout ByteWriter) {
    var low = words.isEmpty ? 0 : words[0]
    var high = low
    for index in words.indices {
      let word = words[index]
      low = min(low, word)
      high = max(high, word)
    }
    let reach = UInt64(bitPattern: high &- low)
    let width: UInt8 = reach == 0 ? 0 : reach < 1 << 8 ? 1 : reach < 1 << 16 ? 2 : reach < 1 << 32 ? 4 : 8
    writer.uint8(width)
    writer.int64(low)
    // A narrow copy first: the conversion runs on vectors, and the bytes are appended at once.
    switch width {
    case 0: break
    case 1: writer.integers(narrowed(words, low, to: UInt8.self))
    case 2: writer.integers(narrowed(words, low, to: UInt16.self))
    case 4: writer.integers(narrowed(words, low, to: UInt32.self))
    default: writer.integers(narrowed(words, low, to: UInt64.self))
    }
  }

  private static func narrowed<Narrow: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ words: Span<Int64>, _ low: Int64, to type: Narrow.Type
  ) -> [Narrow] {
    [Narrow](capacity: words.count) { output in
      for index in words.indices { output.append(Narrow(truncatingIfNeeded: words[index] &- low)) }
    }
  }

  /// Decodes `count` words, of which the caller has made sure that so many can be.
  ///
  /// - Throws: `BytesError` when the bytes end early, `.malformed` for a width that isn't one.
  static func decode(_ reader: inout ByteReader, count: Int) throws(BytesError) -> [Int64] {
    let width = Int(try reader.uint8())
    let low = try reader.int64()
    guard [0, 1, 2, 4, 8].contains(width) else {
      throw BytesError(.malformed, "a column of words has a width of \(width) bytes", offset: reader.offset)
    }
    guard width == 0 || count <= reader.remaining / width else {
      throw BytesError(.truncated, "a column of \(count) words ends early", offset: reader.offset)
    }
    if width == 0 { return Array(repeating: low, count: count) }
    let bytes = try reader.rawSpan(count * width)
    return switch width {
    case 1: widened(bytes, UInt8.self, count, low)
    case 2: widened(bytes, UInt16.self, count, low)
    case 4: widened(bytes, UInt32.self, count, low)
    default: widened(bytes, UInt64.self, count, low)
    }
  }

  @inline(__always)
  private static func widened<Narrow: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ bytes: RawSpan, _ type: Narrow.Type, _ count: Int, _ low: Int64
  ) -> [Int64] {
    let width = MemoryLayout<Narrow>.size
    precondition(bytes.byteCount == count * width, "as many bytes as values")
    return [Int64](capacity: count) { output in
      for index in 0..<count {
        // The bytes are as many as `count` values of this width.
        let value = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* width, as: Narrow.self)
        output.append(low &+ Int64(truncatingIfNeeded: Narrow(littleEndian: value)))
      }
    }
  }
}
