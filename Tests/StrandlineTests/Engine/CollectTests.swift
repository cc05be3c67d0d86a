import Strandline
import Testing

@Suite("A stream that is collected")
struct CollectTests {
  @Record struct Total: Equatable {
    var key: String
    var window: TimeWindow
    var count: Int64
  }

  private func totals(_ stream: Stream<Event>) -> Stream<Total> {
    stream.eventTime(\.at, delay: .zero).grouped(by: { $0.key }, in: .tumbling(.seconds(10)))
      .aggregate(Total.self) { .init(key: $0.key, window: $0.window, count: .count) }
  }

  @Test("gives what its job writes, with any number of workers", arguments: [1, 2, 3])
  func rows(_ workers: Int) async throws {
    let events = (0..<1000).map { Event(at: $0 / 7, key: "k\($0 % 13)") }
    var options = EngineOptions()
    options.workers = workers
    options.rowsPerMorsel = 10
    let rows = try await totals(Stream(events)).collect(options: options)
    var counts: [String: Int64] = [:]
    for event in events { counts["\(event.at.microseconds / 10_000_000) \(event.key)", default: 0] += 1 }
    #expect(rows.count == counts.count)
    for row in rows { #expect(counts["\(row.window.start.microseconds / 10_000_000) \(row.key)"] == row.count) }
    #expect(rows == rows.sorted { ($0.window.start, $0.key) < ($1.window.start, $1.key) })
  }

  @Test("is empty for no rows")
  func empty() async throws {
    #expect(try await totals(Stream([])).collect() == [])
  }

  @Test("is refused where the input has no end")
  func following() async throws {
    let stream = totals(Stream(Event.self, source: BatchSource(Event.schema, partitions: []), follows: true))
    let error = try await #require(throws: StreamError.self) { try await stream.collect() }
    #expect(error.code == .plan && error.message.contains("no end"), "\(error)")
  }

  @Test("ends with an error when its task is cancelled, not with a part of the rows", arguments: [false, true])
  func cancelled(_ leavesOpen: Bool) async throws {
    let task = Task {
      var options = EngineOptions()
      options.leavesOpen = leavesOpen
      // Cancelled before it begins: not one batch is run.
      // Unsafe: the handle isn't used beyond the closure.
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await totals(Stream([Event(at: 1, key: "k")])).collect(options: options)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
