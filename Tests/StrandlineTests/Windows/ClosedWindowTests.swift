import Strandline
import StrandlineTestKit
import Testing

@Record private struct Ranks: Equatable {
  var user: String
  var rank: Int64
}

private func visit(_ user: String, _ second: Int) -> Visit {
  Visit(user: user, at: Timestamp(microsecondsSince1970: Int64(second) * 1_000_000), pause: 0)
}

@Suite("Windows of streams that are united, the furthest one first")
struct ClosedWindowTests {
  private let a = TestInput<Visit>()
  private let b = TestInput<Visit>()

  private var united: Stream<Visit> {
    a.stream.eventTime(\.at, delay: .zero)
      .united(with: b.stream.eventTime(\.at, delay: .zero), watermark: .maximum)
  }

  private func counted(_ window: Window) -> Stream<Visits> {
    united.grouped(by: { $0.user }, in: window)
      .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }.lateRows()
  }

  @Test(
    "take no row after they have closed, and none is lost",
    arguments: [
      .tumbling(.seconds(10)), .sliding(.seconds(10), every: .seconds(10)),
      .cumulating(.seconds(10), every: .seconds(10)),
    ] as [Window])
  func late(_ window: Window) throws {
    let driver = try StreamDriver(counted(window))
    try driver.feed([visit("a", 1)], to: a)
    try driver.feed([visit("a", 100)], to: a)
    try driver.feed([visit("b", 2), visit("b", 3)], to: b)
    try driver.feed([visit("b", 101)], to: b)
    try driver.finish()
    #expect(driver.output.map(\.user) == ["a", "a", "b"] && driver.output.map(\.visits) == [1, 1, 1])
    #expect(try driver.late(Visit.self) == [visit("b", 2), visit("b", 3)])
    #expect(driver.report.rowsLate == 2 && driver.report.rowsRead == 5)
  }

  @Test("of first rows take none either")
  func top() throws {
    let driver = try StreamDriver(
      united.grouped(by: { $0.user }, in: .tumbling(.seconds(10))).top(1, by: { [.ascending($0.at)] })
        .select(Ranks.self) { .init(user: $0.row.user, rank: $0.rank) })
    try driver.feed([visit("a", 1)], to: a)
    try driver.feed([visit("a", 100)], to: a)
    try driver.feed([visit("b", 2)], to: b)
    try driver.finish()
    #expect(driver.output.map(\.user) == ["a", "a"] && driver.report.rowsLate == 1)
  }

  @Test("stay open for the stream that goes on when the other has ended")
  func ended() throws {
    let driver = try StreamDriver(counted(.tumbling(.seconds(10))))
    a.add([visit("a", 1)])
    for second in 1...8 { b.add([visit("b", second * 10)]) }
    a.end()
    try driver.finish()
    #expect(driver.output.count == 9 && driver.output.allSatisfy { $0.visits == 1 } && driver.report.rowsLate == 0)
  }
}
