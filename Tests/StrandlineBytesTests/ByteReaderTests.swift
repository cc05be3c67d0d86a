import StrandlineBytes
import Testing

@Suite("Reading bytes")
struct ByteReaderTests {
  /// One value of every kind, as it is written and as it is expected back.
  private enum Value: Equatable {
    case uint8(UInt8), uint16(UInt16), uint32(UInt32), uint64(UInt64), int64(Int64), varint(UInt64), zigzag(Int64)
    case raw([UInt8]), blob([UInt8]), string(String), int64s([Int64])

    static func random(_ random: inout SeededRandom) -> Value {
      let word = random.next() >> (random.next() % 64)
      let bytes = random.bytes(Int(random.next() % 20))
      switch random.next() % 11 {
      case 0: return .uint8(UInt8(truncatingIfNeeded: word))
      case 1: return .uint16(UInt16(truncatingIfNeeded: word))
      case 2: return .uint32(UInt32(truncatingIfNeeded: word))
      case 3: return .uint64(word)
      case 4: return .int64(Int64(bitPattern: word))
      case 5: return .varint(word)
      case 6: return .zigzag(Int64(bitPattern: word))
      case 7: return .raw(bytes)
      case 8: return .blob(bytes)
      case 9: return .string(String(decoding: bytes, as: UTF8.self))
      default: return .int64s(bytes.map { Int64($0) << 50 })
      }
    }

    func write(to writer: inout ByteWriter) {
      switch self {
      case .uint8(let value): writer.uint8(value)
      case .uint16(let value): writer.uint16(value)
      case .uint32(let value): writer.uint32(value)
      case .uint64(let value): writer.uint64(value)
      case .int64(let value): writer.int64(value)
      case .varint(let value): writer.varint(value)
      case .zigzag(let value): writer.zigzag(value)
      case .raw(let value): writer.raw(value)
      case .blob(let value): writer.blob(value)
      case .string(let value): writer.string(value)
      case .int64s(let value): writer.int64s(value.span)
      }
    }

    func readBack(from reader: inout ByteReader) throws(BytesError) -> Value {
      switch self {
      case .uint8: .uint8(try reader.uint8())
      case .uint16: .uint16(try reader.uint16())
      case .uint32: .uint32(try reader.uint32())
      case .uint64: .uint64(try reader.uint64())
      case .int64: .int64(try reader.int64())
      case .varint: .varint(try reader.varint())
      case .zigzag: .zigzag(try reader.zigzag())
      case .raw(let value): .raw(try reader.raw(value.count))
      case .blob: .blob(try reader.blob(limit: 20))
      case .string: .string(try reader.string(limit: 60))
      case .int64s(let value): .int64s(try reader.int64s(value.count))
      }
    }
  }

  private static func reading<Result>(
    _ bytes: [UInt8], base: Int = 0, _ body: (inout ByteReader) throws(BytesError) -> Result
  ) throws(BytesError) -> Result {
    var reader = ByteReader(bytes.rawSpan, baseOffset: base)
    return try body(&reader)
  }

  private static func error<Result>(
    _ bytes: [UInt8], base: Int = 0, _ body: (inout ByteReader) throws(BytesError) -> Result
  ) -> BytesError? {
    do {
      _ = try reading(bytes, base: base, body)
      return nil
    } catch {
      return error
    }
  }

  @Test("what was written is read back, and nothing is left", arguments: 0..<50 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let values = (0..<200).map { _ in Value.random(&random) }
    var writer = ByteWriter()
    for value in values { value.write(to: &writer) }
    let bytes = writer.bytes
    var reader = ByteReader(bytes.rawSpan)
    for (index, value) in values.enumerated() {
      let found = try value.readBack(from: &reader)
      #expect(found == value, "value \(index) of seed \(seed)")
    }
    try reader.finish()
    #expect(reader.offset == bytes.count)
    #expect(reader.remaining == 0)
  }

  @Test("every value that is cut short is reported as truncated", arguments: 0..<50 as Range<UInt64>)
  func truncation(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<50 {
      let value = Value.random(&random)
      var writer = ByteWriter()
      value.write(to: &writer)
      for count in 0..<writer.count {
        let error = Self.error(Array(writer.bytes.prefix(count))) { (reader) throws(BytesError) in
          try value.readBack(from: &reader)
        }
        #expect(error?.code == .truncated, "\(value) cut to \(count) bytes, seed \(seed)")
      }
    }
  }

