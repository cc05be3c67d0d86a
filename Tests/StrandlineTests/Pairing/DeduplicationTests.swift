import Strandline
import StrandlineColumns
import Testing

@Record private struct NameCount: Hashable {
  var name: String
  var window: TimeWindow
  var rows: Int64
}

@Suite("A deduplication")
struct DeduplicationTests {
  /// The rows that are kept, by comparing each with all that were kept before.
  private static func kept(_ items: Items, within: Int64, key: (Item) -> [Int64?]) -> [Item] {
    var kept: [Item] = []
    for row in items.onTime {
      let isRepeated = kept.contains { key($0) == key(row) && abs($0.second - row.second) <= within }
      if !isRepeated { kept.append(row) }
    }
    return kept
  }

  private static func items(_ random: inout PairingRandom) -> Items {
    Items(
      &random, partitions: Int.random(in: 1...3, using: &random), rows: Int.random(in: 0...120, using: &random),
      keys: Int64.random(in: 1...12, using: &random), delay: Int64.random(in: 0...10, using: &random),
      pace: Int64.random(in: 1...8, using: &random))
  }

  @Test(
    "keeps the rows that no kept one is near to, whatever the batches are and wherever it crashes",
    arguments: 1...40 as ClosedRange<UInt64>)
  func oracle(seed: UInt64) throws {
    var random = PairingRandom(state: seed)
    let items = Self.items(&random)
    let within = Bool.random(using: &random) ? Int64.random(in: 0...40, using: &random) : nil
    let crashes = Set((0..<60).filter { _ in Int.random(in: 0...3, using: &random) == 0 })
    let stream = items.stream.deduplicated(by: { $0.key }, within: within.map { .seconds($0) })
    let run = try CrashingRun(stream, crash: { crashes.contains($0) })
    // Rows are passed on as they are, in the order in which they came.
    #expect(run.rows == Self.kept(items, within: within ?? items.delay) { [$0.key] }, "seed \(seed)")
    #expect(run.report.groups == 0 && run.report.openPanes == 0, "seed \(seed)")
    #expect(run.report.rowsLate == UInt64(items.count - items.onTime.count), "seed \(seed)")
  }

  @Test("tells rows apart by several keys")
  func severalKeys() throws {
    var random = PairingRandom(state: 7)
    let items = Items(&random, partitions: 2, rows: 100, keys: 6, delay: 5, pace: 3)
    let run = try CrashingRun(items.stream.deduplicated(by: { ($0.name, $0.key) }, within: .seconds(9)))
    // The name follows from the key, but for the null.
    #expect(run.rows == Self.kept(items, within: 9) { [$0.key] })
    #expect(Self.kept(items, within: 9) { [$0.key] } != Self.kept(items, within: 8) { [$0.key] })
  }

  @Test("feeds a window with rows that are as late as they were", arguments: 1...10 as ClosedRange<UInt64>)
  func thenWindow(seed: UInt64) throws {
    var random = PairingRandom(state: seed)
    let items = Self.items(&random)
    let counts = items.stream.deduplicated(by: { $0.key }, within: .seconds(20))
      .grouped(by: { $0.name }, in: .tumbling(.seconds(10)))
      .aggregate(NameCount.self) { .init(name: $0.key, window: $0.window, rows: .count) }
    let crashes = Set((0..<60).filter { _ in Int.random(in: 0...3, using: &random) == 0 })
    let run = try CrashingRun(counts, crash: { crashes.contains($0) })
    var expected: [NameCount: Int64] = [:]
    for row in Self.kept(items, within: 20, key: { [$0.key] }) {
      let start = Int((Double(row.second) / 10).rounded(.down)) * 10
      let window = TimeWindow(
        start: Timestamp(secondsSince1970: start), end: Timestamp(secondsSince1970: start + 10))
      expected[NameCount(name: row.name, window: window, rows: 0), default: 0] += 1
    }
    #expect(run.rows.count == expected.count, "seed \(seed)")
    for row in run.rows {
      #expect(expected[NameCount(name: row.name, window: row.window, rows: 0)] == row.rows, "seed \(seed)")
    }
    #expect(run.report.groups == 0, "seed \(seed)")
  }

  @Test("forgets a key when no row that repeats it can come any more")
  func forgets() throws {
    let rows = (0..<400).map { Item(key: Int64($0), name: "", at: Timestamp(secondsSince1970: $0), number: Int64($0)) }
    let source = BatchSource(Item.schema, partitions: [rows.map { Item.batch(of: [$0]) }])
    let stream = Stream(Item.self, source: source).eventTime(\.at, delay: .seconds(5))
      .deduplicated(by: { $0.key }, within: .seconds(10))
    let run = try CrashingRun(stream)
    #expect(run.rows.count == 400)
    // 5 s of delay, 10 s of bound, and a pane of 10 s.
    #expect(run.mostGroups == 25)
  }

  @Test("is read back from its description, with the same state")
  func storedPlan() throws {
    let source = Stream<Item>([]).eventTime(\.at, delay: .seconds(3))
    for stream in [
      source.deduplicated(by: { $0.key }), source.deduplicated(by: { ($0.key, $0.name) }, within: .minutes(2)),
    ] {
      let stored = try StoredPlan(parsing: stream.plan.description)
      #expect(stored.plan.description == stream.plan.description)
      #expect(stored.stateNames == ["deduplicate"])
    }
  }

  @Test("without an event time is refused in words")
  func untimed() throws {
    #expect(throws: StreamError.self) { try CrashingRun(Stream<Item>([]).deduplicated(by: { $0.key })) }
  }
}
