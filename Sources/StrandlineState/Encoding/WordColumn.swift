import StrandlineBytes

/// The encoding of a column of words: each word's distance from the smallest one, or each step's from the smallest step, in as few bytes as
/// fit all.
///
/// Layout: `width` (u8: 0 to 8, and 0x80 for steps), the smallest word or, for steps, the first word and the smallest step (i64), then
/// the distances, `width` bytes each, as planes: the lowest 4, 2 and 1 bytes of all, as far as these make up the width; 8 are one.
/// A compressor behind it sees mostly bytes that matter, and finds those of one kind side by side. The ideas are "frame of reference"
/// (Goldstein, Ramakrishnan, Shaft, 1998) and differences of neighbours, which are small where words are nearly in order.
enum WordColumn {
  /// Set in the width of steps.
  private static let steps: UInt8 = 0x80

  static func encode(_ words: Span<Int64>, into writer: inout ByteWriter) {
    let own = bounds(words)
    let step = stepBounds(words)
    let width = width(own.high &- own.low)
    let stepWidth = Self.width(step.high &- step.low)
    if words.count > 2 && stepWidth < width {
      writer.uint8(UInt8(stepWidth) | steps)
      writer.int64(words[0])
      writer.int64(step.low)
      let distances = [UInt64](capacity: words.count - 1) { output in
        for index in 1..<words.count {
          output.append(UInt64(bitPattern: words[index] &- words[index - 1] &- step.low))
        }
      }
      append(distances.span, width: stepWidth, to: &writer)
      return
    }
    writer.uint8(UInt8(width))
    writer.int64(own.low)
    if width == 0 { return }
    let distances = [UInt64](capacity: words.count) { output in
      for index in words.indices { output.append(UInt64(bitPattern: words[index] &- own.low)) }
    }
    append(distances.span, width: width, to: &writer)
  }

  private static func bounds(_ words: Span<Int64>) -> (low: Int64, high: Int64) {
    var (low, high) = words.isEmpty ? (0, 0) : (words[0], words[0])
    for index in words.indices {
      low = min(low, words[index])
      high = max(high, words[index])
    }
    return (low, high)
  }

  /// The smallest and the largest step from a word to the next one, modulo 2⁶⁴.
  private static func stepBounds(_ words: Span<Int64>) -> (low: Int64, high: Int64) {
    if words.count < 2 { return (0, 0) }
    var (low, high) = (Int64.max, Int64.min)
    for index in 1..<words.count {
      let step = words[index] &- words[index - 1]
      low = min(low, step)
      high = max(high, step)
    }
    return (low, high)
  }

  /// The bytes that hold a distance, as an unsigned number.
  private static func width(_ reach: Int64) -> Int { (71 - UInt64(bitPattern: reach).leadingZeroBitCount) / 8 }

  /// The widths of the planes, and by how many bits each is shifted.
  private static func planes(_ width: Int) -> [(width: Int, shift: UInt64)] {
    var planes: [(width: Int, shift: UInt64)] = []
    var shift: UInt64 = 0
    for bytes in [8, 4, 2, 1] where width & bytes != 0 {
      planes.append((bytes, shift))
      shift += UInt64(bytes * 8)
    }
    return planes
  }

  private static func append(_ distances: Span<UInt64>, width: Int, to writer: inout ByteWriter) {
    for plane in planes(width) {
      switch plane.width {
      case 1: writer.integers(narrowed(distances, plane.shift, to: UInt8.self))
      case 2: writer.integers(narrowed(distances, plane.shift, to: UInt16.self))
      case 4: writer.integers(narrowed(distances, plane.shift, to: UInt32.self))
      default: writer.integers(narrowed(distances, plane.shift, to: UInt64.self))
      }
    }
  }

  private static func narrowed<Narrow: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ distances: Span<UInt64>, _ shift: UInt64, to type: Narrow.Type
  ) -> [Narrow] {
    [Narrow](capacity: distances.count) { output in
      // A shift by a plane's place is below 64 bits.
      for index in distances.indices { output.append(Narrow(truncatingIfNeeded: distances[index] &>> shift)) }
    }
  }

  /// Decodes `count` words, of which the caller has made sure that so many can be.
  ///
  /// - Throws: `BytesError` when the bytes end early, `.malformed` for a width that isn't one.
  static func decode(_ reader: inout ByteReader, count: Int) throws(BytesError) -> [Int64] {
    let first = try reader.uint8()
    let width = Int(first & ~steps)
    guard width <= 8 else {
      throw BytesError(.malformed, "a column of words has a width of \(width) bytes", offset: reader.offset)
    }
    let low = try reader.int64()
    if first & steps == 0 {
      return try distances(&reader, width, count, from: low)
    }
    let step = try reader.int64()
    guard count > 0 else {
      throw BytesError(.malformed, "a column of no words has a first one", offset: reader.offset)
    }
    var words = [low]
    words.reserveCapacity(count)
    var word = low
    for step in try distances(&reader, width, count - 1, from: step) {
      word &+= step
      words.append(word)
    }
    return words
  }

  private static func distances(
    _ reader: inout ByteReader, _ width: Int, _ count: Int, from low: Int64
  ) throws(BytesError) -> [Int64] {
    guard width == 0 || count <= reader.remaining / width else {
      throw BytesError(.truncated, "a column of \(count) words ends early", offset: reader.offset)
    }
    var words = [Int64](repeating: low, count: count)
    for plane in planes(width) {
      let bytes = try reader.rawSpan(count * plane.width)
      switch plane.width {
      case 1: add(bytes, UInt8.self, plane.shift, to: &words)
      case 2: add(bytes, UInt16.self, plane.shift, to: &words)
      case 4: add(bytes, UInt32.self, plane.shift, to: &words)
      default: add(bytes, UInt64.self, plane.shift, to: &words)
      }
    }
    return words
  }

  @inline(__always)
  private static func add<Narrow: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ bytes: RawSpan, _ type: Narrow.Type, _ shift: UInt64, to words: inout [Int64]
  ) {
    let width = MemoryLayout<Narrow>.size
    precondition(bytes.byteCount == words.count * width, "as many bytes as values")
    var words = words.mutableSpan
    for index in words.indices {
      // The bytes are as many as there are words of this width.
      let value = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* width, as: Narrow.self)
      words[index] &+= Int64(bitPattern: UInt64(truncatingIfNeeded: Narrow(littleEndian: value)) &<< shift)
    }
  }
}
