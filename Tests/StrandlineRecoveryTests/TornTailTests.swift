import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("a torn tail")
struct TornTailTests {
  let workload = Workload(seed: 31, batches: 14)
  let settings = StoreSettings(mode: .log, segmentCapacity: 1 << 13)

  /// A store of ten batches, the last of which no later record proves to be durable.
  private func store(_ end: Int = 10) throws -> (MemoryDirectory, ScannedRecord) {
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    try session.run(workload, upTo: end)
    let copy = directory.copy()
    return (copy, try #require(try records(copy).last))
  }

  /// Expects the last record to be cut, kept in quarantine and reported, and the store to go on without it.
  private func expectCut(_ directory: MemoryDirectory, _ last: ScannedRecord, _ comment: Comment) throws {
    let damaged = try bytes(last.segment, directory)
    let session = try Session(directory.reopened(), settings)
    #expect(session.next == 9, comment)
    try expect(session.state, isAfter: 8, of: workload, comment)
    let tail = try #require(session.report.plan?.tail, comment)
    #expect(tail.segment == last.segment && tail.offset == last.offset, comment)
    #expect(tail.sequence == last.header.sequence, comment)
    #expect(tail.isPossiblyAcknowledged, comment)
    #expect(session.report.plan?.lines.contains { $0.contains("cut") } == true, comment)
    let kept = Array(damaged[last.offset...].reversed().drop { $0 == 0 }.reversed())
    if kept.isEmpty {
      #expect(session.report.quarantined == nil, comment)
    } else {
      let name = try #require(session.report.quarantined, comment)
      #expect(try contents(directory)[name] == kept, comment)
    }
    try goesOn(directory, comment)
  }

  private func goesOn(_ directory: MemoryDirectory, _ comment: Comment) throws {
    let copy = directory.copy()
    var session = try Session(copy, settings)
    #expect(session.report.plan?.tail == nil, comment)
    try session.run(workload, upTo: 12)
    try session.store.close()
    try expectRecovers(copy, to: 11, of: workload, settings, comment)
  }

  @Test("that was never written beyond some byte is cut, wherever that is")
  func zeroed() throws {
    let (directory, last) = try store()
    for length in stride(from: 8, to: last.header.frameLength, by: 21) {
      let copy = directory.copy()
      let missing = last.header.frameLength - length
      // Where only zeros are missing, the record is whole.
      let tail = try bytes(last.segment, copy)[(last.offset + length)...].prefix(missing)
      if tail.allSatisfy({ $0 == 0 }) { continue }
      try patch(last.segment, copy, at: last.offset + length, Array(repeating: 0, count: missing))
      try expectCut(copy, last, "zeros from byte \(length) of the record on")
    }
  }

  @Test("isn't what a file that became shorter has: a segment has its full size from the beginning")
  func truncated() throws {
    let (directory, last) = try store()
    for length in stride(from: 0, to: last.header.frameLength, by: 19) {
      let copy = directory.copy()
      try copy.open(last.segment, .readWrite).truncate(to: last.offset + length)
      let error = try expectRefused(copy, .corruption, settings, "the file ends at byte \(length) of the record")
      #expect(error?.offset == last.offset + length)
    }
  }

  @Test("with a turned bit anywhere is cut")
  func flipped() throws {
    let (directory, last) = try store()
    for position in 0..<(RecordHeader.size + last.header.payloadLength) where position < 16 || position % 9 == 0 {
      let copy = directory.copy()
      try flip(last.segment, copy, at: last.offset + position, 1 << UInt8(position & 7))
      try expectCut(copy, last, "byte \(position)")
    }
  }

  @Test("of which only the end was written is cut")
  func headMissing() throws {
    let (directory, last) = try store()
    for length in [80, 128, 200] {
      try patch(last.segment, directory, at: last.offset, Array(repeating: 0, count: length))
      try expectCut(directory.copy(), last, "the first \(length) bytes are zero")
    }
  }

  @Test("of several unsynced batches is cut at the first damage, with the whole records behind it")
  func several() throws {
    let directory = MemoryDirectory()
    var group = settings
    group.durability = .group(nanos: 1 << 60)
    var session = try Session(directory, group)
    for number in 0..<4 { try session.write(number, of: workload) }
    try session.store.sync(now: true)
    for number in 4..<10 { try session.write(number, of: workload) }
    let copy = directory.copy()
    let all = try records(copy)
    try flip(all[6].segment, copy, at: all[6].offset + 90)
    let again = try Session(copy.reopened(), settings)
    #expect(again.next == 6)
    #expect(again.report.plan?.tail?.laterRecords == 3)
    #expect(again.report.plan?.carry.count == 2)
    #expect(again.report.plan?.floor == SequenceNumber(4))
    try expect(again.state, isAfter: 5, of: workload)
  }

  @Test("of the very first batch leaves an empty store that begins anew")
  func firstBatch() throws {
    let (directory, last) = try store(1)
    try flip(last.segment, directory, at: last.offset + 90)
    var session = try Session(directory, settings)
    #expect(session.next == 0)
    #expect(session.report.plan?.lines.contains { $0.contains("cut") } == true)
    try session.run(workload, upTo: 5)
    try expect(session.state, isAfter: 4, of: workload)
  }

  @Test("is no longer one once an idle writer has proved the batch")
  func idle() throws {
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    try session.run(workload, upTo: 10)
    try session.store.noteIdle()
    let count = try records(directory.copy()).count
    try session.store.noteIdle()
    #expect(try records(directory.copy()).count == count, "a second note of the same says nothing new")
    let copy = directory.copy()
    let record = try #require(try records(copy).last { $0.header.kind.isBatch })
    try flip(record.segment, copy, at: record.offset + 90)
    try expectRefused(copy, .corruption, settings)
  }

  @Test("is no longer one once recovery has written the batch again")
  func carried() throws {
    let (directory, _) = try store()
    do { _ = try Session(directory.reopened(), settings) }
    let record = try #require(try records(directory).last { $0.header.kind.isBatch })
    #expect(record.header.flags == RecordHeader.carriedFlag)
    let flipped = directory.copy()
    try flip(record.segment, flipped, at: record.offset + 90)
    try expectRefused(flipped, .corruption, settings)
    // Also when nothing of it is left that could say so.
    try patch(record.segment, directory, at: record.offset, Array(repeating: 0, count: record.header.frameLength))
    try expectRefused(directory, .corruption, settings)
  }
}
