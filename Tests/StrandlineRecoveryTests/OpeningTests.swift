import StrandlineBytes
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineLog
@testable import StrandlineRecovery

@Suite("opening a store")
struct OpeningTests {
  let workload = Workload(seed: 51, batches: 20)
  let settings = StoreSettings(mode: .log, segmentCapacity: 2 << 10)

  private func store() throws -> MemoryDirectory {
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory.reopened(), settings)
    try session.run(workload, upTo: 10)
    return directory
  }

  @Test("that is open already is refused with its owner, and works once that one has gone")
  func locked() throws {
    let directory = MemoryDirectory(path: "store")
    do {
      var first = try Session(directory.reopened(), settings)
      try first.run(workload, upTo: 5)
      var other = settings
      other.owner = "pid 2"
      let error = try expectRefused(directory.reopened(), .locked, other)
      #expect(error?.message.contains("pid 1") == true)
      try first.commit(5, of: workload)
    }
    try expectRecovers(directory, to: 5, of: workload, settings)
  }

  @Test("for another plan is refused with the lines that differ")
  func changedPlan() throws {
    let directory = try store()
    var other = settings
    other.plan = "rows by key\nwindow 2 ms"
    let error = try expectRefused(directory, .mismatch, other)
    #expect(error?.message.contains("- window 1 ms") == true)
    #expect(error?.message.contains("+ window 2 ms") == true)
    #expect(error?.message.contains("rows by key") == false)
  }

  @Test("for a plan with the same lines in another order says so")
  func reorderedPlan() throws {
    let directory = try store()
    var other = settings
    other.plan = "window 1 ms\nrows by key"
    let error = try expectRefused(directory, .mismatch, other)
    #expect(error?.message.contains("order") == true)
  }

  @Test("that must exist and doesn't is refused, and nothing is made")
  func missing() throws {
    let directory = MemoryDirectory()
    var must = settings
    must.mustExist = true
    #expect(throws: LogError.self) { _ = try Session(directory, must) }
    #expect(try directory.entries().filter { $0.name != StoreNames.lock }.isEmpty)
  }

  @Test("with another number of shards is refused with the command that changes it; where none is said it keeps them")
  func shards() throws {
    let directory = try store()
    var other = settings
    other.shards = 64
    let error = try expectRefused(directory, .mismatch, other)
    #expect(error?.message.contains("`strandline fork store --batch latest --shards 64 NEWSTORE`") == true)
    other.saysShards = false
    let session = try Session(directory, other)
    #expect(session.state.shardCount == settings.shards)
    try expect(session.state, isAfter: 9, of: workload)
  }

  @Test("counts the epochs")
  func epochs() throws {
    let directory = MemoryDirectory()
    for epoch in 1...5 {
      let session = try Session(directory.reopened(), settings)
      #expect(session.store.manifest.epoch == Epoch(UInt64(epoch)))
    }
  }

  @Test("removes what a killed roll, recovery or replacement of the manifest left, and leaves what it doesn't know")
  func leftovers() throws {
    let directory = try store()
    let manifest = try facts(directory).manifest
    let last = try #require(manifest.segments.last)
    let rolled = SegmentName(number: last.name.number + 1, epoch: manifest.epoch)
    let header = SegmentHeader(
      store: manifest.store, number: rolled.number, epoch: rolled.epoch, firstSequence: SequenceNumber(11),
      capacity: 4096, floor: SequenceNumber(10), predecessor: nil, identity: manifest.identity)
    try directory.open(rolled.description, .create).write(header.encoded(), at: 0)
    let created = SegmentName(number: last.name.number + 2, epoch: manifest.epoch)
    try directory.open(created.description, .create).preallocate(4096)
    try directory.open("MANIFEST-2.tmp", .create).write([1, 2, 3], at: 0)
    try directory.open("MANIFEST-7.tmp", .create).write([1, 2, 3], at: 0)
    try directory.open("notes.txt", .create).write([1, 2, 3], at: 0)
    try directory.open("00000001.log", .create).write([1, 2, 3], at: 0)

    let session = try Session(directory.reopened(), settings)
    let names = try directory.entries().map(\.name)
    for gone in [rolled.description, created.description, "MANIFEST-2.tmp", "MANIFEST-7.tmp"] {
      #expect(!names.contains(gone))
      #expect(session.report.plan?.remove.contains(gone) == true)
    }
    #expect(session.report.plan?.unknown == ["00000001.log", "notes.txt"])
    #expect(names.contains("notes.txt") && names.contains("00000001.log"))
    #expect(session.report.plan?.lines.contains { $0.contains("notes.txt") } == true)
    try expect(session.state, isAfter: 9, of: workload)
    let numbers = session.store.manifest.segments.map(\.name.number)
    #expect(numbers.last == created.number + 1, "a number is never used twice")
  }

  @Test("never removes another store's segment, or one of ours that holds records under a damaged header")
  func keepsRecords() throws {
    let directory = try store()
    let manifest = try facts(directory).manifest
    let last = try #require(manifest.segments.last)
    let first = try bytes(manifest.segments[0].name.description, directory)
    // A segment of ours that is not named, with a broken header and records that the named ones don't have.
    let ahead = directory.copy()
    var session = try Session(ahead.reopened(), settings)
    try session.run(workload, upTo: 12)
    let newest = try #require(try facts(ahead).manifest.segments.last).name.description
    let copy = directory.copy()
    let name = SegmentName(number: last.name.number + 5, epoch: manifest.epoch).description
    try copy.open(name, .create).write(try bytes(newest, ahead), at: 0)
    try flip(name, copy, at: 20)
    try expectRefused(copy, .corruption, settings)
    // With records that they do have, it shows what its blocks held before, and goes.
    let leftover = directory.copy()
    try leftover.open(name, .create).write(first, at: 0)
    try flip(name, leftover, at: 20)
    try expectRecovers(leftover, to: 9, of: workload, settings)
    #expect(try !leftover.entries().contains { $0.name == name })

    let foreign = SegmentHeader(
      store: StoreID(high: 1, low: 2), number: 99, epoch: Epoch(1), firstSequence: SequenceNumber(1), capacity: 4096,
      floor: SequenceNumber(0), predecessor: nil, identity: manifest.identity)
    try directory.open("00000099-1.log", .create).write(foreign.encoded(), at: 0)
    var later = ByteWriter()
    later.raw(first)
    later.overwrite([2], at: 12)
    later.setUInt32(CRC32C.checksum(Array(later.bytes[12..<SegmentHeader.size])), at: 8)
    try directory.open("00000098-1.log", .create).write(later.bytes, at: 0)
    let opened = try Session(directory.reopened(), settings)
    #expect(opened.report.plan?.unknown == ["00000098-1.log", "00000099-1.log"])
    #expect(try directory.entries().contains { $0.name == "00000099-1.log" })
  }

  @Test("refuses a store whose records are of a later format, instead of cutting them off")
  func laterFormat() throws {
    let directory = try store()
    let last = try #require(try records(directory).last)
    // Kind 9, with a checksum that holds.
    var header = Array(try bytes(last.segment, directory)[last.offset..<last.offset + RecordHeader.size])
    header[12] = 9
    try patch(last.segment, directory, at: last.offset, resealed(header))
    try expectRefused(directory, .unsupportedFormat, settings)
  }

  @Test(
    "refuses a manifest or a segment of a later version, or with a feature that it has to know", arguments: [12, 16])
  func laterVersion(at position: Int) throws {
    let directory = try store()
    let segment = try #require(try facts(directory).manifest.segments.first).name.description
    for (name, end) in [(Manifest.name, nil), (segment, SegmentHeader.size)] {
      let copy = directory.copy()
      var bytes = ByteWriter()
      bytes.raw(try Array(StrandlineRecoveryTests.bytes(name, copy).prefix(end ?? .max)))
      bytes.overwrite([2], at: position)
      bytes.setUInt32(CRC32C.checksum(Array(bytes.bytes[12...])), at: 8)
      try patch(name, copy, at: 0, bytes.bytes)
      let error = try expectRefused(copy, .unsupportedFormat, settings)
      #expect(error?.file == "store/\(name)")
      #expect(error?.message.contains("this version reads 1") == true)
      // The same without the change is read.
      bytes.overwrite([position == 12 ? 1 : 0], at: position)
      bytes.setUInt32(CRC32C.checksum(Array(bytes.bytes[12...])), at: 8)
      try patch(name, copy, at: 0, bytes.bytes)
      try expectRecovers(copy, to: 9, of: workload, settings)
    }
  }

  @Test("gives the batches whose output may not be published, with their receipts")
  func publish() throws {
    let directory = try store()
    let session = try Session(directory, settings)
    // Batch 9 says that everything before it is published; batch 8 alone has a receipt, batch 3 too.
    #expect(session.report.plan?.publish.isEmpty == true)
    let other = MemoryDirectory()
    var second = try Session(other.reopened(), settings)
    try second.run(workload, upTo: 9)
    let plan = try RecoveryPlanner.plan(try facts(other))
    #expect(plan.publish.map(\.batch) == [BatchID(8)])
    #expect(plan.publish.map(\.receipt) == [[8]])
  }
}
