import StrandlineBytes
import StrandlineColumns
import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("shard snapshots in slices")
struct SliceTests {
  static let workload = Workload(seed: 91, batches: 60, keys: 1000, rows: 10, closes: false)

  private func settings(shards: Int, _ smallest: Int, retained: Int = 1) -> StoreSettings {
    StoreSettings(mode: .log, shards: shards, segmentCapacity: 4 << 10, retained: retained, smallestSlice: smallest)
  }

  private func kinds(_ directory: any Directory) throws -> [StateSection.Kind: Int] {
    try facts(directory).batches.flatMap(\.sections).reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
  }

  private func verify(_ directory: MemoryDirectory) throws -> VerificationReport {
    let reader = StoreReader(directory, clock: { 0 })
    return try reader.verify(try reader.facts(), empty: emptyState) { _, _ in }
  }

  @Test("are recovered from after every batch", arguments: [1, 2], [1, 200, 1024])
  func everyBatch(shards: Int, smallest: Int) throws {
    let settings = settings(shards: shards, smallest)
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    var seen: Set<StateSection.Kind> = []
    for number in 0..<60 {
      try session.commit(number, of: Self.workload)
      try expectRecovers(directory.copy(), to: number, of: Self.workload, settings, "batch \(number)")
      if number % 10 == 9 { #expect(try verify(directory.copy()).records > 0) }
      seen.formUnion(try kinds(directory.copy()).keys)
    }
    if smallest < 1024 {
      #expect(seen.isSuperset(of: [.firstSlice, .middleSlice, .lastSlice]))
    }
  }

  @Test("are cut as small as a group a batch")
  func tiny() throws {
    let workload = Workload(seed: 92, batches: 120, keys: 12, rows: 1, ticks: false, closes: true)
    let settings = settings(shards: 2, 1)
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    for number in 0..<120 {
      try session.commit(number, of: workload)
      if number % 3 == 0 { try expectRecovers(directory.copy(), to: number, of: workload, settings) }
    }
    _ = try verify(directory.copy())
  }

  @Test("of a store that is opened for a few batches at a time come to an end", arguments: [1, 2, 5])
  func reopened(batches: Int) throws {
    let settings = settings(shards: 4, 1)
    let directory = MemoryDirectory()
    var begun = 0
    for start in stride(from: 0, to: 60, by: batches) {
      var session = try Session(directory.reopened(), settings)
      if start > 0 { try expect(session.state, isAfter: start - 1, of: Self.workload) }
      try session.run(Self.workload, upTo: start + batches)
      begun += try kinds(directory.copy())[.firstSlice] ?? 0
      _ = try verify(directory.copy())
      #expect(session.store.bytesOnDisk < 60 << 10, "after batch \(start + batches - 1)")
    }
    #expect(begun > 0)
  }

  @Test("of which one is damaged are survived through an older snapshot")
  func damaged() throws {
    let settings = settings(shards: 4, 1)
    let directory = MemoryDirectory()
    var session = try Session(directory.reopened(), settings)
    try session.run(Self.workload, upTo: 58)
    try session.store.close()
    let used = try RecoveryPlanner.plan(facts(directory)).bases
    var survived = 0
    var changed = 0
    for record in try records(directory) {
      for frame in try frames(of: record, directory) where frame.kind.isSlice {
        let copy = directory.copy()
        try flip(record.segment, copy, at: frame.place.lowerBound)
        let comment: Comment = "record \(record.header.sequence) \(frame.kind)"
        guard let plan = try? RecoveryPlanner.plan(facts(copy)) else { continue }
        #expect(plan.degraded.map(\.sequence) == [record.header.sequence], comment)
        let base = used[frame.shard]
        if frame.kind != .firstSlice && base.takes(frame.kind, of: record.header.sequence) {
          #expect(plan.bases[frame.shard].last < base.last, comment)
          changed += 1
        }
        try expectRecovers(copy, to: 57, of: Self.workload, settings, comment)
        survived += 1
      }
    }
    #expect(survived > 8 && changed > 0)
  }

  @Test("are in records that older versions must refuse, as all of the state is")
  func version() throws {
    let directory = MemoryDirectory()
    var session = try Session(directory, settings(shards: 4, 1, retained: 100))
    try session.run(Self.workload, upTo: 40)
    var slices = 0
    for batch in try facts(directory.copy()).batches {
      let version = batch.record.header.version
      #expect(version == (batch.sections.isEmpty ? 1 : 4))
      if batch.sections.contains(where: { $0.kind.isSlice }) { slices += 1 }
    }
    #expect(slices > 0)
  }

  @Test("that lost their first one, or were not finished, are no snapshot")
  func follower() {
    func section(_ kind: StateSection.Kind, _ shard: Int, damaged: Bool = false) -> StateSection {
      var section = StateSection(kind: kind, operatorID: 0, shard: shard, rawLength: 0, frame: [])
      section.isDamaged = damaged
      return section
    }
    func bases(_ records: [[StateSection]]) -> [ShardBase?] {
      var follower = SnapshotFollower(shardCount: 2)
      var bases: [ShardBase?] = [nil, nil]
      for (number, sections) in records.enumerated() {
        follower.note(SequenceNumber(UInt64(number) + 1), sections) { bases[$0] = $1 }
      }
      return bases
    }
    func base(_ first: UInt64, _ last: UInt64) -> ShardBase {
      ShardBase(first: SequenceNumber(first), last: SequenceNumber(last))
    }
    let first = section(.firstSlice, 0)
    let middle = section(.middleSlice, 0)
    let last = section(.lastSlice, 0)
    #expect(bases([[first], [middle], [last]]) == [base(1, 3), nil])
    #expect(bases([[first], [], [last]]) == [base(1, 3), nil])
    #expect(bases([[middle], [last]]) == [nil, nil])
    #expect(bases([[first], [middle]]) == [nil, nil])
    #expect(bases([[first], [section(.snapshot, 0)], [middle], [last]]) == [base(2, 2), base(2, 2)])
    #expect(bases([[first], [section(.shardSnapshot, 0)], [middle], [last]]) == [base(2, 2), nil])
    #expect(bases([[first], [middle], [first], [last]]) == [base(3, 4), nil])
    #expect(bases([[first], [section(.middleSlice, 0, damaged: true)], [last]]) == [nil, nil])
    #expect(bases([[first], [middle], [section(.lastSlice, 0, damaged: true)]]) == [nil, nil])
    #expect(
      bases([[section(.firstSlice, 0, damaged: true)], [last, section(.shardSnapshot, 1)]]) == [nil, base(2, 2)])
    #expect(bases([[first, section(.firstSlice, 1)], [last], [section(.lastSlice, 1)]]) == [base(1, 2), base(1, 3)])
  }

