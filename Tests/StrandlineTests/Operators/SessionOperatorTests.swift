import Strandline
import StrandlineStorage
import StrandlineTestKit
import Testing

private func visit(_ user: String, _ second: Int, pause: Int64 = 10) -> Visit {
  Visit(user: user, at: Timestamp(microsecondsSince1970: Int64(second) * 1_000_000), pause: pause * 1_000_000)
}

@Suite("Sessions in a stream")
struct SessionOperatorTests {
  private func driver(_ window: Window, delay: Duration = .seconds(5)) throws -> StreamDriver<Visit, Visits> {
    try StreamDriver { (visits: Stream<Visit>) in
      visits.eventTime(\.at, delay: delay).grouped(by: { $0.user }, in: window)
        .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }
    }
  }

  private func lines(_ driver: StreamDriver<Visit, Visits>) -> [String] {
    driver.output.map {
      "\($0.user) \($0.window.start.microseconds / 1_000_000)-\($0.window.end.microseconds / 1_000_000) \($0.visits)"
    }
  }

  @Test("close when their gap is over, survive a crash, and are bridged by a row that is out of order")
  func life() throws {
    let driver = try driver(.session(gap: .seconds(10)))
    try driver.feed([visit("a", 0), visit("b", 3), visit("a", 14)])
    try driver.crash()
    try driver.feed([visit("a", 9), visit("b", 16)])
    #expect(driver.output.isEmpty && driver.report.groups == 3)
    try driver.feed([visit("c", 40)])
    #expect(lines(driver) == ["b 3-13 1", "a 0-24 3", "b 16-26 1"])
    try driver.feed([visit("a", 34)])
    #expect(driver.report.rowsLate == 1)
    try driver.finish()
    #expect(lines(driver).last == "c 40-50 1" && driver.report.groups == 0)
  }

  @Test("have a gap that each row says for itself")
  func rowGap() throws {
    let driver = try StreamDriver { (visits: Stream<Visit>) in
      visits.eventTime(\.at, delay: .zero).grouped(by: { $0.user }, in: .session(gap: Visit.columns.pause))
        .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }
    }
    try driver.feed([visit("a", 0, pause: 30), visit("a", 20, pause: 5), visit("a", 29, pause: 1), visit("a", 31)])
    try driver.finish()
    #expect(lines(driver) == ["a 0-30 3", "a 31-41 1"])
  }
}

@Suite("Late rows")
struct LateRowsTests {
  @Test("go to an output of their own, with all of their columns, each once")
  func driver() throws {
    let visits = TestInput<Visit>(partitions: 2)
    let driver = try StreamDriver(
      visits.stream.eventTime(\.at, delay: .zero).filter { $0.user != "x" }
        .grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
        .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }
        .lateRows())
    try driver.feed([visit("a", 5), visit("a", 25), visit("b", 8, pause: 77), visit("x", 9)], to: visits)
    #expect(driver.watermark == nil)
    try driver.crash()
    try driver.feed([visit("c", 3), visit("c", 40), visit("d", 29)], to: visits, partition: 1)
    #expect(try driver.late() == [visit("b", 8, pause: 77), visit("d", 29)])
    #expect(driver.report.rowsLate == 2 && driver.watermark == visit("", 25).at)
    #expect(try driver.state().count == 2)
    try driver.finish()
    #expect(driver.output.map(\.user) == ["a", "c", "a", "c"])
    #expect(try driver.late(Visit.self).count == 2)
  }

  @Test("reach a file exactly once, with the plan that a store is compared with")
  func file() async throws {
    let folder = try TemporaryFolder()
    let rows = [visit("a", 5), visit("a", 25), visit("b", 8, pause: 77)]
    let stream = Stream(rows).eventTime(\.at, delay: .zero)
      .grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
      .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }
      .lateRows(to: .jsonLines("\(folder.path)/late.ndjson"))
    let job = try stream.write(to: .jsonLines("\(folder.path)/out.ndjson"))
    #expect(try job.explanation().contains("late rows to file ndjson (exactly-once)"))
    try await job.run(checkpoint: "\(folder.path)/store")
    try await job.run(checkpoint: "\(folder.path)/store")
    let file = try InputFile(path: "\(folder.path)/late.ndjson")
    var bytes: [UInt8] = []
    try file.read(at: 0, into: &bytes, count: 1000)
    #expect(
      String(decoding: bytes, as: UTF8.self) == "{\"user\":\"b\",\"at\":\"1970-01-01T00:00:08Z\",\"pause\":77000000}\n")
    let stored = try StoredPlan(parsing: job.plan.description)
    #expect(stored.plan.writesLate && stored.plan.description == job.plan.description)
  }
}

