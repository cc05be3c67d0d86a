import Strandline
import StrandlineState
import StrandlineTestKit
import Testing

@Suite("The stream driver")
struct StreamDriverTests {
  private func driver(partitions: Int = 1) throws -> StreamDriver<Click, Clicks> {
    try StreamDriver(partitions: partitions) { (clicks: Stream<Click>) in
      clicks.eventTime(\.at, delay: .seconds(5))
        .grouped(by: { $0.page }, in: .tumbling(.minutes(1)))
        .aggregate(Clicks.self) { .init(page: $0.key, window: $0.window, clicks: .count, users: .min($0.row.user)) }
    }
  }

  private func click(_ second: Int, _ page: String = "/") -> Click {
    Click(page: page, user: 1, at: Timestamp(secondsSince1970: second))
  }

  @Test("closes a window when the watermark passes its end, and not before")
  func closes() throws {
    let driver = try driver()
    try driver.feed([click(10), click(64)])
    #expect(driver.output.isEmpty)
    try driver.feed([click(65)])
    #expect(driver.output.map(\.clicks) == [1])
    #expect(driver.report.watermark == 60_000_000)
  }

  @Test("loses nothing in a crash between any two batches")
  func crashes() throws {
    let driver = try driver()
    for second in 0..<100 {
      try driver.feed([click(second, "/\(second % 2)")])
      try driver.crash()
    }
    try driver.finish()
    #expect(driver.output.map(\.clicks).reduce(0, +) == 100)
    #expect(driver.output.count == 4)
    #expect(driver.report.groups == 0)
  }

  @Test("holds windows open for the slowest partition")
  func slowest() throws {
    let driver = try driver(partitions: 2)
    try driver.feed([click(10)], partition: 0)
    try driver.feed([click(200)], partition: 1)
    #expect(driver.output.isEmpty)
    try driver.feed([click(300)], partition: 0)
    #expect(driver.output.map(\.clicks) == [1])
  }

  @Test("counts a row as late by its own partition's watermark alone")
  func late() throws {
    let driver = try driver(partitions: 2)
    try driver.feed([click(200)], partition: 0)
    try driver.feed([click(10)], partition: 1)
    #expect(driver.report.rowsLate == 0)
    try driver.feed([click(10)], partition: 0)
    #expect(driver.report.rowsLate == 1)
  }
}
