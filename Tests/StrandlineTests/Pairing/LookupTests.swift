import Foundation
import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage
import Synchronization
import Testing

@Record private struct Campaign: Hashable {
  var id: Int64?
  var title: String
}

@Record private struct Titled: Hashable {
  var number: Int64
  var title: String?
}

@Suite("A lookup in a table")
struct LookupTests {
  private func item(_ key: Int64?, _ number: Int64) -> Item {
    Item(key: key, name: "n", at: Timestamp(secondsSince1970: Int(number)), number: number)
  }

  private func stream(_ batches: [[Item]]) -> Strandline.Stream<Item> {
    Strandline.Stream(Item.self, source: BatchSource(Item.schema, partitions: [batches.map { Item.batch(of: $0) }]))
      .eventTime(\.at, delay: .zero)
  }

  private let campaigns = [
    Campaign(id: 1, title: "one"), Campaign(id: nil, title: "none"), Campaign(id: 2, title: "two"),
    Campaign(id: nil, title: "none"),
  ]

  @Test("adds the row with the same key, and nothing for a null", arguments: [true, false])
  func rows(isInner: Bool) throws {
    let rows = stream([[item(2, 1), item(nil, 2), item(7, 3)], [item(1, 4)]])
    let titled =
      isInner
      ? rows.lookup(in: campaigns, on: { $0.key }, equals: { $0.id })
        .select(Titled.self) { .init(number: $0.number, title: $1.title.asOptional) }
      : rows.leftLookup(in: campaigns, on: { $0.key }, equals: { $0.id })
        .select(Titled.self) { .init(number: $0.number, title: $1.title) }
    let run = try CrashingRun(titled, crash: { $0 == 1 })
    let all = [(1, "two"), (2, nil), (3, nil), (4, "one")].map { Titled(number: $0, title: $1) }
    #expect(run.rows == all.filter { !isInner || $0.title != nil })
    #expect(try StoredPlan(parsing: titled.plan.description).plan.description == titled.plan.description)
  }

  @Test("refuses a table that has a key twice, and names the key")
  func duplicates() throws {
    let table = campaigns + [Campaign(id: 2, title: "again")]
    let titled = stream([[item(2, 1)]]).lookup(in: table, on: { $0.key }, equals: { $0.id })
      .select(Titled.self) { .init(number: $0.number, title: $1.title.asOptional) }
    let error = #expect(throws: StreamError.self) { try CrashingRun(titled) }
    #expect(error?.message == "row 5 of the table has the key (id) of a row before it: a key may be there once")
  }

  /// A file of the test's own.
  private struct TableFile {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("table-\(UUID().uuidString).csv").path

    func write(_ text: String) throws {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: path) }
  }

  /// Batches one after another, with a clock and a table that change between them.
  private func titles(
    _ file: TableFile, refresh: Duration?, crash: Bool = false, _ before: [(seconds: Int64, table: String?)]
  ) throws -> [String?] {
    let now = Mutex<Int64>(0)
    let titles = Mutex<[String?]>([])
    var options = EngineOptions()
    options.wallClock = { now.withLock { $0 } }
    options.owner = "a test"
    options.log = LogOptions(segmentCapacity: 1 << 14)
    let titled = stream((0..<before.count).map { [item(1, Int64($0))] })
      .leftLookup(
        Campaign.self, in: .csv(file.path, refresh: refresh), on: { $0.key }, equals: { $0.id }
      ).select(Titled.self) { .init(number: $0.number, title: $1.title) }
    let job = titled.forEach { row in titles.withLock { $0.append(row.title) } }
    let store = MemoryDirectory()
    var engine: MicroBatchEngine?
    func open() throws {
      engine = nil
      engine = try MicroBatchEngine(
        job.plan, sources: job.sources, sink: job.sink, store: store.reopened(), options: options)
    }
    try open()
    for (seconds, table) in before {
      now.withLock { $0 = seconds * 1_000_000 }
      if let table { try file.write(table) }
      if crash { try open() }
      _ = try engine?.step()
    }
    return titles.withLock { $0 }
  }

  @Test("sees a new version of a file when it looks again, and not before")
  func refresh() throws {
    let file = TableFile()
    try file.write("id,title\n1,first\n")
    defer { try? file.remove() }
    let changes: [(Int64, String?)] = [
      (1, nil), (5, "title,id\nsecond,1\n"), (11, nil), (12, "id,title\n1,third\n"), (25, nil),
    ]
    #expect(try titles(file, refresh: .seconds(10), changes) == ["first", "first", "second", "second", "third"])
    try file.write("id,title\n1,first\n")
    #expect(try titles(file, refresh: nil, changes) == Array(repeating: "first", count: 5))
  }

  @Test("sees the file as it is, from the first batch on that was not committed before a crash")
  func crash() throws {
    let file = TableFile()
    try file.write("id,title\n1,first\n")
    defer { try? file.remove() }
    let changes: [(Int64, String?)] = [(1, nil), (2, "id,title\n1,second\n"), (3, "id,title\n2,other\n")]
    #expect(try titles(file, refresh: nil, crash: true, changes) == ["first", "second", nil])
  }

  @Test("says what is wrong with a file that isn't there, or holds a row that can't be read")
  func errors() throws {
    let file = TableFile()
    let missing = #expect(throws: StreamError.self) { try titles(file, refresh: nil, [(1, nil)]) }
    #expect(missing?.code == .source && missing?.file == file.path)
    try file.write("id,title\n1,first\nx,second\n")
    defer { try? file.remove() }
    let wrong = #expect(throws: StreamError.self) { try titles(file, refresh: nil, [(1, nil)]) }
    #expect(wrong?.code == .source && wrong?.offset == 17)
    try file.write("id,title\n1,first\n1,second\n")
    let twice = #expect(throws: StreamError.self) { try titles(file, refresh: nil, [(1, nil)]) }
    #expect(twice?.message.contains("(id)") == true)
  }
}
