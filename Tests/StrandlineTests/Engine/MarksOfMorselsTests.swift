import Strandline
import StrandlineTestKit
import Testing

@Suite("Event time of morsels")
struct MarksOfMorselsTests {
  @Record struct Count: Equatable {
    var key: String
    var count: Int64
  }

  private func counts(_ rows: Stream<Event>) -> Stream<Count> {
    rows.grouped(by: { $0.key }, in: .tumbling(.seconds(10))).aggregate { .init(key: $0.key, count: .count) }
  }

  @Test("moves a clock past rows that a filter has dropped, wherever morsels are cut", arguments: 1...3, [1, 4, 100])
  func droppedRows(_ workers: Int, _ rowsPerMorsel: Int) throws {
    var options = EngineOptions()
    (options.workers, options.rowsPerMorsel) = (workers, rowsPerMorsel)
    let other = TestInput<Event>()
    let driver = try StreamDriver<Event, Count>(options: options) { rows in
      // The filter stands in front of the event time.
      let kept = rows.filter { $0.key != "dropped" }.united(with: other.stream)
      return counts(kept.eventTime(\.at, delay: .zero))
    }
    var events = (0..<16).map { Event(at: 100 + $0, key: "dropped") }
    events += (0..<16).map { Event(at: 95 - $0, key: "kept") }
    events.append(Event(at: 116, key: "kept"))
    try driver.feed(events)
    #expect(driver.report.rowsLate == 16)
    try driver.finish()
    #expect(driver.output == [Count(key: "kept", count: 1)])
  }

  @Test("takes a partition back from idling before its rows are looked at", arguments: 1...3)
  func comingBack(_ workers: Int) throws {
    var options = EngineOptions()
    (options.workers, options.rowsPerMorsel) = (workers, 1)
    options.idleNanos = 1_000_000_000
    let other = TestInput<Event>()
    let driver = try StreamDriver<Event, Count>(partitions: 2, options: options) { rows in
      counts(rows.eventTime(\.at, delay: .zero).united(with: other.stream.eventTime(\.at, delay: .zero)))
    }
    try driver.feed([Event(at: 10, key: "a")], partition: 0)
    try driver.feed([Event(at: 10, key: "b")], to: other)
    try driver.feed([Event(at: 1000, key: "c")], partition: 1)
    driver.clock.advance(by: 2_000_000_000)
    try driver.feed([Event(at: 1001, key: "c")], partition: 1)
    #expect(driver.report.rowsLate == 0)
    // Its own source has gone on without it, the union has not: its rows are late by their mark.
    try driver.feed([Event(at: 500, key: "a"), Event(at: 1002, key: "a")], partition: 0)
    #expect(driver.report.rowsLate == 1)
  }
}
