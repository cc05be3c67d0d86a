import StrandlineBytes
import Testing

@Suite("Compressed streams")
struct StreamDecompressorTests {
  /// A member whose content is stored as it is, so that it can be made here: RFC 1952 and RFC 1951, 3.2.4.
  static func stored(_ text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var rest = text[...]
    repeat {
      let block = rest.prefix(65_535)
      rest = rest.dropFirst(block.count)
      bytes.append(rest.isEmpty ? 1 : 0)
      for value in [block.count, ~block.count & 0xFFFF] { bytes += [UInt8(value & 0xFF), UInt8(value >> 8)] }
      bytes += block
    } while !rest.isEmpty
    for word in [crc32(text), UInt32(text.count)] {
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return bytes
  }

  /// The checksum of gzip, bit by bit.
  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = ~0
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }

  static func zstd(_ text: [UInt8]) throws -> [UInt8] {
    var compressor = try ZstdCompressor(level: 3)
    var writer = ByteWriter()
    try compressor.compress(text, appendingTo: &writer)
    return writer.bytes
  }

  static func compressed(_ text: [UInt8], _ format: StreamCompression) throws -> [UInt8] {
    switch format {
    case .gzip: stored(text)
    case .zstd: try zstd(text)
    }
  }

  /// Feeds a stream `step` bytes at a time and takes `room` bytes at a time; nil when it isn't whole at its end.
  private static func content(
    _ stream: [UInt8], _ format: StreamCompression, step: Int = .max, room: Int = 1 << 20
  ) throws -> [UInt8]? {
    let decompressor = try format.decompressor()
    var output: [UInt8] = []
    var position = 0
    while true {
      let end = step < stream.count - position ? position + step : stream.count
      let before = output.count
      position += try decompressor.decompress(
        stream.rawSpan.extracting(position..<end), appendingTo: &output, room: room)
      #expect(output.count - before <= room)
      if position == stream.count && output.count - before < room { break }
    }
    return decompressor.isWhole ? output : nil
  }

  private static func text(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in UInt8(random.next() % 7) + 65 }
  }

  @Test("come back whatever pieces they are read in", arguments: StreamCompression.allCases)
  func pieces(format: StreamCompression) throws {
    for count in [0, 1, 1000, 200_000] {
      let text = Self.text(count, seed: UInt64(count))
      let stream = try Self.compressed(text, format)
      for (step, room) in [(Int.max, 1 << 20), (1, 1 << 20), (7, 13), (1000, 1), (Int.max, 4096)] {
        if count > 1000 && room < 100 { continue }
        #expect(try Self.content(stream, format, step: step, room: room) == text, "\(count), \(step), \(room)")
      }
    }
  }

  @Test("of several parts are one text", arguments: StreamCompression.allCases)
  func parts(format: StreamCompression) throws {
    let texts = [3, 0, 5000, 1].map { Self.text($0, seed: UInt64($0)) }
    let stream = try texts.flatMap { try Self.compressed($0, format) }
    #expect(try Self.content(stream, format) == texts.flatMap { $0 })
    #expect(try Self.content(stream, format, step: 1, room: 3) == texts.flatMap { $0 })
  }

  @Test("that are cut are not whole, wherever it is, but between parts", arguments: StreamCompression.allCases)
  func cut(format: StreamCompression) throws {
    let part = try Self.compressed(Self.text(40, seed: 1), format)
    let stream = part + part
    for count in 0..<stream.count {
      let isWhole = try Self.content(Array(stream[..<count]), format) != nil
      #expect(isWhole == (count == part.count), "\(count) of \(stream.count) bytes")
    }
  }

  @Test("that are damaged never give other content and end well", arguments: StreamCompression.allCases)
  func damaged(format: StreamCompression) throws {
    let text = Self.text(300, seed: 2)
    let stream = try Self.compressed(text, format)
    var refused = 0
    for index in stream.indices {
      for bit in 0..<8 as Range<UInt8> {
        var other = stream
        other[index] ^= 1 << bit
        do {
          let content = try Self.content(other, format)
          // Frames of ours have no checksum, so what zstd can't notice comes out changed; a member of gzip has one.
          if format == .gzip { #expect(content == nil || content == text, "bit \(bit) of byte \(index)") }
        } catch let error as BytesError {
          // A changed descriptor of a frame may ask for a dictionary or a longer window.
          let isUnusable = format == .zstd && index < 6 && [.compression, .tooLarge].contains(error.code)
          #expect((error.code == .malformed || isUnusable) && error.offset ?? -1 >= 0)
          refused += 1
        }
      }
    }
    #expect(refused > stream.count)
  }

  @Test("followed by something else are malformed", arguments: StreamCompression.allCases)
  func garbage(format: StreamCompression) throws {
    let stream = try Self.compressed(Self.text(40, seed: 1), format) + Array("garbage".utf8)
    #expect(throws: BytesError.self) { try Self.content(stream, format) }
  }

  @Test("of zstd with a window above the limit, or a dictionary, are refused as that and not as damaged")
  func unusableFrames() throws {
    // RFC 8878, 3.1.1.1: a descriptor, the window (ten bits and the exponent above three), a dictionary; an empty last block.
    let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    let block: [UInt8] = [1, 0, 0]
    #expect(try Self.content(magic + [0, 17 << 3] + block, .zstd) == [])
    for (frame, code) in [([0, 18 << 3], .tooLarge), ([1, 11 << 3, 5], .compression)] as [([UInt8], BytesError.Code)] {
      let error = #expect(throws: BytesError.self) { try Self.content(magic + frame + block, .zstd) }
      #expect(error?.code == code)
    }
  }

  @Test("are known by their beginning, and text is not mistaken for them")
  func beginnings() throws {
    for format in StreamCompression.allCases {
      let stream = try Self.compressed([65], format)
      #expect(StreamCompression(beginning: stream.rawSpan) == format)
    }
    let skippable: [UInt8] = [0x5C, 0x2A, 0x4D, 0x18, 0]
    #expect(StreamCompression(beginning: skippable.rawSpan) == .zstd)
    for text in ["", "\u{1F}", "(", "P*M", "{\"a\":1}", "a,b\n"] {
      #expect(StreamCompression(beginning: Array(text.utf8).rawSpan) == nil)
    }
    #expect(StreamCompression(path: "a/b.csv.gz") == .gzip)
    #expect(StreamCompression(path: "b.ndjson.zst") == .zstd)
    #expect(StreamCompression(path: "b.gzip") == nil)
  }

  @Test("of gzip with deflated blocks come back too")
  func deflated() throws {
    // python3 -c 'import gzip; print(gzip.compress(b"abc\nabc\n" * 40, mtime=0).hex())'
    let stream: [UInt8] = [
      0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4B, 0x4C, 0x4A, 0xE6, 0x4A, 0x1C, 0xC5, 0x64, 0x63,
      0x00, 0x56, 0xEA, 0x84, 0xA3, 0x40, 0x01, 0x00, 0x00,
    ]
    let text = (0..<80).flatMap { _ in Array("abc\n".utf8) }
    for step in [1, 5, .max] { #expect(try Self.content(stream, .gzip, step: step) == text) }
  }
}
