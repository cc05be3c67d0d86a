import StrandlineBytes
import StrandlineStorage
import Testing

@testable import StrandlineLog

@Suite("the writer of a log")
struct CommitLogTests {
  @Test("appends records that are found in order, chained and numbered", arguments: Place.allCases)
  func appends(place: Place) throws {
    try place.with { directory in
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock, capacity: 1 << 16)
      for number in 0..<50 as Range<UInt64> {
        try log.appendTest(number, bytes: 8 + Int(number))
        #expect(log.lastAppended == SequenceNumber(number + 1))
        #expect(log.floor == SequenceNumber(number))
        try log.sync()
        #expect(log.floor == SequenceNumber(number + 1))
      }
      let (records, scans) = try readLog(directory)
      #expect(records.map(\.header.sequence.value) == Array(1...50))
      #expect(records.map(\.header.batch.value) == Array(0..<50))
      #expect(records.map(\.header.floor.value) == Array(0..<50))
      #expect(scans.map(\.end) == [.clean])
      #expect(log.bytesOnDisk == scans[0].endOffset)
      #expect(log.bytesAppended == scans[0].endOffset - SegmentHeader.size)
      #expect(try SegmentScanner.payload(of: records[30], in: directory).count == 38)
    }
  }

  @Test("goes on in a new segment when one is full, and seals the old one", arguments: Place.allCases)
  func rolls(place: Place) throws {
    try place.with { directory in
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock, capacity: 1 << 10)
      for number in 0..<40 as Range<UInt64> {
        try log.appendTest(number)
        if number % 3 == 0 { try log.sync() }
      }
      try log.sync()
      let manifest = try #require(try ManifestFile.read(directory))
      #expect(manifest == log.manifest)
      #expect(manifest.segments.count == 10)
      #expect(manifest.segments.dropLast().allSatisfy { $0.sealedSize != nil })
      #expect(manifest.segments.last?.sealedSize == nil)
      let (records, scans) = try readLog(directory)
      #expect(records.map(\.header.sequence.value) == Array(1...40))
      #expect(scans.allSatisfy { $0.end == .clean })
      for (before, after) in zip(scans, scans.dropFirst()) {
        #expect(after.header.predecessor?.sealedSize == before.endOffset)
        #expect(after.header.predecessor?.chain == before.chain)
        #expect(after.header.predecessor?.lastSequence == before.records.last?.header.sequence)
        // A segment is sealed only once it is durable.
        #expect(after.header.floor == before.records.last?.header.sequence)
      }
      #expect(log.bytesOnDisk == scans.reduce(0) { $0 + $1.endOffset })
    }
  }

  @Test("gives a record that is larger than a segment one that holds two of its size", arguments: Place.allCases)
  func bigRecords(place: Place) throws {
    try place.with { directory in
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock, capacity: 1 << 10)
      try log.appendTest(0)
      try log.appendTest(1, bytes: 100_000)
      try log.appendTest(2, bytes: 100_000)
      try log.appendTest(3)
      try log.sync()
      let (records, scans) = try readLog(directory)
      #expect(records.count == 4)
      #expect(scans.count == 2)
      #expect(scans[1].header.capacity > 250_000 && scans[1].fileSize == scans[1].header.capacity)
    }
  }

  @Test("removes segments only once they aren't needed and the manifest no longer names them")
  func retention() throws {
    let directory = MemoryDirectory()
    let lock = try directory.lock("LOCK", owner: "pid 1")
    var log = try beginLog(directory, lock: lock, capacity: 1 << 10)
    func segments() throws -> [String] { try directory.entries().map(\.name).filter { $0.hasSuffix(".log") } }
    for number in 0..<10 as Range<UInt64> { try log.appendTest(number) }
    #expect(try segments().count == 3)
    let last = try #require(try readLog(directory).scans[0].records.last).header.sequence
    log.keep(from: last)
    for number in 10..<14 as Range<UInt64> { try log.appendTest(number) }
    #expect(try segments().first == "00000001-1.log", "its last record is still needed")
    log.keep(from: last.next)
    #expect(try segments().first == "00000001-1.log", "nothing is removed between two rolls")
    for number in 14..<18 as Range<UInt64> { try log.appendTest(number) }
    #expect(try segments().first == "00000002-1.log")
    #expect(try segments() == log.manifest.segments.map(\.name.description))
    // Going back is not possible.
    log.keep(from: SequenceNumber(1))
    for number in 18..<22 as Range<UInt64> { try log.appendTest(number) }
    try log.sync()
    let (records, _) = try readLog(directory)
    #expect(records.first?.header.sequence == last.next)
    #expect(records.last?.header.sequence == SequenceNumber(22))
  }

  @Test("costs one write and one sync per commit, and nothing else")
  func counts() throws {
    let directory = CountingDirectory(MemoryDirectory())
    let lock = try directory.lock("LOCK", owner: "pid 1")
    var log = try beginLog(directory, lock: lock, capacity: 1 << 20)
    for number in 0..<20 as Range<UInt64> {
      let before = directory.counts
      try log.appendTest(number, bytes: 1000 * Int(number) + 8)
      try log.sync()
      var expected = StorageCounts()
      expected.writes = 1
      expected.fileSyncs = 1
      expected.bytesWritten = 80 + (1000 * Int(number) + 15) & ~7
      #expect(directory.counts - before == expected)
      try log.sync()
      #expect(directory.counts - before == expected, "there is nothing to sync")
    }
  }

  @Test("takes nothing more after a failed write or sync, and the next opening finds what was durable")
  func poisoned() throws {
    for fault in [FailingDirectory.Fault.write, .sync] {
      let memory = MemoryDirectory()
      let directory = FailingDirectory(memory)
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock)
      try log.appendTest(0)
      try log.sync()
      directory.fail(fault)
      let first = try code {
        try log.appendTest(1)
        try log.sync()
      }
      #expect(first == .storage)
      directory.fail(nil)
      // The disk works again, but nobody knows what it holds.
      #expect(try code { try log.appendTest(2) } == .poisoned)
      #expect(try code { try log.sync() } == .poisoned)
      #expect(try code { try log.close(batch: BatchID(2)) } == .poisoned)
      #expect(log.floor == SequenceNumber(1))
      #expect(try readLog(memory).records.first?.header.sequence == SequenceNumber(1))
    }
  }

  @Test("is poisoned by a roll that fails", arguments: [FailingDirectory.Fault.write, .sync])
  func poisonedRoll(fault: FailingDirectory.Fault) throws {
    let memory = MemoryDirectory()
    let directory = FailingDirectory(memory)
    let lock = try directory.lock("LOCK", owner: "pid 1")
    var log = try beginLog(directory, lock: lock, capacity: 1280)
    for number in 0..<5 as Range<UInt64> { try log.appendTest(number) }
    try log.sync()
    directory.fail(fault)
    #expect(try code { try log.appendTest(5) } == .storage)
    directory.fail(nil)
    #expect(try code { try log.appendTest(5) } == .poisoned)
    #expect(try readLog(memory).records.count == 5)
  }

  @Test("acknowledges nothing once its lock file was replaced", arguments: Place.allCases)
  func fenced(place: Place) throws {
    try place.with { directory in
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock)
      try log.appendTest(0)
      try log.sync()
      try directory.remove("LOCK")
      let other = try directory.lock("LOCK", owner: "pid 2")
      try log.appendTest(1)
      #expect(try code { try log.sync() } == .fenced)
      #expect(log.floor == SequenceNumber(1))
      #expect(try code { try log.appendTest(2) } == .poisoned)
      other.release()
    }
  }

  @Test("does not replace the manifest once its lock file was replaced", arguments: Place.allCases)
  func fencedRoll(place: Place) throws {
    try place.with { directory in
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock, capacity: 1280)
      for number in 0..<5 as Range<UInt64> { try log.appendTest(number) }
      try log.sync()
      let manifest = try bytes(Manifest.name, directory)
      try directory.remove("LOCK")
      // Everything is synced, so that the roll has nothing to sync and to be stopped by.
      #expect(try code { try log.appendTest(5) } == .fenced)
      #expect(try bytes(Manifest.name, directory) == manifest)
    }
  }

  @Test("says when it was closed, and takes nothing more", arguments: Place.allCases)
  func closes(place: Place) throws {
    try place.with { directory in
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock)
      try log.appendTest(0)
      try log.close(batch: BatchID(0))
      let (records, _) = try readLog(directory)
      #expect(records.map(\.header.kind) == [.delta, .closed])
      #expect(records.last?.header.floor == SequenceNumber(1))
      #expect(try code { try log.appendTest(1) } == .poisoned)
    }
  }

  @Test("never syncs when it is told so for a drill, and says that nothing is durable by its counts")
  func skipsSync() throws {
    let directory = CountingDirectory(MemoryDirectory())
    let lock = try directory.lock("LOCK", owner: "pid 1")
    var log = try CommitLog.begin(
      in: directory, lock: lock, manifest: testManifest(), sealed: [], number: 1, last: SequenceNumber(0), chain: 0,
      carrying: [], options: LogOptions(segmentCapacity: 4096, skipsSync: true))
    let before = directory.counts
    try log.appendTest(0)
    try log.sync()
    #expect((directory.counts - before).fileSyncs == 0)
  }

  @Test("writes carried records again, marked, with a floor that covers them", arguments: Place.allCases)
  func carries(place: Place) throws {
    try place.with { directory in
      var carried: [CommitLog.CarriedRecord] = []
      for number in 1...3 as ClosedRange<UInt64> {
        let payload = [UInt8](repeating: UInt8(number), count: Int(number) * 50)
        carried.append(
          .init(
            header: RecordHeader(
              kind: .delta, flags: 0, payloadLength: payload.count, payloadChecksum: CRC32C.checksum(payload),
              store: testStore, sequence: SequenceNumber(number), epoch: Epoch(1), batch: BatchID(number),
              floor: SequenceNumber(0), after: 0),
            payload: payload))
      }
      let lock = try directory.lock("LOCK", owner: "pid 1")
      var log = try beginLog(directory, lock: lock, capacity: 512, carrying: carried)
      #expect(log.floor == SequenceNumber(3))
      try log.appendTest(4)
      try log.sync()
      let (records, scans) = try readLog(directory)
      #expect(records.map(\.header.sequence.value) == [1, 2, 3, 4])
      #expect(records.map(\.header.flags) == [1, 1, 1, 0])
      #expect(scans[0].header.floor == SequenceNumber(3))
      #expect(try SegmentScanner.payload(of: records[1], in: directory) == carried[1].payload)
    }
  }
}
