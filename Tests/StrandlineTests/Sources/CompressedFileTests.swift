import StrandlineBytes
import StrandlineColumns
import StrandlineLog
import Testing

@testable import Strandline

@Suite("A compressed file")
struct CompressedFileTests {
  /// A member of gzip whose content is stored as it is: RFC 1952 and RFC 1951, 3.2.4.
  private static func gzip(_ text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    var rest = text[...]
    repeat {
      let block = rest.prefix(5000)
      rest = rest.dropFirst(block.count)
      bytes.append(rest.isEmpty ? 1 : 0)
      for value in [block.count, ~block.count & 0xFFFF] { bytes += [UInt8(value & 0xFF), UInt8(value >> 8)] }
      bytes += block
    } while !rest.isEmpty
    var crc: UInt32 = ~0
    for byte in text {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    for word in [~crc, UInt32(text.count)] {
      for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }
    return bytes
  }

  private static func compressed(_ text: [UInt8], _ format: StreamCompression) throws -> [UInt8] {
    if format == .gzip { return gzip(text) }
    var compressor = try ZstdCompressor(level: 1)
    var writer = ByteWriter()
    try compressor.compress(text, appendingTo: &writer)
    return writer.bytes
  }

  /// The same text as it is and compressed, in two parts that meet inside a line.
  private static func reading(
    _ text: [UInt8], _ compression: StreamCompression, _ format: TextFormat = .csv(columns: nil), follows: Bool = false
  ) throws -> FileReading {
    let reading = try FileReading(FileSource.Options(format: format, follows: follows))
    try reading.write(text, to: "plain")
    let half = text.count / 2 + 3
    let parts = try [text[..<half], text[half...]].flatMap { try compressed(Array($0), compression) }
    try reading.write(parts, to: "packed")
    return reading
  }

  @Test(
    "gives the rows, offsets and places of its text, from the beginning and after a restart",
    arguments: StreamCompression.allCases, MorselTests.formats)
  func sameRows(compression: StreamCompression, format: TextFormat) throws {
    let text = MorselTests.text(format, lines: 1000, quotesFrom: 700, seed: 5)
    let reading = try Self.reading(text, compression, format)
    let whole = try FileReading.read(try reading.open("plain")[0], .rows(BatchLimits()))
    for way in [FileReading.Way.rows(BatchLimits(rows: 100)), .morsels(BatchLimits(rows: 100), 800)] {
      let content = try FileReading.read(try reading.open("packed")[0], way)
      #expect(content.offset == UInt64(text.count) && content.isFinished)
      var expected = whole
      expected.problems = whole.problems.map { "packed" + $0.dropFirst(5) }
      expected.identity = content.identity
      #expect(FileReading.differences(content, expected) == [])
      for batches in [1, 4, 6] {
        let before = try FileReading.read(try reading.open("packed")[0], way, batches: batches)
        let after = try FileReading.read(try reading.open("packed", at: [before.record])[0], way)
        #expect(before.rows + after.rows == whole.rows && before.places + after.places == whole.places)
      }
    }
  }

  @Test("that is cut off or damaged is an error with file and offset", arguments: StreamCompression.allCases)
  func damaged(compression: StreamCompression) throws {
    let text = MorselTests.text(.csv(columns: nil), lines: 100, quotesFrom: 100, seed: 5)
    let reading = try Self.reading(text, compression)
    let whole = try Self.compressed(text, compression)
    for count in [whole.count - 1, whole.count / 2, 20] {
      try reading.write(Array(whole[..<count]), to: "packed")
      let error = #expect(throws: StreamError.self) {
        try FileReading.read(try reading.open("packed")[0], .rows(BatchLimits()))
      }
      #expect(error?.code == .source && error?.file == "\(reading.path)/packed" && error?.offset == count)
      #expect(error?.message.contains("cut off") == true)
    }
    try reading.write(whole + Array("more".utf8), to: "packed")
    let error = #expect(throws: StreamError.self) {
      try FileReading.read(try reading.open("packed")[0], .rows(BatchLimits()))
    }
    #expect(error?.message.contains("damaged \(compression.rawValue) data") == true)
    #expect(error?.offset ?? 0 >= whole.count)
  }

  @Test("can't be followed, and says so", arguments: StreamCompression.allCases)
  func follows(compression: StreamCompression) throws {
    let reading = try Self.reading(Array("a,s\n1,x\n".utf8), compression, follows: true)
    let reader = try reading.open("packed")[0]
    let error = #expect(throws: StreamError.self) { try FileReading.read(reader, .rows(BatchLimits())) }
    #expect(error?.message.contains("can't be followed") == true)
    #expect(try FileReading.read(try reading.open("plain")[0], .rows(BatchLimits())).rows == ["1 x"])
  }

  @Test("has grown when its text has, and not otherwise", arguments: StreamCompression.allCases)
  func grown(compression: StreamCompression) throws {
    let text = Array("a,s\n1,x\n".utf8)
    let reading = try FileReading(FileSource.Options(format: .csv(columns: nil)))
    let bytes = try Self.compressed(text, compression)
    try reading.write(bytes, to: "packed")
    let reader = try reading.open()[0]
    _ = try FileReading.read(reader, .rows(BatchLimits()))
    #expect(bytes.count > text.count && !reader.hasGrown)
    try reading.append(try Self.compressed(Array("2,y\n".utf8), compression), to: "packed")
    #expect(reader.hasGrown)
  }

  @Test("that is none, although its name says so, is an error")
  func misnamed() throws {
    let reading = try FileReading(FileSource.Options(format: .csv(columns: nil)))
    for (name, content) in [("a.gz", "a,s\n1,x\n"), ("b.zst", "")] {
      try reading.write(Array(content.utf8), to: name)
      let reader = try reading.open(name)[0]
      let error = #expect(throws: StreamError.self) { try FileReading.read(reader, .rows(BatchLimits())) }
      #expect(error?.message.contains("its name promises") == true)
    }
  }
}