  @Test("no bytes make a reader trap", arguments: 0..<50 as Range<UInt64>)
  func hostileBytes(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    for _ in 0..<200 {
      let bytes = random.bytes(Int(random.next() % 40))
      let kinds = (0..<10).map { _ in Value.random(&random) }
      _ = Self.error(bytes) { (reader) throws(BytesError) in
        for kind in kinds { _ = try kind.readBack(from: &reader) }
      }
    }
  }

  @Test(
    "a varint that is longer than it has to be, or than 64 bits, is malformed",
    arguments: [
      [0x80, 0x00], [0xFF, 0x80, 0x00],
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    ] as [[UInt8]])
  func malformedVarint(bytes: [UInt8]) {
    let error = Self.error(bytes) { (reader) throws(BytesError) in try reader.varint() }
    #expect(error?.code == .malformed)
  }

  @Test("a count at its limit is read, one above it is too large")
  func countLimit() throws {
    let read = { (limit: Int) in
      Self.error([0xAC, 0x02]) { (reader) throws(BytesError) in try reader.count(limit: limit) }
    }
    #expect(read(300) == nil)
    #expect(read(299)?.code == .tooLarge)
    #expect(read(-1)?.code == .tooLarge)
  }

  @Test("a length above the limit is too large before it is looked for")
  func lengthLimit() {
    var writer = ByteWriter()
    writer.varint(.max)
    let blob = Self.error(writer.bytes) { (reader) throws(BytesError) in try reader.blob(limit: 1 << 40) }
    #expect(blob?.code == .tooLarge)
    let text = Self.error([5, 0x61]) { (reader) throws(BytesError) in try reader.string(limit: 4) }
    #expect(text?.code == .tooLarge)
  }

  @Test(
    "a count that the bytes can't hold is truncated, whatever it multiplies to", arguments: [-1, 3, .max, .max / 8 + 1])
  func bulkCount(count: Int) {
    let error = Self.error([UInt8](repeating: 0, count: 16)) { (reader) throws(BytesError) in
      try reader.int64s(count)
    }
    #expect(error?.code == .truncated)
  }

  @Test("negative counts are refused", arguments: [-1, .min])
  func negativeCounts(count: Int) {
    let bytes: [UInt8] = [1, 2, 3]
    #expect(Self.error(bytes) { (reader) throws(BytesError) in try reader.raw(count) }?.code == .truncated)
    #expect(Self.error(bytes) { (reader) throws(BytesError) in try reader.skip(count) }?.code == .truncated)
  }

  @Test("errors name the offset in the file")
  func errorOffsets() {
    let truncated = Self.error([1, 2, 3], base: 1000) { (reader) throws(BytesError) in
      try reader.skip(2)
      _ = try reader.uint32()
    }
    #expect(truncated?.offset == 1002)
    #expect(truncated?.description.hasSuffix("at byte 1002") == true)
    let trailing = Self.error([1, 2, 3], base: 1000) { (reader) throws(BytesError) in
      try reader.skip(1)
      try reader.finish()
    }
    #expect(trailing == BytesError(.trailingBytes, "2 bytes more than expected", offset: 1001))
  }

  @Test(
    "text that is not UTF-8 is malformed, at the byte where it goes wrong",
    arguments: [[0xC3], [0xFF], [0xED, 0xA0, 0x80]])
  func invalidText(tail: [UInt8]) {
    let bytes = [UInt8(1 + tail.count), 0x61] + tail
    let error = Self.error(bytes, base: 10) { (reader) throws(BytesError) in try reader.string(limit: 100) }
    #expect(error?.code == .malformed)
    #expect(error?.offset == 12)
  }

  @Test("a part is read without copying and ends where it should")
  func rawSpan() throws {
    let bytes: [UInt8] = [1, 2, 3, 4]
    var reader = ByteReader(bytes.rawSpan)
    try reader.skip(1)
    var part = ByteReader(try reader.rawSpan(2))
    #expect(try part.uint16() == 0x0302)
    try part.finish()
    #expect(reader.remaining == 1)
  }
}
