import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import Testing

@Suite("The engine")
struct EngineTests {
  @Test("counts random streams as a fold of their rows does", arguments: 0..<30)
  func fold(seed: Int) throws {
    var generator = EventGenerator(state: UInt64(seed))
    let partitions = generator.partitions(1 + generator.next(3), rows: 300, disorder: 20)
    var fixture = EngineFixture()
    fixture.delay = generator.next(15)
    let report = try fixture.run(partitions)
    let expected = expectedRows(partitions, window: 10, delay: fixture.delay)
    #expect(try fixture.lines().sorted() == expected.rows.sorted(), "seed \(seed)")
    #expect(report.rowsLate == UInt64(expected.late), "seed \(seed)")
    #expect(report.groups == 0 && report.openPanes == 0 && report.digest == StateDigest())
    #expect(report.isFinished)
  }

  @Test("writes final rows in order of window end, start and key")
  func order() throws {
    var generator = EventGenerator(state: 5)
    let partitions = generator.partitions(1, rows: 400, disorder: 5)
    var fixture = EngineFixture()
    fixture.delay = 5
    try fixture.run(partitions)
    #expect(try fixture.lines() == expectedRows(partitions, window: 10, delay: 5).rows)
  }

  @Test(
    "killed after any batch and started again, leaves the bytes of an undisturbed run",
    arguments: [CheckpointMode.snapshot, .log, .auto], [false, true])
  func killed(mode: CheckpointMode, parts: Bool) throws {
    var generator = EventGenerator(state: 11)
    let partitions = generator.partitions(2, rows: 400, disorder: 8)
    var undisturbed = EngineFixture()
    undisturbed.delay = 4
    undisturbed.options.mode = mode
    func sink(_ fixture: EngineFixture) -> any Sink {
      parts
        ? PartsSink(fixture.output, format: .jsonLines) as any Sink
        : FileSink(fixture.output, name: "out.ndjson", format: .jsonLines)
    }
    let whole = try undisturbed.engine(partitions, sink: sink(undisturbed))
    while try whole.step() != .finished {}
    try whole.close()

    var disturbed = EngineFixture()
    disturbed.delay = 4
    disturbed.options.mode = mode
    var starts = 0
    var isFinished = false
    while !isFinished {
      // Dropping an engine without closing it is what a kill leaves: the lock is let go, nothing else is done.
      let engine = try disturbed.engine(partitions, sink: sink(disturbed))
      for _ in 0..<(1 + starts % 3) where !isFinished { isFinished = try engine.step() == .finished }
      starts += 1
      try #require(starts < 1000)
    }
    #expect(starts > 5)
    #expect(try Self.contents(disturbed.output) == Self.contents(undisturbed.output))
  }

