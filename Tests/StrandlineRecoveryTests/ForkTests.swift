import StrandlineLog
import StrandlineState
import StrandlineStorage
import StrandlineTestKit
import Testing

@testable import StrandlineRecovery

@Suite("a fork of a store")
struct ForkTests {
  static let workload = Workload(seed: 91, batches: 30)
  static let settings = [
    StoreSettings(mode: .snapshot, segmentCapacity: 2 << 10, retained: 12),
    StoreSettings(mode: .log, segmentCapacity: 2 << 10, retained: 12),
  ]

  private func store(_ settings: StoreSettings, upTo end: Int = 25) throws -> MemoryDirectory {
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory.reopened(), settings)
    try session.run(Self.workload, upTo: end)
    try session.store.close()
    return directory
  }

  /// Forks a store, which must stay as it is.
  @discardableResult
  private func fork(
    _ directory: MemoryDirectory, _ batch: Int?, shards: Int? = nil, into target: any Directory
  ) throws -> StoreForkReport {
    let before = try contents(directory)
    let words = StepClock()
    var options = StoreForkOptions(clock: { 0 }, random: { words.next() &* 0xD1B5_4A32_D192_ED03 })
    options.shardCount = shards
    options.log = LogOptions(segmentCapacity: 4 << 10)
    defer { #expect(throws: Never.self) { try #expect(contents(directory) == before) } }
    return try StoreFork(of: directory, options: options).make(
      from: batch.map { BatchID(UInt64($0)) }, into: target, empty: emptyState)
  }

  @Test("at any batch that can be restored goes on from there, also with more or fewer shards", arguments: settings)
  func anyBatch(settings: StoreSettings) throws {
    let directory = try store(settings)
    let ranges = RecoveryPlanner.restorable(try facts(directory))
    #expect(ranges.count == 1 && ranges[0].upperBound == BatchID(24) && ranges[0].count >= 12)
    for number in Int(ranges[0].lowerBound.value)...24 {
      for shards in [[nil, 16], [1]][number % 2] {
        let comment: Comment = "batch \(number) shards \(shards ?? 0)"
        let target = MemoryDirectory(path: "fork")
        let report = try fork(directory, number, shards: shards, into: target)
        #expect(report.batch == BatchID(UInt64(number)) && report.records == 1, comment)
        #expect(report.repeated == (number == 24 ? nil : BatchID(UInt64(number) + 1)...BatchID(24)), comment)
        #expect(report.repeatedRows == Self.workload.batches[24].rowsRead - Self.workload.batches[number].rowsRead)
        let found = try facts(target)
        let old = try facts(directory).manifest
        #expect(found.manifest.store != old.store && found.manifest.plan == old.plan, comment)
        #expect(found.manifest.identity.hashSeed == old.identity.hashSeed, comment)
        #expect(found.manifest.identity.shardCount == shards ?? settings.shards, comment)
        var going = settings
        going.shards = shards ?? settings.shards
        let reader = StoreReader(target, clock: { 0 })
        #expect(try reader.verify(found, empty: emptyState) { _, _ in }.digests == 1, comment)
        var session = try Session(target.reopened(), going)
        #expect(session.next == number + 1, comment)
        try expect(session.state, isAfter: number, of: Self.workload, comment)
        let record = try #require(session.report.plan?.commit, comment)
        #expect(record.rowsRead == Self.workload.batches[number].rowsRead, comment)
        #expect(record.partitions.map(\.offset) == [record.rowsRead], comment)
        #expect(record.receipt == Self.workload.batches[number].receipt, comment)
        try session.run(Self.workload, upTo: 28)
        try session.store.close()
        try expectRecovers(target, to: 27, of: Self.workload, going, comment)
      }
    }
  }

  @Test("of the newest batch is that of the last one")
  func latest() throws {
    let target = MemoryDirectory()
    #expect(try fork(try store(Self.settings[1]), nil, into: target).batch == BatchID(24))
    try expectRecovers(target, to: 24, of: Self.workload, Self.settings[1])
  }

  @Test("of a batch that is gone is refused with those that are left", arguments: settings)
  func notRetained(settings: StoreSettings) throws {
    let directory = try store(settings)
    let range = try #require(RecoveryPlanner.restorable(try facts(directory)).first)
    for number in [0, Int(range.lowerBound.value) - 1, 25, 1000] {
      let target = MemoryDirectory()
      let error = try #require(throws: LogError.self) { try fork(directory, number, into: target) }
      #expect(error.code == .mismatch)
      #expect(error.message.contains("batches \(range.lowerBound) to 24 can be"), "\(error)")
      #expect(try target.entries().isEmpty)
    }
  }

  @Test("into a directory that holds anything is refused, and nothing there is changed")
  func notEmpty() throws {
    let directory = try store(Self.settings[0])
    let target = try store(Self.settings[1])
    let before = try contents(target)
    let error = try #require(throws: LogError.self) { try fork(directory, nil, into: target) }
    #expect(error.code == .mismatch && error.message.contains("empty"))
    #expect(try contents(target) == before)
  }

  @Test("killed at any call, or cut off from power, is a whole store or none")
  func killed() throws {
    let directory = try store(Self.settings[1])
    let disk = SimulatedDisk()
    disk.recordsCrashPoints = true
    try fork(directory, 20, into: disk)
    let points = disk.takeCrashPoints()
    #expect(points.count > 8)
    var limits = DrillLimits()
    limits.exhaustiveParts = 4
    limits.samples = 4
    var whole = 0
    for point in points + [disk.crashPoint] {
      let images = CrashImages(point, limits: limits)
      for fates in images.fates() {
        let image = images.disk(fates)
        let comment: Comment = "change \(point.number), \(fates)"
        guard try image.entries().contains(where: { $0.name == Manifest.name }) else {
          #expect(point.call != nil, comment)
          if try image.entries().contains(where: { SegmentName($0.name) != nil }) {
            let error = try #require(throws: LogError.self, comment) { _ = try Session(image, Self.settings[1]) }
            #expect(error.code == .corruption && error.message.contains("fork that wasn't finished"), comment)
          }
          continue
        }
        whole += 1
        try expectRecovers(image, to: 20, of: Self.workload, Self.settings[1], comment)
      }
    }
    #expect(whole > 2)
  }

  @Test("says which output it leaves behind in front of damage")
  func leftBehind() throws {
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory.reopened(), Self.settings[0])
    for number in 0..<12 {
      try Self.workload.apply(number, to: &session.state)
      var record = Self.workload.record(number, session.state)
      record.publishedBefore = BatchID(UInt64(min(number, 5)))
      _ = try session.store.commit(BatchID(UInt64(number)), record, state: session.state)
      try session.store.sync()
    }
    let damaged = try #require(try records(directory).first { $0.header.batch == BatchID(7) })
    let copy = directory.copy()
    try flip(damaged.segment, copy, at: damaged.offset + 20)
    let report = try fork(copy, 11, into: MemoryDirectory())
    #expect(report.batch == BatchID(11) && report.unpublished == BatchID(5)...BatchID(8))
    #expect(try fork(directory.copy(), nil, into: MemoryDirectory()).unpublished == nil)
  }

  @Test("takes along the batches whose output may not be published, and no others")
  func unpublished() throws {
    for settings in Self.settings {
      let directory = MemoryDirectory(path: "store")
      var session = try Session(directory.reopened(), settings)
      try session.run(Self.workload, upTo: 13)
      // From here on nothing is published: batches 13 and 18 have receipts.
      for number in 13..<20 {
        try Self.workload.apply(number, to: &session.state)
        var record = Self.workload.record(number, session.state)
        record.publishedBefore = BatchID(13)
        _ = try session.store.commit(BatchID(UInt64(number)), record, state: session.state)
        try session.store.sync()
      }
      try session.store.close()
      for (batch, first) in [(19, 13), (15, 13), (13, 13), (12, 12)] {
        let target = MemoryDirectory()
        let report = try fork(directory, batch, into: target)
        #expect(report.records == batch - first + 1)
        let again = try Session(target.reopened(), settings)
        try expect(again.state, isAfter: batch, of: Self.workload)
        #expect(
          again.report.plan?.publish.map(\.batch) == [13, 18].filter { $0 <= batch }.map { BatchID(UInt64($0)) })
        #expect(report.outputs == [13, 18].filter { $0 > batch }.map { BatchID(UInt64($0)) })
      }
    }
  }
}
