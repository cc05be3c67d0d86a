import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineStorage
import Synchronization
import Testing

@Record
struct Click: Hashable {
  var page: String
  var user: Int64
  @Column("ts") var at: Timestamp
}

@Record
struct Clicks: Hashable {
  var page: String
  var window: TimeWindow
  var clicks: Int64
  var users: Int64
}

@Suite("A typed stream")
struct StreamTests {
  private func clicks(_ count: Int) -> [Click] {
    (0..<count).map { Click(page: "/\($0 % 3)", user: Int64($0 % 7), at: Timestamp(secondsSince1970: $0)) }
  }

  private func counts(_ stream: Stream<Click>) -> Stream<Clicks> {
    stream
      .eventTime(\.at, delay: .seconds(10))
      .filter { $0.page != "/2" }
      .grouped(by: { $0.page }, in: .tumbling(.minutes(1)))
      .aggregate(Clicks.self) { .init(page: $0.key, window: $0.window, clicks: .count, users: .max($0.row.user)) }
  }

  private func collect(_ stream: Stream<Clicks>) async throws -> [Clicks] {
    let rows = Mutex<[Clicks]>([])
    try await stream.forEach { row in rows.withLock { $0.append(row) } }.run(checkpoint: nil)
    return rows.withLock { $0 }
  }

  @Test("from an array gives typed rows of the result")
  func array() async throws {
    let rows = try await collect(counts(Stream(clicks(120))))
    #expect(rows.count == 4)
    #expect(rows.map(\.clicks).reduce(0, +) == 80)
    #expect(rows.allSatisfy { $0.users == 6 })
    #expect(rows[0].window == TimeWindow(start: Timestamp(secondsSince1970: 0), end: Timestamp(secondsSince1970: 60)))
  }

  @Test("from an asynchronous sequence gives the same rows as from an array")
  func sequence() async throws {
    let all = clicks(100_000)
    let sequence = AsyncStream<Click> { continuation in
      for click in all { continuation.yield(click) }
      continuation.finish()
    }
    let fromSequence = try await collect(counts(Stream(sequence)))
    #expect(fromSequence == (try await collect(counts(Stream(all)))))
    #expect(!fromSequence.isEmpty)
  }

  @Test("groups by several keys")
  func severalKeys() async throws {
    let stream = Stream(clicks(120))
      .eventTime(\.at, delay: .zero)
      .grouped(by: { ($0.page, $0.user) }, in: .tumbling(.hours(1)))
      .aggregate(Clicks.self) { .init(page: $0.key.0, window: $0.window, clicks: .count, users: $0.key.1) }
    let rows = try await collect(stream)
    #expect(rows.count == 21)
    #expect(rows.map(\.clicks).reduce(0, +) == 120)
  }

  @Test("filters the result after the aggregation")
  func having() async throws {
    let rows = try await collect(counts(Stream(clicks(120))).filter { $0.page == "/1" })
    #expect(rows.count == 2)
    #expect(rows.allSatisfy { $0.page == "/1" })
  }

  @Test("refuses other rows after a restart, and goes on with the same")
  func restart() async throws {
    let directory = try TemporaryFolder()
    let stop = StopSignal()
    var options = EngineOptions()
    options.limits = BatchLimits(rows: 10)
    let all = clicks(100)
    try await counts(Stream(all)).forEach { _ in }
      .run(checkpoint: directory.path, options: options, stop: stop) { if $0.rowsThisRun == 30 { stop.stop() } }
    var other = all
    other[5].page = "/elsewhere"
    let error = await #expect(throws: StreamError.self) {
      try await counts(Stream(other)).forEach { _ in }.run(checkpoint: directory.path, options: options)
    }
    #expect(error?.code == .source)
    let report = try await counts(Stream(all)).forEach { _ in }.run(checkpoint: directory.path, options: options)
    #expect(report.rowsRead == 100 && report.rowsThisRun == 70 && report.isFinished)
  }

  @Test("says what is missing in a plan")
  func incomplete() throws {
    let noTime = Stream(clicks(1)).grouped(by: { $0.page }, in: .tumbling(.minutes(1)))
      .aggregate(Clicks.self) { .init(page: $0.key, window: $0.window, clicks: .count, users: .count) }
    let missing = #expect(throws: StreamError.self) { try noTime.forEach { _ in }.check() }
    #expect(missing?.message.contains("event time") == true)
    let negative = Stream(clicks(1)).eventTime(\.at, delay: .seconds(-1))
      .grouped(by: { $0.page }, in: .tumbling(.minutes(1)))
      .aggregate(Clicks.self) { .init(page: $0.key, window: $0.window, clicks: .count, users: .count) }
    let error = #expect(throws: StreamError.self) { try negative.forEach { _ in }.check() }
    #expect(error?.message.contains("delay") == true)
  }
}

/// A folder that goes when the test ends.
final class TemporaryFolder {
  let path: String
  init() throws {
    path = "/tmp/strandline-test-\(SystemRandom.uint64())"
    _ = try PosixDirectory.open(path: path, create: true)
  }
  deinit {
    guard let directory = try? PosixDirectory.open(path: path), let entries = try? directory.entries() else { return }
    for entry in entries where entry.kind == .file { try? directory.remove(entry.name) }
  }
}
