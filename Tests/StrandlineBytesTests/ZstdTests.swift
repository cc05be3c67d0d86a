import StrandlineBytes
import Testing

@Suite("zstd frames")
struct ZstdTests {
  private static func frame(_ content: [UInt8], level: Int32 = 1) throws -> [UInt8] {
    var compressor = try ZstdCompressor(level: level)
    var writer = ByteWriter()
    let count = try compressor.compress(content, appendingTo: &writer)
    #expect(count == writer.count)
    return writer.bytes
  }

  private static func content(_ frame: [UInt8], limit: Int) throws -> [UInt8] {
    var decompressor = try ZstdDecompressor()
    return try decompressor.decompress(frame.rawSpan, limit: limit)
  }

  private static func code(_ frame: [UInt8], limit: Int = 1 << 20) throws -> BytesError.Code? {
    do {
      _ = try content(frame, limit: limit)
      return nil
    } catch let error as BytesError {
      return error.code
    }
  }

  /// A header by hand, then one empty last block.
  private static func handmade(_ header: [UInt8]) -> [UInt8] {
    [0x28, 0xB5, 0x2F, 0xFD] + header + [0x01, 0x00, 0x00]
  }

  @Test(
    "what was compressed comes back", arguments: [0, 1, 100, 255, 256, 65_791, 65_792, 1 << 17, 1 << 20],
    [1, 3] as [Int32])
  func roundTrip(count: Int, level: Int32) throws {
    var random = SeededRandom(seed: UInt64(count))
    let bytes = (0..<count).map { _ in UInt8(random.next() % 7) }
    #expect(try Self.content(Self.frame(bytes, level: level), limit: count) == bytes)
  }

  @Test("one compressor makes many frames, behind what is there, and each is as if it were the first")
  func reuse() throws {
    var random = SeededRandom(seed: 1)
    var compressor = try ZstdCompressor()
    var decompressor = try ZstdDecompressor()
    var writer = ByteWriter()
    writer.uint64(0)
    for _ in 0..<20 {
      let bytes = (0..<Int(random.next() % 40_000)).map { _ in UInt8(random.next() % 5) }
      let start = writer.count
      let count = try compressor.compress(bytes.rawSpan, appendingTo: &writer)
      let frame = Array(writer.bytes[start..<start + count])
      #expect(writer.count == start + count)
      #expect(try frame == Self.frame(bytes))
      #expect(try decompressor.decompress(frame.rawSpan, limit: 40_000) == bytes)
    }
  }

  @Test(
    "at level 1, up to 16 KiB are compressed by their repetitions alone; above, and at other levels, by frequency too")
  func quickFrames() throws {
    let limit = 16 << 10
    var random = SeededRandom(seed: 3)
    // Three bits a byte, and nothing that repeats for long.
    let rare = (0...limit).map { _ in UInt8(random.next() % 8) * 31 }
    #expect(try Self.frame(Array(rare.dropLast())).count > limit / 2)
    #expect(try Self.frame(rare).count < limit / 2)
    #expect(try Self.frame(Array(rare.dropLast()), level: 3).count < limit / 2)
    let repeated = (0..<limit).map { UInt8($0 % 100) }
    #expect(try Self.frame(repeated).count < limit / 50)
  }

  @Test("content above the limit is refused, at the limit it is not")
  func limit() throws {
    let frame = try Self.frame([UInt8](repeating: 7, count: 5000))
    #expect(try Self.code(frame, limit: 5000) == nil)
    #expect(try Self.code(frame, limit: 4999) == .tooLarge)
    #expect(try Self.code(frame, limit: 0) == .tooLarge)
  }

  @Test("a frame that was cut anywhere is refused")
  func truncation() throws {
    var random = SeededRandom(seed: 2)
    let frame = try Self.frame(random.bytes(300))
    for count in 0..<frame.count {
      #expect(try Self.code(Array(frame.prefix(count))) == .truncated, "cut to \(count) bytes")
    }
  }

