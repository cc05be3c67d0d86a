import StrandlineBytes
import StrandlineStorage
import Testing

@testable import StrandlineLog

/// The bytes of hexadecimal digits.
func fromHex(_ hex: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var high: UInt8?
  for digit in hex {
    let value = UInt8(digit.hexDigitValue ?? 0)
    if let upper = high {
      bytes.append(upper << 4 | value)
      high = nil
    } else {
      high = value
    }
  }
  return bytes
}

@Suite("the format of version 1")
struct FormatTests {
  private let identity = StoreIdentity(
    hashSeed: 0x2122_2324_2526_2728, shardCount: 2, fingerprint: 0xEE94_C292_5BEE_E0D7)
  private let chain: UInt64 = 0xC560_2C1E_414D_BF98

  /// Expects bytes to be those of the page, and names the first field that differs.
  private func expect(
    _ found: [UInt8], _ fields: [(field: String, hex: String)], at location: SourceLocation = #_sourceLocation
  ) {
    var offset = 0
    for (field, hex) in fields {
      let wanted = fromHex(hex)
      let part = Array(found.dropFirst(offset).prefix(wanted.count))
      #expect(part == wanted, "\(field) at byte \(offset)", sourceLocation: location)
      offset += wanted.count
    }
    #expect(found.count == offset, sourceLocation: location)
  }

  private func bytes(_ fields: [(field: String, hex: String)]) -> [UInt8] {
    fromHex(fields.map(\.hex).joined())
  }

  @Test("has this header of a segment")
  func segment() throws {
    let header = SegmentHeader(
      store: testStore, number: 2, epoch: Epoch(1), firstSequence: SequenceNumber(3), capacity: 4096,
      floor: SequenceNumber(2),
      predecessor: .init(number: 1, lastSequence: SequenceNumber(2), sealedSize: 640, chain: chain),
      identity: identity)
    expect(header.encoded(), literalSegment)
    #expect(try SegmentHeader(bytes(literalSegment), file: "x") == header)
  }

  @Test("has this manifest")
  func manifest() throws {
    let manifest = Manifest(
      store: testStore, epoch: Epoch(1), identity: identity, plan: "count by key",
      segments: [
        .init(name: SegmentName(number: 1, epoch: Epoch(1)), sealedSize: 640),
        .init(name: SegmentName(number: 2, epoch: Epoch(1)), sealedSize: nil),
      ])
    expect(manifest.encoded(), literalManifest)
    #expect(try Manifest(bytes(literalManifest), file: "x") == manifest)
  }

  @Test("has this record of a closed store")
  func closed() throws {
    let header = RecordHeader(
      kind: .closed, flags: 0, payloadLength: 0, payloadChecksum: 0, store: testStore, sequence: SequenceNumber(3),
      epoch: Epoch(1), batch: BatchID(1), floor: SequenceNumber(2), after: chain)
    expect(header.encoded(), literalClosed)
    #expect(try RecordHeader(bytes(literalClosed)[...]) == header)
  }

  @Test("has these records of batches, with this chain")
  func batches() throws {
    var first = CommitRecord()
    first.partitions = [
      PartitionRecord(
        name: "in", identity: [1, 2], offset: 300, rows: 3, maximumTime: -5, joinedAt: .min, status: .active)
    ]
    first.watermark = -10
    first.rowsRead = 3
    first.batchRows = 3
    first.groups = 2
    first.groupsChanged = 2
    first.digest = 0x1F29_4DC4_ECD7_7EC3_3BAC_95E7_CF5A_39B0
    first.receipt = [7]
    first.committedAt = 1_600_000_000_000_000
    let frame = literalSnapshot.first { $0.field == "frame" }?.hex ?? ""
    first.sections = [
      StateSection(
        kind: .snapshot, operatorID: 0, shard: 0, rawLength: 31, frame: fromHex(frame))
    ]
    var second = first
    second.partitions[0].status = .finished
    second.watermark = 0
    second.rowsWritten = 2
    second.batchRows = 0
    second.panesClosed = 1
    second.groups = 0
    second.groupsChanged = 0
    second.digest = 0
    second.isFinished = true
    second.receipt = nil
    second.sinkPosition = [9]
    second.publishedBefore = BatchID(1)
    second.committedAt += 1
    second.sections = []

    var previous: UInt64 = 0
    for (record, kind, fields, sequence) in [
      (first, RecordKind.snapshot, literalSnapshot, 1), (second, .tick, literalTick, 2),
    ] as [(CommitRecord, RecordKind, [(field: String, hex: String)], UInt64)] {
      var compressor = try ZstdCompressor()
      var payload = ByteWriter()
      try record.encode(into: &payload, compressor: &compressor)
      let header = RecordHeader(
        kind: kind, flags: 0, payloadLength: payload.count, payloadChecksum: CRC32C.checksum(payload.bytes),
        store: testStore, sequence: SequenceNumber(sequence), epoch: Epoch(1), batch: BatchID(sequence - 1),
        floor: SequenceNumber(sequence - 1), after: previous)
      var frame = header.encoded() + payload.bytes
      while frame.count % 8 != 0 { frame.append(0) }
      expect(frame, fields)
      var decompressor = try ZstdDecompressor()
      let found = Array(bytes(fields)[80..<80 + payload.count])
      #expect(
        try CommitRecord(decoding: found.rawSpan, withSections: true, decompressor: &decompressor) == record)
      previous = header.chain
    }
    #expect(previous == chain)
  }

  @Test("has these numbers for kinds, statuses and parts")
  func numbers() {
    #expect(RecordKind.allCases.map(\.rawValue) == [1, 2, 3, 4, 5])
    #expect(RecordKind.allCases.map(\.name) == ["snapshot", "delta", "tick", "floor", "closed"])
    let sections = [
      StateSection.Kind.snapshot, .shardSnapshot, .shardDelta, .firstSlice, .middleSlice, .lastSlice,
    ]
    #expect(sections.map(\.rawValue) == [1, 2, 3, 4, 5, 6])
    let statuses = [PartitionRecord.Status.active, .finished, .idle]
    #expect(statuses.map(\.rawValue) == [1, 2, 3])
    #expect(RecordHeader.carriedFlag == 1)
    #expect(RecordHeader.slicedVersion == 2 && RecordHeader.operatorsVersion == 3 && RecordHeader.planesVersion == 4)
    #expect(RecordHeader.formatVersion == 1 && SegmentHeader.formatVersion == 1 && Manifest.formatVersion == 1)
    #expect(RecordHeader.maximumPayload == 2_147_483_647)
  }
}
