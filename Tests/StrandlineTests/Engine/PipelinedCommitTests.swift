import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import Synchronization
import Testing

@Suite("A batch that is written while the next one is computed")
struct PipelinedCommitTests {
  private let partitions: [[ColumnBatch]] = {
    var generator = EventGenerator(state: 11)
    return generator.partitions(2, rows: 400, disorder: 4).map { $0.map { Event.batch(of: $0) } }
  }()

  private func run(_ fixture: EngineFixture, _ options: EngineOptions) throws -> RunReport {
    let engine = try MicroBatchEngine(
      fixture.plan, source: BatchSource(Event.schema, partitions: partitions),
      sink: FileSink(fixture.output, name: "out.ndjson", format: .jsonLines), store: fixture.store, options: options)
    while try engine.step() != .finished {}
    try engine.close()
    return engine.report
  }

  private func output(_ fixture: EngineFixture) throws -> [UInt8] {
    let file = try fixture.output.open("out.ndjson", .readOnly)
    return try file.read(at: 0, count: try file.size())
  }

  @Test(
    "writes the same rows, and leaves the same state", arguments: [Durability.batch, .group(nanos: 1_000_000), .none])
  func same(_ durability: Durability) throws {
    var results: [(rows: [UInt8], report: RunReport)] = []
    for isPipelined in [false, true] {
      let fixture = EngineFixture()
      var options = fixture.options
      options.durability = durability
      options.pipelinesCommits = isPipelined
      let report = try run(fixture, options)
      results.append((try output(fixture), report))
      #expect(report.durableBatch == report.lastBatch)
    }
    #expect(results[0].rows == results[1].rows)
    #expect(!results[0].rows.isEmpty)
    #expect(results[0].report.rowsWritten == results[1].report.rowsWritten)
    #expect(results[0].report.commitWaitNanos <= results[0].report.commitNanos)
  }

  @Test("ends the run with the error of its writing, and nothing after it is written")
  func failure() throws {
    let fixture = EngineFixture()
    var options = fixture.options
    options.pipelinesCommits = true
    options.log = LogOptions(segmentCapacity: 1 << 20)
    let batches = Mutex(0)
    let sink = CallbackSink { _ in
      struct Full: Error {}
      if batches.withLock({
        $0 += 1; return $0
      }) == 3 {
        throw Full()
      }
    }
    var engine: MicroBatchEngine? = try MicroBatchEngine(
      fixture.plan, source: BatchSource(Event.schema, partitions: partitions), sink: sink,
      store: fixture.store.reopened(), options: options)
    let error = try #require(throws: StreamError.self) { while try engine?.step() != .finished {} }
    #expect(error.message.contains("the receiver of rows failed"))
    let durable = try #require(engine?.report.durableBatch)
    #expect(engine?.report.lastBatch == durable)
    engine = nil
    let reopened = try MicroBatchEngine(
      fixture.plan, source: BatchSource(Event.schema, partitions: partitions), sink: CallbackSink { _ in },
      store: fixture.store.reopened(), options: options)
    #expect(reopened.report.lastBatch == durable)
  }

  @Test("is waited for when the next one fails, so that the store can be opened at once")
  func failureOfTheNext() throws {
    let fixture = EngineFixture()
    var options = fixture.options
    options.pipelinesCommits = true
    let partition = (0..<3).map { Event.batch(of: [Event(at: 100 * $0, key: "a")]) }
    // The third batch has rows without a time.
    var broken = ColumnBatch(Event.schema)
    broken.columns[0].appendNull()
    broken.columns[1].append("a")
    broken.columns[2].appendNull()
    let source = BatchSource(Event.schema, partitions: [partition + [broken]])
    let slow = CallbackSink { _ in SystemClock.sleep(nanos: 30_000_000) }
    let engine = try MicroBatchEngine(
      fixture.plan, source: source, sink: slow, store: fixture.store.reopened(), options: options)
    let error = try #require(throws: StreamError.self) { while try engine.step() != .finished {} }
    #expect(error.code == .row)
    // The first batch of a store has no rows.
    #expect(engine.report.durableBatch == BatchID(3))
    #expect(engine.report.lastBatch == engine.report.computedBatch)
  }
}
