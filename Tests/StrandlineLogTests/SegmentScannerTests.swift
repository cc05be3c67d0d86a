import StrandlineBytes
import StrandlineStorage
import Testing

@testable import StrandlineLog

@Suite("the scanner of a segment")
struct SegmentScannerTests {
  private static let name = "00000001-1.log"

  /// A segment of ten records of different lengths, of which the last is at the end of what is written.
  private func segment(capacity: Int = 4 << 10) throws -> (MemoryDirectory, [ScannedRecord]) {
    let directory = MemoryDirectory()
    let lock = try directory.lock("LOCK", owner: "pid 1")
    var log = try beginLog(directory, lock: lock, capacity: capacity)
    for number in 0..<10 as Range<UInt64> { try log.appendTest(number, bytes: 20 + 30 * Int(number)) }
    try log.sync()
    let copy = directory.copy()
    return (copy, try readLog(copy).records)
  }

  private func scan(
    _ directory: MemoryDirectory, sealedSize: Int? = nil, expecting: SegmentScanner.Expectation? = nil
  ) throws -> SegmentScan {
    try SegmentScanner.scan(
      Self.name, in: directory, sealedSize: sealedSize, store: testStore, expecting: expecting
    ) { _, _ throws(LogError) in }
  }

  private func frame(_ record: ScannedRecord, _ directory: MemoryDirectory) throws -> [UInt8] {
    Array(try bytes(Self.name, directory)[record.offset..<record.offset + record.header.frameLength])
  }

  @Test("ends cleanly at the unwritten rest, at the end of the file and at the sealed size")
  func clean() throws {
    let (directory, records) = try segment()
    let end = records[9].offset + records[9].header.frameLength
    #expect(try scan(directory).end == .clean)
    #expect(try scan(directory, sealedSize: end).end == .clean)
    #expect(try scan(directory, sealedSize: end).endOffset == end)
    // Nothing beyond a sealed size is read, records included.
    let earlier = try scan(directory, sealedSize: records[5].offset)
    #expect(earlier.end == .clean && earlier.records.count == 5)
    for size in [end, end + 8, end + 79, end + 80, end + 81] {
      let copy = directory.copy()
      try copy.open(Self.name, .readWrite).truncate(to: size)
      #expect(try scan(copy).end == .clean, "\(size)")
      #expect(try scan(copy).records.count == 10)
    }
  }

  @Test("finds the whole records behind damage, for damage of any byte of a record")
  func later() throws {
    let (directory, records) = try segment()
    for position in 0..<records[4].header.frameLength - 8 {
      let copy = directory.copy()
      let old = try bytes(Self.name, copy)[records[4].offset + position]
      try patch(Self.name, copy, at: records[4].offset + position, [old ^ 0x40])
      let found = try scan(copy)
      guard case .damaged(_, let later) = found.end else {
        Issue.record("byte \(position) was not found")
        continue
      }
      #expect(found.records == Array(records[..<4]))
      #expect(found.endOffset == records[4].offset)
      #expect(later == Array(records[5...]), "byte \(position)")
    }
  }

  @Test("reports a record that is missing, doubled, in another's place or from another store")
  func misfits() throws {
    let (directory, records) = try segment()
    let first = try frame(records[3], directory)
    let second = try frame(records[4], directory)

    let swapped = directory.copy()
    try patch(Self.name, swapped, at: records[3].offset, second + first)
    #expect(reason(try scan(swapped))?.contains("record 5 stands where record 4 belongs") == true)

    let doubled = directory.copy()
    try patch(Self.name, doubled, at: records[4].offset, first)
    #expect(reason(try scan(doubled))?.contains("record 4 stands where record 5 belongs") == true)

    let missing = directory.copy()
    try patch(Self.name, missing, at: records[3].offset, second)
    #expect(reason(try scan(missing))?.contains("record 5 stands where record 4 belongs") == true)

    let foreign = directory.copy()
    try patch(Self.name, foreign, at: records[3].offset, try again(records[3], store: StoreID(high: 1, low: 1)))
    #expect(reason(try scan(foreign))?.contains("another store") == true)
  }

  @Test("reports a record that doesn't continue the chain, though its number is right")
  func chain() throws {
    let (directory, records) = try segment()
    try patch(Self.name, directory, at: records[3].offset, try again(records[3], store: testStore))
    let found = try scan(directory)
    #expect(found.records.count == 3)
    #expect(reason(found)?.contains("chain") == true)
  }

  /// The header of a record as another history would have written it, with its own checksum.
  private func again(_ record: ScannedRecord, store: StoreID) throws -> [UInt8] {
    let header = record.header
    return RecordHeader(
      kind: header.kind, flags: header.flags, payloadLength: header.payloadLength,
      payloadChecksum: header.payloadChecksum, store: store, sequence: header.sequence, epoch: header.epoch,
      batch: header.batch, floor: header.floor, after: 999
    ).encoded()
  }

  private func reason(_ scan: SegmentScan) -> String? {
    if case .damaged(let reason, _) = scan.end { reason } else { nil }
  }

