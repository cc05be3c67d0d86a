import Strandline
import StrandlineTestKit
import Testing

@Record private struct Quotients: Equatable {
  var user: String
  var window: TimeWindow
  var total: Int64
}

private func visit(_ user: String, _ second: Int, pause: Int64 = 10) -> Visit {
  Visit(user: user, at: Timestamp(microsecondsSince1970: Int64(second) * 1_000_000), pause: pause)
}

@Suite("A row that several windows take")
struct SharedRowTests {
  @Test("is refused once where it can't be computed, on time and late for some windows", arguments: [15, 25])
  func refused(_ second: Int) throws {
    var options = EngineOptions()
    options.onRowError = .skip(rejects: nil)
    let input = TestInput<Visit>()
    let driver = try StreamDriver(
      input.stream.eventTime(\.at, delay: .zero)
        .grouped(by: { $0.user }, in: .sliding(.seconds(10), every: .seconds(1)))
        .aggregate(Quotients.self) { .init(user: $0.key, window: $0.window, total: .sum(100 / $0.row.pause)) },
      options: options)
    try driver.feed(
      [visit("a", 20), visit("a", second, pause: 0), visit("a", 16), visit("a", 1), visit("a", 24)], to: input)
    #expect(driver.report.rowsRefused == 1 && driver.report.rowsLate == 1)
    try driver.finish()
    // Behind the row at 25 only the windows that end after it still take those at 16 and 24.
    let totals = driver.output.reduce(0) { $0 + $1.total }
    #expect(totals == 10 * (second == 25 ? 10 + 1 + 9 : 10 + 6 + 10))
  }
}