  @Test("keep every commit about as large as the others, and the log a few times as large as a snapshot")
  func flat() throws {
    let plan = KeyedStatePlan(
      id: 0, keys: .word(.int64), values: AccumulatorLayout([.countRows]),
      window: .tumbling(size: 1000, offset: 0))
    let directory = MemoryDirectory()
    let options = StoreSettings(mode: .log, shards: 4, segmentCapacity: 32 << 10).options
    var report = RecoveryReport()
    var restored: StreamState?
    var store = try CheckpointStore.open(
      directory, options: options, state: { StreamState([plan], shardCount: $0, seed: $1) }, restored: &restored,
      report: &report)
    var state = try #require(restored)
    var random = SeededRandom(seed: 93)
    var sizes: [Int] = []
    var rows: UInt64 = 0
    for batch in 0..<260 {
      // The first batch makes the state.
      let keys: [Int64] =
        batch == 0 ? Array(0..<20_000) : (0..<300).map { _ in Int64(random.next() % 20_000) }
      state.beginBatch()
      try state.states[0].add(pane: 0, keys: [Column(.int64, words: keys)], inputs: [], rows: keys.count)
      state.endBatch()
      rows += UInt64(keys.count)
      var record = CommitRecord()
      record.batchRows = UInt64(keys.count)
      record.rowsRead = rows
      record.groups = UInt64(state.groupCount)
      record.groupsChanged = UInt64(state.changedGroups)
      record.digest = state.digest.value
      let receipt = try store.commit(BatchID(UInt64(batch)), record, state: state)
      try store.sync()
      store.published(before: BatchID(UInt64(batch) + 1))
      if batch > 0 { sizes.append(receipt.bytes) }
      if batch > 60 && batch % 10 == 0 {
        let files = try directory.entries().filter { $0.name.hasSuffix(".log") }.reduce(0) {
          $0 + (try directory.open($1.name, .readOnly).size())
        }
        var raw = ByteWriter()
        state.encodeSnapshot(into: &raw)
        var frame = ByteWriter()
        var compressor = try ZstdCompressor()
        try compressor.compress(raw.rawSpan, appendingTo: &frame)
        #expect(files <= 5 * frame.count + 2 * (32 << 10), "batch \(batch)")
      }
    }
    sizes.sort()
    #expect(sizes[sizes.count - 1] <= 3 * sizes[sizes.count / 2], "median \(sizes[sizes.count / 2])")
  }
}
