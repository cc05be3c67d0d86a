import StrandlineBytes
import StrandlineStorage
import Testing

@testable import StrandlineLog

@Suite("headers and the manifest")
struct HeaderTests {
  private let segment = SegmentHeader(
    store: testStore, number: 3, epoch: Epoch(2), firstSequence: SequenceNumber(41), capacity: 4096,
    floor: SequenceNumber(40),
    predecessor: .init(number: 2, lastSequence: SequenceNumber(40), sealedSize: 3000, chain: 0xABCD),
    identity: StoreIdentity(hashSeed: .max, shardCount: 64, fingerprint: 5))

  private func record(_ kind: RecordKind) -> RecordHeader {
    RecordHeader(
      kind: kind, flags: RecordHeader.carriedFlag, payloadLength: 1234, payloadChecksum: 0xDEAD_BEEF, store: testStore,
      sequence: SequenceNumber(.max), epoch: Epoch(3), batch: BatchID(77), floor: SequenceNumber(9), after: 42)
  }

  @Test("of a record comes back as it was written", arguments: RecordKind.allCases)
  func recordRoundTrip(kind: RecordKind) throws {
    let header = record(kind)
    let bytes = header.encoded()
    #expect(bytes.count == RecordHeader.size)
    #expect(try RecordHeader(bytes[...]) == header)
    #expect(header.follows(42) && !header.follows(43))
    #expect(header.frameLength == 80 + 1240)
  }

  @Test("of a record with any bit turned is no header")
  func recordBits() {
    let bytes = record(.delta).encoded()
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: RecordHeader.Defect.self, "bit \(bit)") { try RecordHeader(damaged[...]) }
    }
  }

  @Test("of a record that is cut, or all zero, says so")
  func recordDefects() {
    #expect(throws: RecordHeader.Defect.truncated) { try RecordHeader(self.record(.delta).encoded().dropLast()) }
    #expect(throws: RecordHeader.Defect.unwritten) { try RecordHeader([UInt8](repeating: 0, count: 80)[...]) }
    #expect(throws: RecordHeader.Defect.magic) { try RecordHeader([UInt8](repeating: 1, count: 80)[...]) }
  }

  @Test("of a record of an unknown kind, version or length is told from damage", arguments: [8, 12, 13])
  func unsupported(position: Int) {
    var bytes = record(.delta).encoded()
    bytes[position + (position == 8 ? 3 : 0)] = 0xFF
    var writer = ByteWriter()
    writer.raw(bytes)
    writer.setUInt32(CRC32C.checksum(Array(bytes[8...])), at: 4)
    #expect(throws: RecordHeader.Defect.unsupported) { try RecordHeader(writer.bytes[...]) }
  }

  @Test("of a segment comes back as it was written")
  func segmentRoundTrip() throws {
    #expect(segment.encoded().count == SegmentHeader.size)
    #expect(try SegmentHeader(segment.encoded(), file: "x") == segment)
    var first = segment
    first.predecessor = nil
    #expect(try SegmentHeader(first.encoded(), file: "x") == first)
  }

  @Test("of a segment with any bit turned, or cut anywhere, is corrupt")
  func segmentBits() throws {
    let bytes = segment.encoded()
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(try code { _ = try SegmentHeader(damaged, file: "x") } == .corruption, "bit \(bit)")
    }
    for length in bytes.indices {
      #expect(try code { _ = try SegmentHeader(Array(bytes.prefix(length)), file: "x") } == .corruption)
    }
  }

  @Test("of a segment or manifest of a later version, or with a feature that must be known, is unsupported")
  func laterVersions() throws {
    var manifest = testManifest()
    manifest.segments = [.init(name: SegmentName(number: 1, epoch: Epoch(1)), sealedSize: nil)]
    for position in [12, 16, 23] {
      for (bytes, read) in [
        (segment.encoded(), { _ = try SegmentHeader($0, file: "x") } as ([UInt8]) throws -> Void),
        (manifest.encoded(), { _ = try Manifest($0, file: "x") }),
      ] {
        #expect(try code { try read(patched(bytes, position, 2)) } == .unsupportedFormat)
        // A feature that may be unknown is passed over.
        #expect(try code { try read(patched(bytes, 24, 0xFF)) } == nil)
      }
    }
  }

  private func patched(_ bytes: [UInt8], _ position: Int, _ value: UInt8) -> [UInt8] {
    var writer = ByteWriter()
    writer.raw(bytes)
    writer.overwrite([value], at: position)
    writer.setUInt32(CRC32C.checksum(Array(writer.bytes[12...])), at: 8)
    return writer.bytes
  }

  @Test("of a manifest comes back as it was written, with none or many segments")
  func manifestRoundTrip() throws {
    var manifest = testManifest()
    #expect(try Manifest(manifest.encoded(), file: "x") == manifest)
    for number in 1...200 {
      manifest.segments.append(
        .init(name: SegmentName(number: UInt64(number), epoch: Epoch(1)), sealedSize: number == 200 ? nil : number))
      #expect(try Manifest(manifest.encoded(), file: "x") == manifest || number < 200)
    }
    manifest.plan = ""
    #expect(try Manifest(manifest.encoded(), file: "x") == manifest)
  }

  @Test("of a manifest with any bit turned, cut anywhere or continued, is corrupt")
  func manifestBits() throws {
    var manifest = testManifest()
    manifest.segments = [
      .init(name: SegmentName(number: 1, epoch: Epoch(1)), sealedSize: 300),
      .init(name: SegmentName(number: 2, epoch: Epoch(1)), sealedSize: nil),
    ]
    let bytes = manifest.encoded()
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(try code { _ = try Manifest(damaged, file: "x") } == .corruption, "bit \(bit)")
    }
    for length in bytes.indices {
      #expect(try code { _ = try Manifest(Array(bytes.prefix(length)), file: "x") } == .corruption, "length \(length)")
    }
    #expect(try code { _ = try Manifest(bytes + [0], file: "x") } == .corruption)
  }

  @Test("of a manifest that names two segments being written, or no power of two of shards, is corrupt")
  func manifestSense() throws {
    var manifest = testManifest()
    manifest.segments = [1, 2].map { .init(name: SegmentName(number: $0, epoch: Epoch(1)), sealedSize: nil) }
    #expect(try code { _ = try Manifest(manifest.encoded(), file: "x") } == .corruption)
    for shards in [0, 3, 8192] {
      var manifest = testManifest()
      manifest.identity.shardCount = shards
      #expect(try code { _ = try Manifest(manifest.encoded(), file: "x") } == .corruption)
    }
  }

  @Test("name a segment in exactly one way")
  func names() {
    #expect(SegmentName(number: 1, epoch: Epoch(1)).description == "00000001-1.log")
    #expect(SegmentName(number: .max, epoch: Epoch(.max)).description == "\(UInt64.max)-\(UInt64.max).log")
    for name in ["00000001-1.log", "00000012-345.log", "123456789-1.log"] {
      #expect(SegmentName(name)?.description == name)
    }
    for text in [
      "1-1.log", "00000001-01.log", "00000001-1.LOG", "00000001.log", "00000001-1-1.log", "-1.log", "00000001-.log",
      "+0000001-1.log", "00000001-1.log ", "", ".log", "99999999999999999999-1.log", "0000000١-1.log",
    ] {
      #expect(SegmentName(text) == nil, "\(text)")
    }
  }
}