@Record private struct Share: Equatable {
  var user: String
  var visits: Int64
  var total: Int64
}

@Suite("Rows that can't be computed")
struct UncomputableRowsTests {
  private var skipping: EngineOptions {
    var options = EngineOptions()
    options.onRowError = .skip(rejects: nil)
    return options
  }

  @Test("are error rows of a filter, a mapped column, a key and a value, and the others go on")
  func skipped() throws {
    let visits = TestInput<Visit>()
    let driver = try StreamDriver(
      visits.stream.eventTime(\.at, delay: .zero).filter { $0.pause / $0.pause == 1 }
        .grouped(by: { $0.user }, in: .global)
        .aggregate(Share.self) {
          .init(user: $0.key, visits: .count, total: .sum($0.row.pause / ($0.row.pause - 10_000_000)))
        },
      options: skipping)
    try driver.feed([visit("a", 1, pause: 0), visit("a", 2, pause: 10), visit("b", 3, pause: 20)], to: visits)
    try driver.finish()
    #expect(driver.output == [Share(user: "b", visits: 1, total: 2)])
    #expect(driver.report.rowsRefused == 2 && driver.report.rowsRead == 3)
  }

  @Test("fail the run where the policy is to fail, with the partition")
  func failing() throws {
    let visits = TestInput<Visit>()
    let driver = try StreamDriver(visits.stream.filter { $0.pause / $0.pause == 1 })
    let error = #expect(throws: StreamError.self) { try driver.feed([visit("a", 1, pause: 0)], to: visits) }
    #expect(error?.code == .row && error?.file == "partition-0")
  }

  @Test("windows of so many rows need no time, and what is left is written at the end")
  func rowWindows() throws {
    let visits = TestInput<Visit>(partitions: 2)
    let driver = try StreamDriver(
      visits.stream.grouped(by: { $0.user }, in: .rows(2))
        .aggregate(Share.self) { .init(user: $0.key, visits: .count, total: .sum($0.row.pause)) })
    try driver.feed([visit("a", 0, pause: 1), visit("b", 0, pause: 2)], to: visits)
    try driver.crash()
    try driver.feed([visit("a", 0, pause: 3), visit("a", 0, pause: 4)], to: visits, partition: 1)
    #expect(driver.output == [Share(user: "a", visits: 2, total: 4_000_000)])
    try driver.finish()
    #expect(driver.output.map(\.user) == ["a", "a", "b"] && driver.report.groups == 0)
  }
}

@Record private struct First: Equatable {
  var window: TimeWindow
  var user: String
  var last: String
}

@Suite("The order of rows that operators made")
struct MadeRowsTests {
  @Test(
    "is that in which they were given, for first and last of one time, whatever the batches are", arguments: [1, 2, 9])
  func ties(_ size: Int) throws {
    let driver = try StreamDriver { (visits: Stream<Visit>) in
      visits.eventTime(\.at, delay: .zero).grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
        .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }
        .grouped(by: { _ in }, in: .tumbling(.seconds(10)))
        .aggregate(First.self) { .init(window: $0.window, user: .first($0.row.user), last: .last($0.row.user)) }
    }
    let rows = ["d", "b", "c", "a"].map { visit($0, 3) } + [visit("z", 25)]
    for start in stride(from: 0, to: rows.count, by: size) {
      try driver.feed(Array(rows[start..<min(start + size, rows.count)]))
    }
    try driver.finish()
    #expect(driver.output.map(\.user) == ["a", "z"] && driver.output.map(\.last) == ["d", "z"])
  }
}
