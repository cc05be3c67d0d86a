import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("the salvage of a damaged store")
struct SalvageTests {
  static let workload = CorruptionTests.workload

  /// Forks a damaged store at the batch that its refusal names.
  private func salvage(_ directory: MemoryDirectory, _ error: LogError, _ comment: Comment) throws -> Salvage {
    let salvage = try #require(Salvage(try facts(directory)), comment)
    #expect(
      error.message.contains("`strandline fork store --batch \(salvage.batch) NEWSTORE`"),
      "\(error) \(comment.rawValue)")
    let target = MemoryDirectory(path: "fork")
    var options = StoreForkOptions(clock: { 0 }, random: { 7 })
    options.log = LogOptions(segmentCapacity: 8 << 10)
    let report = try StoreFork(of: directory, options: options).make(
      from: salvage.batch, into: target, empty: emptyState)
    if let rows = salvage.rows { #expect(rows == report.repeatedRows, comment) }
    try expectRecovers(target, to: Int(salvage.batch.value), of: Self.workload, StoreSettings(), comment)
    return salvage
  }

  @Test(
    "is the newest batch that can be restored, behind the damage too, and says what is computed again",
    arguments: CorruptionTests.settings)
  func anyRecord(settings: StoreSettings) throws {
    let directory = try CorruptionTests.store(settings)
    var lossless = 0
    var lossy = 0
    for record in try records(directory) where record.header.kind.isBatch {
      let comment: Comment = "record \(record.header.sequence)"
      let copy = directory.copy()
      try flip(record.segment, copy, at: record.offset + 20)
      let error = try #require(try expectRefused(copy, .corruption, settings, comment), comment)
      guard Salvage(try facts(copy)) != nil else {
        #expect(error.message.contains("nothing of it can be restored"), comment)
        continue
      }
      let salvage = try salvage(copy, error, comment)
      if salvage.batch == BatchID(39) {
        #expect(salvage.repeated == nil && error.message.contains("no batch is lost"), comment)
        lossless += 1
        continue
      }
      lossy += 1
      let isLast = record.header.batch == BatchID(39)
      #expect(salvage.batch.next == record.header.batch, comment)
      #expect(salvage.repeated == record.header.batch...BatchID(39), comment)
      let rows = Self.workload.batches[39].rowsRead - Self.workload.batches[Int(salvage.batch.value)].rowsRead
      #expect(salvage.rows == (isLast ? nil : rows), comment)
      if !isLast { #expect(error.message.contains("to 39 with \(rows) rows are then computed again"), comment) }
    }
    #expect(lossy > 0)
    // A snapshot behind the damage saves everything.
    if settings.mode == .snapshot { #expect(lossless > 5 && lossy == 1) }
  }

  @Test("works with a segment that is gone or whose header is damaged", arguments: CorruptionTests.settings)
  func segments(settings: StoreSettings) throws {
    let directory = try CorruptionTests.store(settings)
    for segment in try facts(directory).manifest.segments {
      let name = segment.name.description
      let missing = directory.copy()
      try missing.remove(name)
      let damaged = directory.copy()
      try flip(name, damaged, at: 40)
      for copy in [missing, damaged] {
        let error = try #require(try expectRefused(copy, .corruption, settings, "\(name)"))
        if Salvage(try facts(copy)) != nil { _ = try salvage(copy, error, "\(name)") }
      }
      // The records behind a damaged header are whole.
      if settings.mode == .snapshot { #expect(Salvage(try facts(damaged))?.batch == BatchID(39)) }
    }
  }

  @Test("never takes what was cut off for a part of the log")
  func cutTail() throws {
    let settings = StoreSettings(mode: .snapshot, segmentCapacity: 4 << 10)
    var group = settings
    group.durability = .group(nanos: 1 << 60)
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory.reopened(), group)
    for number in 0..<4 { try session.write(number, of: Self.workload) }
    try session.store.sync(now: true)
    for number in 4..<7 { try session.write(number, of: Self.workload) }
    let torn = directory.copy()
    let unsynced = try #require(try records(torn).first { $0.header.batch == BatchID(5) })
    try flip(unsynced.segment, torn, at: unsynced.offset + 90)
    #expect(try facts(torn).beyond.isEmpty)
    #expect(throws: LogError.self) { try RecoveryPlanner.plan(facts(torn), through: BatchID(6)) }
    // Recovery cuts it, and another batch 5 and 6 come.
    var again = try Session(torn.reopened(), settings)
    try again.run(Self.workload, upTo: 8)
    try again.store.close()
    let sealed = try #require(try records(torn).first)
    try flip(sealed.segment, torn, at: sealed.offset + 90)
    let error = try #require(try expectRefused(torn, .corruption, settings))
    #expect(try salvage(torn, error, "cut").batch == BatchID(7))
  }
}