  private static func contents(_ directory: MemoryDirectory) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for entry in try directory.entries() {
      let file = try directory.open(entry.name, .readOnly)
      files[entry.name] = try file.read(at: 0, count: try file.size())
    }
    return files
  }

  @Test("gives the same rows for any number of rows a batch", arguments: [1, 7, 64, 10_000])
  func batchSize(rows: Int) throws {
    var generator = EventGenerator(state: 3)
    let events = generator.partitions(1, rows: 500, disorder: 10)[0].flatMap { $0 }
    let cut = stride(from: 0, to: events.count, by: rows).map { Array(events[$0..<min($0 + rows, events.count)]) }
    let fixture = EngineFixture()
    let report = try fixture.run([cut])
    let expected = expectedRows([[events]], window: 10, delay: 0)
    #expect(try fixture.lines() == expected.rows)
    #expect(report.rowsLate == UInt64(expected.late))
  }

  @Test("with changes, writes what each batch changed, and at last what the windows hold")
  func changes() throws {
    var fixture = EngineFixture()
    fixture.emission = .changes
    try fixture.run([[[Event(at: 1, key: "a"), Event(at: 2, key: "b")], [Event(at: 3, key: "a")]]])
    let lines = try fixture.lines()
    #expect(lines.count == 3)
    #expect(lines[0].contains("\"key\":\"a\"") && lines[0].contains("\"count\":1"))
    #expect(lines[2].contains("\"key\":\"a\"") && lines[2].contains("\"count\":2"))
  }

  @Test("costs the store one write and one sync a batch")
  func calls() throws {
    let fixture = EngineFixture()
    let directory = CountingDirectory(fixture.store)
    let batches = (0..<20).map { [Event(at: $0, key: "k\($0 % 3)")] }
    let engine = try fixture.engine([batches], store: directory)
    _ = try engine.step()
    for _ in 0..<10 {
      let before = directory.counts
      _ = try engine.step()
      let cost = directory.counts - before
      #expect(cost.writes == 1)
      #expect(cost.fileSyncs == 1)
      #expect(cost.directorySyncs == 0 && cost.opens == 0 && cost.renames == 0)
    }
  }

  @Test("syncs several batches at once with group commit, and publishes none before its sync")
  func groupCommit() throws {
    var fixture = EngineFixture()
    fixture.options.durability = .group(nanos: 1_000_000)
    let batches = (0..<20).map { [Event(at: $0 * 10, key: "k")] }
    let sink = PartsSink(fixture.output, format: .jsonLines)
    let directory = CountingDirectory(fixture.store)
    let engine = try fixture.engine([batches], store: directory, sink: sink)
    let before = directory.counts
    for _ in 0..<10 { _ = try engine.step() }
    #expect((directory.counts - before).fileSyncs == 0)
    #expect(try fixture.output.entries().filter { $0.name.hasPrefix("part-") }.isEmpty)
    try engine.close()
    #expect(try fixture.output.entries().filter { $0.name.hasPrefix("part-") }.count == 9)
  }

  @Test("refuses a plan that differs from the store's, and names the difference")
  func changedPlan() throws {
    var fixture = EngineFixture()
    let events = [[[Event(at: 1, key: "a")]]]
    try fixture.run(events)
    fixture.window = 20
    let error = #expect(throws: StreamError.self) { try fixture.run(events) }
    #expect(error?.store?.code == .mismatch)
    #expect(error?.message.contains("window: 10s → 20s") == true)
  }

  @Test("refuses a second writer while the first has the store open")
  func secondWriter() throws {
    let fixture = EngineFixture()
    let events = [[[Event(at: 1, key: "a")]]]
    let first = try fixture.engine(events)
    let error = #expect(throws: StreamError.self) { try fixture.engine(events, store: fixture.store.reopened()) }
    #expect(error?.store?.code == .locked)
    #expect(error?.message.contains("a test") == true)
    _ = try first.step()
  }

  @Test("names the key columns and the window when a sum leaves 64 bits, and commits nothing of the batch")
  func overflow() throws {
    let fixture = EngineFixture()
    let events = [[[Event(at: 1, key: "a", value: .max), Event(at: 2, key: "a", value: 1)]]]
    let error = #expect(throws: StreamError.self) { try fixture.run(events) }
    #expect(error?.code == .overflow)
    #expect(error?.message.contains("(key)") == true)
    let reader = StoreReader(fixture.store.reopened(), clock: { 0 })
    #expect(try reader.facts().newest?.rowsRead == 0)
  }

  @Test("leaves windows open when asked to, and goes on with what comes later")
  func leaveOpen() throws {
    var fixture = EngineFixture()
    fixture.options.leavesOpen = true
    let first = [[Event(at: 1, key: "a")]]
    let report = try fixture.run([first])
    #expect(!report.isFinished && report.openPanes == 1)
    fixture.options.leavesOpen = false
    try fixture.run([first + [[Event(at: 2, key: "a")]]])
    #expect(try fixture.lines().count == 1)
    #expect(try fixture.lines()[0].contains("\"count\":2"))
  }

  @Test("refuses an output file that is not of this checkpoint")
  func foreignOutput() throws {
    let fixture = EngineFixture()
    let file = try fixture.output.open("out.ndjson", .create)
    try file.write(Array("something\n".utf8), at: 0)
    let error = #expect(throws: StreamError.self) { try fixture.run([[[Event(at: 1, key: "a")]]]) }
    #expect(error?.code == .sink)
    #expect(try fixture.lines() == ["something"])
  }

  @Test("killed between staging its first rows and committing them, cuts them off and writes them again")
  func killedInFirstBatch() throws {
    let events = [[[Event(at: 1, key: "a"), Event(at: 100, key: "b")]]]
    let fixture = EngineFixture()
    let file = FileSink(fixture.output, name: "out.ndjson", format: .jsonLines)
    let engine = try fixture.engine(events, sink: DyingSink(file))
    #expect(throws: StreamError.self) { try engine.step() }
    #expect(try fixture.lines().count == 2)
    let again = try fixture.engine(events, store: fixture.store.copy(), sink: file)
    while try again.step() != .finished {}
    try again.close()
    #expect(try fixture.lines() == expectedRows(events, window: 10, delay: 0).rows)
  }

  @Test("never cuts a file that the checkpoint hasn't written")
  func anotherFile() throws {
    let fixture = EngineFixture()
    let events = [[[Event(at: 1, key: "a")]]]
    _ = try fixture.engine(events)
    let other = try fixture.output.open("other.ndjson", .create)
    try other.write(Array("precious\n".utf8), at: 0)
    let error = #expect(throws: StreamError.self) {
      try fixture.engine(
        events, store: fixture.store.copy(), sink: FileSink(fixture.output, name: "other.ndjson", format: .jsonLines))
    }
    #expect(error?.code == .sink)
    #expect(try fixture.lines("other.ndjson") == ["precious"])
  }

  @Test("takes rows that come to an ended partition as late where their window has closed")
  func endedPartitionGrows() throws {
    var fixture = EngineFixture()
    fixture.options.leavesOpen = true
    let long = [[Event(at: 0, key: "b"), Event(at: 1000, key: "b")], [Event(at: 1001, key: "b")]]
    try fixture.run([[[Event(at: 1, key: "a")]], long])
    let written = try fixture.lines().count
    let report = try fixture.run([[[Event(at: 1, key: "a")], [Event(at: 2, key: "a")]], long])
    #expect(report.rowsLate == 1)
    #expect(try fixture.lines().count == written)
  }
}

/// A sink whose process dies as soon as rows are staged.
private struct DyingSink: Sink {
  private let wrapped: FileSink

  init(_ wrapped: FileSink) { self.wrapped = wrapped }

  var guarantee: DeliveryGuarantee { wrapped.guarantee }
  var description: String { wrapped.description }

  func checkUnused() throws(StreamError) { try wrapped.checkUnused() }

  func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter { Writer(try wrapped.open(opening)) }

  private final class Writer: SinkWriter {
    private let wrapped: any SinkWriter
    init(_ wrapped: any SinkWriter) { self.wrapped = wrapped }
    var position: [UInt8] { wrapped.position }
    func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8] {
      _ = try wrapped.stage(batch, rows)
      throw StreamError(.sink, "killed")
    }
    func publish(_ batch: BatchID, _ receipt: [UInt8]) throws(StreamError) {}
    func close() throws(StreamError) {}
  }
}