  @Test("bytes behind a frame are refused, a second frame too")
  func trailingBytes() throws {
    let frame = try Self.frame([1, 2, 3])
    #expect(try Self.code(frame + [0]) == .trailingBytes)
    #expect(try Self.code(frame + frame) == .trailingBytes)
  }

  @Test("no flipped bit makes it trap or exceed the limit")
  func flippedBits() throws {
    var random = SeededRandom(seed: 3)
    var frame = try Self.frame((0..<2000).map { _ in UInt8(random.next() % 9) })
    for bit in 0..<frame.count * 8 {
      frame[bit / 8] ^= 1 << (bit % 8)
      do {
        #expect(try Self.content(frame, limit: 4096).count <= 4096)
      } catch is BytesError {
        // Refused, as it should be; without a checksum of its own not every flipped bit can be noticed.
      }
      frame[bit / 8] ^= 1 << (bit % 8)
    }
    #expect(try Self.code(frame) == nil)
  }

  @Test("a frame too short for the content it states is refused before room is made for it")
  func bomb() throws {
    // A terabyte, in a frame of 16 bytes; the limit would allow it.
    let frame = Self.handmade([0xE0, 0, 0, 0, 0, 0, 1, 0, 0])
    #expect(try Self.code(frame, limit: .max) == .malformed)
    #expect(try Self.code(Self.handmade([0xE0] + [UInt8](repeating: 0xFF, count: 8)), limit: .max) == .tooLarge)
  }

  @Test(
    "content that compresses very well is written so that it doesn't look like a bomb",
    arguments: [1 << 20, 2 << 20, 5 << 20 - 1, 128 << 13, 128 << 14, 128 << 14 + 1])
  func highRatio(count: Int) throws {
    let bytes = [UInt8](repeating: 0, count: count)
    let frame = try Self.frame(bytes)
    #expect(count <= (1 << 20) + 256 * frame.count)
    #expect(try Self.content(frame, limit: bytes.count) == bytes)
    // Behind other bytes too.
    var compressor = try ZstdCompressor()
    var writer = ByteWriter()
    writer.uint64(1)
    #expect(try compressor.compress(bytes, appendingTo: &writer) == frame.count)
    #expect(Array(writer.bytes[8...]) == frame)
  }

  @Test("a gigabyte of zeros in 36 KB is refused before room is made for it")
  func gigabyte() throws {
    // Blocks that repeat one byte 131,072 times, in four bytes each.
    let block: [UInt8] = [0x02, 0x00, 0x10, 0x00]
    var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0x40, 0, 0, 0, 0]
    for _ in 0..<8191 { frame += block }
    frame += [0x03, 0x00, 0x10, 0x00]
    #expect(frame.count < 36 << 10)
    #expect(try Self.code(frame, limit: .max) == .tooLarge)
    // A small one of the same make is read.
    let small: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 2, 0, 0, 0, 0, 0] + block
    #expect(try Self.content(small + [0x01, 0, 0], limit: 1 << 20) == [UInt8](repeating: 0, count: 1 << 17))
  }

  @Test(
    "frames of other kinds are malformed",
    arguments: [
      ("no content size", handmade([0x00, 0x00])), ("a dictionary", handmade([0x21, 0x05, 0x00])),
      ("a reserved bit", handmade([0x28, 0x00])), ("a skippable frame", [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0]),
      ("no frame", Array("not a frame at all".utf8)), ("less content than stated", handmade([0x20, 0x05])),
    ] as [(String, [UInt8])])
  func otherKinds(name: String, frame: [UInt8]) throws {
    #expect(try Self.code(frame) == .malformed, "\(name)")
  }

  @Test("an empty frame made by hand is read, so the refusals above are not for its shape")
  func handmadeControl() throws {
    #expect(try Self.content(Self.handmade([0x20, 0x00]), limit: 0) == [])
  }

  @Test("a window that is too large is refused")
  func window() throws {
    // Two gigabytes of window, for a content of 256 bytes.
    #expect(try Self.code(Self.handmade([0x40, 21 << 3, 0, 0])) == .tooLarge)
  }
}