  @Test("takes a hole with something behind it for damage, and a hole before the sealed size")
  func holes() throws {
    let (directory, records) = try segment()
    let end = records[9].offset + records[9].header.frameLength
    let hole = directory.copy()
    try patch(Self.name, hole, at: records[9].offset, [UInt8](repeating: 0, count: 80))
    #expect(reason(try scan(hole))?.contains("behind an unwritten place") == true)
    let behind = directory.copy()
    try patch(Self.name, behind, at: 4095, [1])
    #expect(reason(try scan(behind)) != nil)
    #expect(reason(try scan(directory, sealedSize: end + 8)) != nil)
    let short = directory.copy()
    try short.open(Self.name, .readWrite).truncate(to: end - 8)
    #expect(reason(try scan(short, sealedSize: end)) != nil)
  }

  @Test("reports a file that ends inside a record, wherever that is")
  func truncated() throws {
    let (directory, records) = try segment()
    for size in records[9].offset + 1..<records[9].offset + records[9].header.frameLength {
      let copy = directory.copy()
      try copy.open(Self.name, .readWrite).truncate(to: size)
      let found = try scan(copy)
      #expect(found.records.count == 9)
      // The padding is part of the record.
      #expect(reason(found) != nil, "\(size)")
    }
  }

  @Test("refuses what its caller didn't expect as a first record")
  func expectations() throws {
    let (directory, _) = try segment()
    #expect(reason(try scan(directory, expecting: .init(sequence: SequenceNumber(2), chain: 0))) != nil)
    #expect(reason(try scan(directory, expecting: .init(sequence: SequenceNumber(1), chain: 1))) != nil)
    #expect(reason(try scan(directory, expecting: .init(sequence: nil, chain: 0))) == nil)
  }

  @Test("throws for a record of a later format, and passes over one behind damage")
  func laterFormat() throws {
    let (directory, records) = try segment()
    var writer = ByteWriter()
    writer.raw(try frame(records[6], directory).prefix(80).map { $0 })
    writer.overwrite([99], at: 13)
    writer.setUInt32(CRC32C.checksum(Array(writer.bytes[8...])), at: 4)
    try patch(Self.name, directory, at: records[6].offset, writer.bytes)
    #expect(try code { _ = try scan(directory) } == .unsupportedFormat)
    try patch(Self.name, directory, at: records[4].offset, [0])
    let found = try scan(directory)
    guard case .damaged(_, let later) = found.end else {
      Issue.record("damage was not found")
      return
    }
    #expect(later.map(\.header.sequence.value) == [6, 8, 9, 10])
  }

  @Test("finds records anywhere, whatever the header says")
  func anywhere() throws {
    let (directory, records) = try segment()
    try patch(Self.name, directory, at: 0, [UInt8](repeating: 0xFF, count: 256))
    #expect(try SegmentScanner.records(anywhereIn: Self.name, in: directory, store: testStore) == records)
    #expect(
      try SegmentScanner.records(anywhereIn: Self.name, in: directory, store: StoreID(high: 0, low: 0)).isEmpty)
  }

  @Test("finds later records across the pieces in which it reads a large segment")
  func largeSegment() throws {
    let directory = MemoryDirectory()
    let lock = try directory.lock("LOCK", owner: "pid 1")
    var log = try beginLog(directory, lock: lock, capacity: 4 << 20)
    // Lengths for which headers come to lie on both sides of a megabyte.
    for number in 0..<6 as Range<UInt64> { try log.appendTest(number, bytes: (1 << 19) - 80 - 40) }
    try log.sync()
    let records = try readLog(directory).records
    try patch(Self.name, directory, at: records[0].offset, [0])
    guard case .damaged(_, let later) = try scan(directory).end else {
      Issue.record("damage was not found")
      return
    }
    #expect(later == Array(records.dropFirst()))
  }

  @Test("refuses a payload that changed since it was scanned")
  func payload() throws {
    let (directory, records) = try segment()
    #expect(try SegmentScanner.payload(of: records[2], in: directory).count == 80)
    try patch(Self.name, directory, at: records[2].offset + 85, [7])
    #expect(try code { _ = try SegmentScanner.payload(of: records[2], in: directory) } == .corruption)
  }

  @Test("never traps on a segment of random bytes behind a good header")
  func hostile() throws {
    let (directory, records) = try segment()
    let good = try bytes(Self.name, directory)
    for seed in UInt64(0)..<300 {
      var random = SeededRandom(seed: seed)
      let copy = directory.copy()
      for _ in 0..<3 {
        // Headers with good checksums and nonsense inside, where records begin.
        let record = records[Int(random.next() % 10)]
        var writer = ByteWriter()
        writer.raw(Array(good[record.offset..<record.offset + 80]))
        writer.overwrite(random.bytes(8), at: 8 + Int(random.next() % 60))
        writer.setUInt32(CRC32C.checksum(Array(writer.bytes[8...])), at: 4)
        try patch(Self.name, copy, at: record.offset, writer.bytes)
      }
      do {
        let found = try scan(copy)
        #expect(found.end != .clean || found.records.count < 10 || found.records == records, "seed \(seed)")
      } catch let error as LogError {
        #expect(error.code == .unsupportedFormat, "seed \(seed)")
      }
    }
  }
}
