import StrandlineBytes
import Testing

@testable import StrandlineLog

@Suite("the payload of a commit record")
struct CommitRecordTests {
  private func record(_ random: inout SeededRandom, partitions: Int, sections: Int) -> CommitRecord {
    var record = CommitRecord()
    for number in 0..<partitions {
      record.partitions.append(
        PartitionRecord(
          name: "partition é \(number)", identity: random.bytes(number % 40), offset: random.next(),
          rows: random.next() >> 20, maximumTime: number % 3 == 0 ? nil : Int64(bitPattern: random.next()),
          joinedAt: number % 2 == 0 ? .min : 5, status: [.active, .finished, .idle][number % 3]))
    }
    record.watermark = Int64(bitPattern: random.next())
    record.rowsRead = random.next()
    record.rowsLate = 1
    record.rowsRefused = 2
    record.rowsWritten = 3
    record.batchRows = random.next() >> 40
    record.panesClosed = 4
    record.groups = 5
    record.groupsChanged = 6
    record.digest = UInt128(random.next()) << 64 | UInt128(random.next())
    record.isFinished = random.next() & 1 == 0
    record.receipt = random.next() & 1 == 0 ? nil : random.bytes(9)
    record.sinkPosition = random.bytes(5)
    record.publishedBefore = BatchID(random.next())
    record.committedAt = -1
    for number in 0..<sections {
      record.sections.append(
        StateSection(
          kind: [.snapshot, .shardSnapshot, .shardDelta][number % 3], operatorID: number, shard: number * 7 % 4096,
          rawLength: number * 1000, frame: random.bytes(number * 3)))
    }
    return record
  }

  private func encoded(_ record: CommitRecord) throws -> [UInt8] {
    var compressor = try ZstdCompressor()
    var writer = ByteWriter()
    try record.encode(into: &writer, compressor: &compressor)
    return writer.bytes
  }

  private func decoded(_ bytes: [UInt8], withSections: Bool = true) throws -> CommitRecord {
    var decompressor = try ZstdDecompressor()
    return try CommitRecord(decoding: bytes.rawSpan, withSections: withSections, decompressor: &decompressor)
  }

  @Test("comes back as it was written, compressed or not", arguments: [(0, 0), (1, 1), (3, 40), (200, 3)])
  func roundTrip(partitions: Int, sections: Int) throws {
    for seed in UInt64(1)...20 {
      var random = SeededRandom(seed: seed)
      let record = record(&random, partitions: partitions, sections: sections)
      let bytes = try encoded(record)
      #expect(bytes[0] == (partitions > 100 ? 1 : 0) || partitions == 3)
      #expect(try decoded(bytes) == record, "seed \(seed)")
      var without = record
      for index in without.sections.indices { without.sections[index].frame = [] }
      #expect(try decoded(bytes, withSections: false) == without, "seed \(seed)")
    }
  }

  @Test("with any bit turned is refused: metadata and every frame have checksums of their own")
  func bits() throws {
    for (partitions, sections) in [(2, 3), (40, 2)] {
      var random = SeededRandom(seed: 5)
      let bytes = try encoded(record(&random, partitions: partitions, sections: sections))
      for bit in 0..<bytes.count * 8 {
        var damaged = bytes
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: BytesError.self, "bit \(bit)") { try decoded(damaged) }
      }
    }
  }

  @Test("cut anywhere or continued is refused")
  func cuts() throws {
    var random = SeededRandom(seed: 6)
    let bytes = try encoded(record(&random, partitions: 3, sections: 3))
    for length in bytes.indices {
      #expect(throws: BytesError.self) { try decoded(Array(bytes.prefix(length))) }
      #expect(throws: BytesError.self) { try decoded(Array(bytes.prefix(length)), withSections: false) }
    }
    #expect(throws: BytesError.self) { try decoded(bytes + [0]) }
    #expect(throws: BytesError.self) { try decoded(bytes + [0], withSections: false) }
  }

  @Test("of hostile bytes behind good checksums is refused or read, and never traps")
  func hostile() throws {
    for seed in UInt64(0)..<4000 {
      var random = SeededRandom(seed: seed)
      var metadata = ByteWriter()
      let start = try encoded(record(&random, partitions: 2, sections: 2))
      let length = Int(start[1]) | Int(start[2]) << 8
      var inner = Array(start[9..<9 + length])
      for _ in 0...random.next() % 4 {
        inner[Int(random.next() % UInt64(length))] = UInt8(truncatingIfNeeded: random.next())
      }
      metadata.uint8(0)
      metadata.uint32(UInt32(inner.count))
      metadata.uint32(CRC32C.checksum(inner))
      metadata.raw(inner)
      metadata.raw(Array(start[(9 + length)...]))
      do {
        _ = try decoded(metadata.bytes)
      } catch {
        #expect(error is BytesError, "seed \(seed)")
      }
    }
  }
}
