import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("a damaged snapshot of a shard")
struct DegradedTests {
  static let workload = Workload(seed: 81, batches: 44)
  let settings = StoreSettings(mode: .log, segmentCapacity: 4 << 10)

  /// A snapshot of a shard in a store: its record and the bytes of its frame.
  struct Snapshot {
    var record: ScannedRecord
    var shard: Int
    var place: Range<Int>
  }

  /// A store of thirty batches, whose last record a later one proves to be durable.
  private func store() throws -> MemoryDirectory {
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory.reopened(), settings)
    try session.run(Self.workload, upTo: 30)
    try session.store.close()
    return directory
  }

  private func snapshots(_ directory: any Directory) throws -> [Snapshot] {
    try records(directory).flatMap { record in
      try frames(of: record, directory).filter { $0.kind == .shardSnapshot }.map {
        Snapshot(record: record, shard: $0.shard, place: $0.place)
      }
    }
  }

  private func verify(_ directory: MemoryDirectory) throws -> VerificationReport {
    let reader = StoreReader(directory, clock: { 0 })
    return try reader.verify(try reader.facts(), empty: emptyState) { _, _ in }
  }

  @Test("is survived through an older one and the log, is reported, and is reported by verify; or was the only one")
  func survived() throws {
    let directory = try store()
    let all = try snapshots(directory)
    #expect(try RecoveryPlanner.plan(facts(directory)).degraded.isEmpty)
    #expect(try verify(directory).plan.degraded.isEmpty)
    var survived = 0
    for snapshot in all {
      for position in [snapshot.place.lowerBound, snapshot.place.upperBound - 1] {
        let comment: Comment = "record \(snapshot.record.header.sequence) shard \(snapshot.shard) byte \(position)"
        let copy = directory.copy()
        try flip(snapshot.record.segment, copy, at: position)
        let expected = DegradedSnapshot(
          shard: snapshot.shard, batch: snapshot.record.header.batch, sequence: snapshot.record.header.sequence,
          segment: snapshot.record.segment, offset: snapshot.record.offset)
        // The first generation that is left has nothing behind it.
        let isNewest = all.last { $0.shard == snapshot.shard }?.record == snapshot.record
        #expect(try verify(copy).plan.degraded == [expected], comment)
        let session = try Session(copy.reopened(), settings)
        try expect(session.state, isAfter: 29, of: Self.workload, comment)
        let plan = try #require(session.report.plan)
        #expect(plan.degraded == [expected], comment)
        #expect(plan.tail == nil && session.report.quarantined == nil, comment)
        let line = plan.lines.first { $0.contains("degraded") }
        #expect(line?.contains("shard \(snapshot.shard) in record \(expected.sequence)") == true, comment)
        if isNewest { #expect(plan.bases[snapshot.shard].last < expected.sequence, comment) }
        survived += 1
      }
    }
    #expect(survived > 10)
  }

  @Test("is healed: the shard with the oldest whole one is the next to be written, and the damage goes with the log")
  func healed() throws {
    let directory = try store()
    for shard in 0..<settings.shards {
      let all = try snapshots(directory)
      let damaged = try #require(all.last { $0.shard == shard })
      let oldest = try (0..<settings.shards).map { other in
        try #require(all.last { $0.shard == other && $0.place != damaged.place }).record.header.sequence
      }
      let copy = directory.copy()
      try flip(damaged.record.segment, copy, at: damaged.place.lowerBound)
      var session = try Session(copy.reopened(), settings)
      var written: [Int] = []
      for number in 30..<44 {
        try session.commit(number, of: Self.workload)
        if written.isEmpty {
          let sections = try facts(copy).batches.last?.sections ?? []
          written = sections.filter { $0.kind == .shardSnapshot }.map(\.shard)
        }
        // The damage stays survivable as long as it is there.
        if number % 6 == 0 { try expectRecovers(copy.copy(), to: number, of: Self.workload, settings) }
      }
      #expect(oldest[try #require(written.first)] == oldest.min())
      try session.store.close()
      #expect(try RecoveryPlanner.plan(facts(copy)).degraded.isEmpty)
      #expect(try verify(copy).plan.degraded.isEmpty)
    }
  }

  @Test("is corruption when no whole one is left of its shard; several are survived as long as one is")
  func noneLeft() throws {
    let directory = try store()
    for shard in 0..<settings.shards {
      let copy = directory.copy()
      let all = try snapshots(directory).filter { $0.shard == shard }
      let base = try facts(directory).batches.contains { $0.sections.contains { $0.kind == .snapshot } }
      for snapshot in all.dropFirst(base ? 0 : 1).reversed() {
        try flip(snapshot.record.segment, copy, at: snapshot.place.lowerBound + 3)
        try expectRecovers(copy.copy(), to: 29, of: Self.workload, settings)
      }
      if base { continue }
      try flip(all[0].record.segment, copy, at: all[0].place.lowerBound + 3)
      let error = try expectRefused(copy, .corruption, settings)
      #expect(error?.message.contains("every snapshot of shard \(shard)") == true)
      #expect(error?.file == "store/\(all[0].record.segment)")
      #expect(error?.offset == all[0].record.offset)
    }
  }

  @Test("is survived in every shard of every record at once, where older ones are whole")
  func manyDamaged() throws {
    let directory = try store()
    let first = try snapshots(directory).reduce(into: [Int: Snapshot]()) { first, next in
      if first[next.shard] == nil { first[next.shard] = next }
    }
    for snapshot in try snapshots(directory) where first[snapshot.shard]?.record != snapshot.record {
      try flip(snapshot.record.segment, directory, at: snapshot.place.upperBound - 2)
    }
    let session = try Session(directory.reopened(), settings)
    try expect(session.state, isAfter: 29, of: Self.workload)
    #expect(session.report.plan?.degraded.count ?? 0 > 3)
  }

  @Test("together with a damaged delta is corruption")
  func withDelta() throws {
    let directory = try store()
    var tried = 0
    for record in try records(directory) {
      let parts = try frames(of: record, directory)
      guard let delta = parts.first(where: { $0.kind == .shardDelta }),
        let snapshot = parts.first(where: { $0.kind == .shardSnapshot })
      else { continue }
      let copy = directory.copy()
      try flip(record.segment, copy, at: snapshot.place.lowerBound)
      try flip(record.segment, copy, at: delta.place.lowerBound)
      let error = try expectRefused(copy, .corruption, settings)
      #expect(error?.offset == record.offset)
      tried += 1
    }
    #expect(tried > 3)
  }

  @Test("above the floor belongs to an unfinished record, also with unsynced ones behind it")
  func aboveTheFloor() throws {
    var group = settings
    group.durability = .group(nanos: 1 << 60)
    let directory = MemoryDirectory(path: "store")
    var session = try Session(directory, group)
    for number in 0..<10 { try session.write(number, of: Self.workload) }
    try session.store.sync(now: true)
    for number in 10..<25 { try session.write(number, of: Self.workload) }
    let unsynced = directory.copy()
    try session.store.sync(now: true)
    try session.store.noteIdle()
    let synced = directory.copy()
    let floor = try RecoveryPlanner.plan(facts(unsynced)).floor
    let above = try snapshots(unsynced).filter { $0.record.header.sequence > floor }
    #expect(above.count > 2)
    for snapshot in above {
      let cut = unsynced.copy()
      try flip(snapshot.record.segment, cut, at: snapshot.place.lowerBound)
      let again = try Session(cut.reopened(), settings)
      #expect(again.next == Int(snapshot.record.header.batch.value))
      #expect(again.report.plan?.degraded.isEmpty == true)
      #expect(again.report.plan?.tail?.offset == snapshot.record.offset)
      try expect(again.state, isAfter: again.next - 1, of: Self.workload)
      // The same bytes, once a later record has proved them.
      let kept = synced.copy()
      try flip(snapshot.record.segment, kept, at: snapshot.place.lowerBound)
      try expectRecovers(kept, to: 24, of: Self.workload, settings)
    }
  }
}
