import StrandlineBytes
import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("the log that is kept")
struct RetentionTests {
  /// Bytes of the live segments and of one snapshot of the state.
  private func sizes(_ session: borrowing Session) throws -> (log: Int, snapshot: Int) {
    var writer = ByteWriter()
    session.state.encodeSnapshot(into: &writer)
    var compressor = try ZstdCompressor()
    var frame = ByteWriter()
    try compressor.compress(writer.rawSpan, appendingTo: &frame)
    return (session.store.bytesOnDisk, frame.count)
  }

  @Test("stays within a few snapshots of the state in log mode, however long the run", arguments: [1, 4, 16])
  func bounded(shards: Int) throws {
    let workload = Workload(seed: 61, batches: 200, keys: 400, rows: 30, ticks: false, closes: false)
    let settings = StoreSettings(mode: .log, shards: shards, segmentCapacity: 4 << 10)
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    for number in 0..<200 {
      try session.commit(number, of: workload)
      if number < 100 || number % 10 != 0 { continue }
      let (log, snapshot) = try sizes(session)
      // Two generations and the deltas that paid for them, and a segment's rest. A single shard's snapshot asks for a
      // segment for two of its size.
      let factor = shards == 1 ? 8 : 5
      #expect(log <= factor * snapshot + 5 * (4 << 10), "batch \(number): \(log) bytes, a snapshot is \(snapshot)")
    }
    let live = try facts(directory.copy()).manifest.segments.map(\.name.description)
    #expect(try directory.entries().map(\.name).filter { $0.hasSuffix(".log") } == live)
    try expectRecovers(directory.copy(), to: 199, of: workload, settings)
  }

  @Test("is bounded too when the store is opened anew before every shard had its turn")
  func reopened() throws {
    let workload = Workload(seed: 62, batches: 180, keys: 200, rows: 12, ticks: false, closes: false)
    let settings = StoreSettings(mode: .log, shards: 16, segmentCapacity: 2 << 10)
    let directory = MemoryDirectory()
    for start in stride(from: 0, to: 180, by: 3) {
      var session = try Session(directory.reopened(), settings)
      try session.run(workload, upTo: start + 3)
      if start < 90 { continue }
      let (log, snapshot) = try sizes(session)
      #expect(log <= 10 * snapshot + 5 * (2 << 10), "batch \(start): \(log) bytes, a snapshot is \(snapshot)")
    }
    try expectRecovers(directory, to: 179, of: workload, settings)
  }

  @Test("is bounded for a store that only ticks", arguments: [CheckpointMode.log, .snapshot])
  func ticks(mode: CheckpointMode) throws {
    let busy = Workload(seed: 63, batches: 10, ticks: false, closes: false)
    let settings = StoreSettings(mode: mode, segmentCapacity: 4 << 10)
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    try session.run(busy, upTo: 10)
    for number in 10..<500 {
      session.state.beginBatch()
      session.state.endBatch()
      var record = busy.record(9, session.state)
      record.batchRows = 0
      record.groupsChanged = 0
      record.receipt = nil
      _ = try session.store.commit(BatchID(UInt64(number)), record, state: session.state)
      try session.store.sync()
    }
    #expect(session.store.bytesOnDisk < 8 * (4 << 10))
    let again = try Session(directory.copy(), settings)
    #expect(again.next == 500)
    try expect(again.state, isAfter: 9, of: busy)
  }

  @Test("holds every batch that was to stay restorable", arguments: [CheckpointMode.snapshot, .log])
  func retained(mode: CheckpointMode) throws {
    let workload = Workload(seed: 64, batches: 60)
    let settings = StoreSettings(mode: mode, segmentCapacity: 2 << 10, retained: 7)
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    for number in 0..<60 {
      try session.commit(number, of: workload)
      if number < 20 || number % 3 != 0 { continue }
      let copy = directory.copy()
      let reader = StoreReader(copy, clock: { 0 })
      for older in (number - 6)...number {
        let found = try reader.state(try reader.facts(), through: BatchID(UInt64(older)), empty: emptyState)
        try expect(found.state, isAfter: older, of: workload, "batch \(older) at batch \(number)")
      }
    }
  }

  @Test("reads back any batch that it can, and says of the others that they are gone")
  func timeTravel() throws {
    let workload = Workload(seed: 65, batches: 50)
    let settings = StoreSettings(mode: .log, segmentCapacity: 2 << 10, retained: 4)
    let directory = MemoryDirectory()
    var session = try Session(directory, settings)
    try session.run(workload, upTo: 50)
    let reader = StoreReader(directory.copy(), clock: { 0 })
    let facts = try reader.facts()
    var restored = 0
    for batch in 0...50 {
      do {
        let found = try reader.state(facts, through: BatchID(UInt64(batch)), empty: emptyState)
        try expect(found.state, isAfter: batch, of: workload)
        #expect(found.plan.last?.batch == BatchID(UInt64(batch)))
        restored += 1
      } catch let error as LogError {
        #expect(error.code == .mismatch, "batch \(batch): \(error)")
        #expect(batch == 50 || batch < 46)
      }
    }
    #expect(restored >= 4)
  }

  @Test("is kept behind an output that may not be published, also after an opening")
  func unpublished() throws {
    let workload = Workload(seed: 66, batches: 80)
    let settings = StoreSettings(mode: .snapshot, segmentCapacity: 2 << 10)
    let directory = MemoryDirectory()
    func commit(_ number: Int, _ session: inout Session) throws {
      try workload.apply(number, to: &session.state)
      var record = workload.record(number, session.state)
      record.publishedBefore = BatchID(0)
      record.receipt = number == 3 ? [42] : nil
      _ = try session.store.commit(BatchID(UInt64(number)), record, state: session.state)
      try session.store.sync()
    }
    for start in [0, 20, 40] {
      var session = try Session(directory.reopened(), settings)
      for number in start..<start + 20 { try commit(number, &session) }
      let plan = try RecoveryPlanner.plan(try facts(directory.copy()))
      #expect(plan.publish.map(\.receipt) == [[42]], "after batch \(start + 19)")
    }
    var session = try Session(directory.reopened(), settings)
    session.store.published(before: BatchID(4))
    for number in 60..<80 { try commit(number, &session) }
    #expect(try #require(try facts(directory.copy()).batches.first).batch > BatchID(3))
  }
}
