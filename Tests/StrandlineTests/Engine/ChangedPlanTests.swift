import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import Testing

@Suite("A store whose plan has changed")
struct ChangedPlanTests {
  let partitions: [[[Event]]] = {
    var generator = EventGenerator(state: 5)
    return generator.partitions(2, rows: 120, disorder: 4)
  }()

  private func fixture() -> EngineFixture {
    var fixture = EngineFixture()
    fixture.delay = 3
    return fixture
  }

  private func engine(
    _ fixture: EngineFixture, _ plan: StreamPlan, _ sink: (any Sink)? = nil, store: any Directory
  ) throws -> MicroBatchEngine {
    try MicroBatchEngine(
      plan, source: BatchSource(Event.schema, partitions: partitions.map { $0.map { Event.batch(of: $0) } }),
      sink: sink ?? FileSink(fixture.output, name: "out.ndjson", format: .jsonLines), store: store,
      options: fixture.options)
  }

  private func contents(_ directory: any Directory) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for entry in try directory.entries() where entry.kind == .file {
      let file = try directory.open(entry.name, .readOnly)
      files[entry.name] = try file.read(at: 0, count: try file.size())
    }
    return files
  }

  @Test("is refused with the difference in words, or goes on with the same state", arguments: PlanChangeCase.all)
  func change(_ wanted: PlanChangeCase) throws {
    let fixture = fixture()
    var first: MicroBatchEngine? = try engine(fixture, fixture.plan, store: fixture.store.reopened())
    for _ in 0..<3 { _ = try first?.step() }
    let digest = first?.report.digest
    first = nil
    var plan = fixture.plan
    try wanted.change(&plan)
    let sink = wanted.sink?(fixture.output)
    let before = try contents(fixture.store)
    guard wanted.isCarriedOver else {
      let error = try #require(throws: StreamError.self) {
        _ = try engine(fixture, plan, sink, store: fixture.store.reopened())
      }
      #expect(error.store?.code == .mismatch)
      for text in wanted.says { #expect(error.message.contains(text), "\(error)") }
      #expect(error.message.contains("use the plan of the store, or another checkpoint"))
      #expect(!error.message.contains("renamed"), "what is safe is not a reason")
      #expect(try contents(fixture.store) == before)
      return
    }
    var next: MicroBatchEngine? = try engine(fixture, plan, sink, store: fixture.store.reopened())
    #expect(next?.report.digest == digest)
    #expect(next?.report.recovery?.planChanges.count == wanted.says.count)
    for (text, found) in zip(wanted.says, next?.report.recovery?.planChanges ?? []) { #expect(found.contains(text)) }
    _ = try next?.step()
    let found = try #require(try StoreFacts.gather(fixture.store))
    #expect(found.manifest.plan.hasPrefix(plan.description + "\n"), "the store holds the new plan")
    // Readers know the state by the new plan; another opening has nothing more to say; and back again it goes, too.
    let stored = try StoredPlan(parsing: found.manifest.plan)
    let state = try StoreReader(fixture.store, clock: { 0 }).state(found, empty: stored.emptyState).state
    #expect(state.digest == next?.report.digest)
    _ = try stored.rows(of: state)
    next = nil
    next = try engine(fixture, plan, sink, store: fixture.store.reopened())
    #expect(next?.report.recovery?.planChanges == [])
    next = nil
    let again = try engine(fixture, fixture.plan, store: fixture.store.reopened())
    while try again.step() != .finished {}
    try again.close()
    #expect(again.report.rowsRead == 240)
  }

  @Test("under its own plan goes on without a word")
  func same() throws {
    let fixture = fixture()
    var first: MicroBatchEngine? = try engine(fixture, fixture.plan, store: fixture.store.reopened())
    _ = try first?.step()
    first = nil
    let again = try engine(fixture, fixture.plan, store: fixture.store.reopened())
    #expect(again.report.recovery?.planChanges == [])
  }

  @Test("in names of columns is refused where a header line of CSV stands already")
  func header() throws {
    let fixture = fixture()
    let sink = FileSink(fixture.output, name: "out.csv", format: .csv(columns: nil))
    var first: MicroBatchEngine? = try engine(fixture, fixture.plan, sink, store: fixture.store.reopened())
    _ = try first?.step()
    first = nil
    var plan = fixture.plan
    plan.outputs[2].name = "n"
    let error = try #require(throws: StreamError.self) {
      _ = try engine(fixture, plan, sink, store: fixture.store.reopened())
    }
    #expect(error.message.contains("renamed: count → n (the file has its header line already)"), "\(error)")
  }

  @Test("by another number of shards is refused with the command that changes it; by none said it is not")
  func shards() throws {
    var fixture = fixture()
    fixture.options.shardCount = 4
    var first: MicroBatchEngine? = try engine(fixture, fixture.plan, store: fixture.store.reopened())
    _ = try first?.step()
    first = nil
    let before = try contents(fixture.store)
    fixture.options.shardCount = 8
    let error = try #require(throws: StreamError.self) {
      _ = try engine(fixture, fixture.plan, store: fixture.store.reopened())
    }
    #expect(error.store?.code == .mismatch)
    #expect(error.message.contains("has 4 shards, and 8 are asked for"), "\(error)")
    #expect(error.message.contains("--batch latest --shards 8 NEWSTORE`"))
    #expect(try contents(fixture.store) == before)
    fixture.options.shardCount = nil
    _ = try engine(fixture, fixture.plan, store: fixture.store.reopened())
  }

  @Test("is previewed with what opening it would come to, and stays as it is", arguments: PlanChangeCase.all)
  func preview(_ wanted: PlanChangeCase) throws {
    let fixture = fixture()
    var first: MicroBatchEngine? = try engine(fixture, fixture.plan, store: fixture.store.reopened())
    _ = try first?.step()
    first = nil
    var plan = fixture.plan
    try wanted.change(&plan)
    let before = try contents(fixture.store)
    var options = CheckpointOptions(
      plan: "\(plan.description)\nsink: \(wanted.sink?(fixture.output).description ?? "file ndjson")", clock: { 0 },
      random: { 0 })
    options.compare = { PlanComparison.difference(stored: $0, wanted: $1) }
    let preview = OpeningPreview(fixture.store, path: "store", options: options)
    #expect((preview.refusal == nil) == wanted.isCarriedOver)
    #expect((preview.plan != nil) == wanted.isCarriedOver)
    for text in wanted.says { #expect(preview.lines.contains { $0.contains(text) }, "\(preview.lines)") }
    #expect(preview.lines.contains { $0.hasPrefix(wanted.isCarriedOver ? "restore: " : "refuse: ") })
    #expect(try contents(fixture.store) == before)
  }
}
