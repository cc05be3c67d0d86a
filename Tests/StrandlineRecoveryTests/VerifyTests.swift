import StrandlineBytes
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineLog
@testable import StrandlineRecovery

@Suite("verifying a store")
struct VerifyTests {
  static let workload = Workload(seed: 71, batches: 24)
  static let settings = [
    StoreSettings(mode: .snapshot, segmentCapacity: 1 << 16), StoreSettings(mode: .log, segmentCapacity: 1 << 16),
    StoreSettings(mode: .log, segmentCapacity: 2 << 10, retained: 3),
    StoreSettings(mode: .log, segmentCapacity: 1 << 16, smallestSlice: 1),
  ]

  private func store(_ settings: StoreSettings) throws -> MemoryDirectory {
    let directory = MemoryDirectory()
    var session = try Session(directory.reopened(), settings)
    try session.run(Self.workload, upTo: 24)
    try session.store.close()
    return directory
  }

  private func verify(_ directory: MemoryDirectory) throws -> VerificationReport {
    let reader = StoreReader(directory, clock: { 0 })
    var last = 0
    return try reader.verify(try reader.facts(), empty: emptyState) { done, of in
      #expect(done == last + 1 && done <= of)
      last = done
    }
  }

  @Test("passes a good store and computes its digests", arguments: settings)
  func good(settings: StoreSettings) throws {
    let directory = try store(settings)
    let report = try verify(directory)
    let batches = try facts(directory).batches.count
    #expect(report.records == batches)
    #expect(report.digests > 0 && report.digests <= batches)
    if settings.mode == .snapshot || settings.segmentCapacity > 1 << 15 { #expect(report.digests == batches) }
    #expect(report.bytes > 0)
  }

  @Test("fails for a turned bit in any record, or reports the snapshot that it damaged", arguments: settings)
  func flipped(settings: StoreSettings) throws {
    let directory = try store(settings)
    for record in try records(directory) where record.header.kind.isBatch {
      for position in [30, record.header.frameLength - 9] {
        let copy = directory.copy()
        try flip(record.segment, copy, at: record.offset + position)
        let found: VerificationReport?
        do {
          found = try verify(copy)
        } catch is LogError {
          found = nil
        }
        #expect(found?.plan.degraded.isEmpty != true, "record \(record.header.sequence) byte \(position)")
      }
    }
  }

  @Test("fails for a state that was changed with every checksum and the chain made right again", arguments: settings)
  func forged(settings: StoreSettings) throws {
    let directory = try store(settings)
    let batches = try facts(directory).batches
    // The oldest batches of a log may build on snapshots that are gone: of them no digest can be computed.
    let checked = try verify(directory).digests - 1
    var forged = 0
    let bases = try RecoveryPlanner.plan(facts(directory)).bases
    for (number, batch) in batches.suffix(checked).enumerated() {
      // One part per batch, of every kind in turn.
      for index in batch.sections.indices where index == number % batch.sections.count {
        let section = batch.sections[index]
        // What a slice says may be overtaken by a delta, or come to nothing, unless it is the last one of a base.
        let isLast = section.kind == .lastSlice && bases[section.shard].last == batch.sequence
        if section.kind.isSlice && !isLast { continue }
        let copy = directory.copy()
        guard try forge(copy, batch: batch.batch, section: index) else { continue }
        forged += 1
        // Everything but the digest holds, so the facts are as before.
        #expect(try facts(copy).batches.count == batches.count)
        #expect(throws: LogError.self, "batch \(batch.batch) section \(index)") { _ = try verify(copy) }
      }
    }
    #expect(forged > 4)
  }

  @Test("does not find a forgery that forges nothing", arguments: settings)
  func control(settings: StoreSettings) throws {
    let directory = try store(settings)
    let batch = try #require(try facts(directory).batches.last)
    #expect(try forge(directory, batch: batch.batch, section: nil))
    _ = try verify(directory)
    try expectRecovers(directory, to: 23, of: Self.workload, settings)
  }

  /// Rewrites a store with one more added to a group's sum in one part of the state, and valid checksums everywhere.
  ///
  /// - Returns: whether that part holds a group that could be changed.
  private func forge(_ directory: MemoryDirectory, batch: BatchID, section: Int?) throws -> Bool {
    let found = try facts(directory)
    var compressor = try ZstdCompressor(level: 1)
    var decompressor = try ZstdDecompressor()
    var changed = section == nil
    var chain: UInt64?
    for segment in found.segments {
      let scan = try segment.scan.get()
      var offset = SegmentHeader.size
      let previous = chain ?? scan.header.predecessor?.chain ?? 0
      if chain != nil {
        var header = scan.header
        header.predecessor?.chain = previous
        try patch(segment.entry.name.description, directory, at: 0, header.encoded())
      }
      chain = previous
      for record in scan.records {
        var payload = try SegmentScanner.payload(of: record, in: directory)
        if record.header.kind.isBatch && record.header.batch == batch, let section {
          var commit = try CommitRecord(decoding: payload.rawSpan, withSections: true, decompressor: &decompressor)
          changed = try change(&commit.sections[section], &compressor, &decompressor)
          if !changed { return false }
          var writer = ByteWriter()
          try commit.encode(into: &writer, compressor: &compressor)
          // A frame of another length would move the records behind it.
          guard writer.count == payload.count else { return false }
          payload = writer.bytes
        }
        let header = RecordHeader(
          kind: record.header.kind, version: record.header.version, flags: record.header.flags,
          payloadLength: payload.count,
          payloadChecksum: CRC32C.checksum(payload), store: record.header.store, sequence: record.header.sequence,
          epoch: record.header.epoch, batch: record.header.batch, floor: record.header.floor, after: chain ?? 0)
        try patch(record.segment, directory, at: offset, header.encoded() + payload)
        chain = header.chain
        offset += header.frameLength
      }
    }
    return changed
  }

  private func change(
    _ section: inout StateSection, _ compressor: inout ZstdCompressor, _ decompressor: inout ZstdDecompressor
  ) throws -> Bool {
    var raw = try decompressor.decompress(section.frame.rawSpan, limit: section.rawLength)
    if raw.count < 40 { return false }
    // The last column of the last pane is the largest value: its base is followed by the distances.
    for position in raw.indices.reversed().prefix(16) {
      raw[position] ^= 1
      var state = emptyState(1, 0)
      let isState = (try? state.put(raw.rawSpan)) != nil
      var frame = ByteWriter()
      try compressor.compress(raw.rawSpan, appendingTo: &frame)
      if isState && frame.count == section.frame.count {
        section.frame = frame.bytes
        return true
      }
      raw[position] ^= 1
    }
    return false
  }
}
