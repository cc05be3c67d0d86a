import ArgumentParser
import Strandline
import StrandlineState
import Testing

@testable import StrandlineCLI

@Suite("Windows on the command line")
struct WindowArgumentTests {
  @Test(
    "are what they say",
    arguments: [
      ("1m", .tumbling(size: 60_000_000, offset: 0)), ("1d --offset 6h", .tumbling(.days(1), offset: .hours(6))),
      ("1h --every 5m", .sliding(.hours(1), every: .minutes(5))),
      ("1d --step 1h", .cumulating(.days(1), every: .hours(1))), ("day", .daily(in: "UTC")),
      ("day --zone Europe/Berlin", .daily(in: "Europe/Berlin")), ("2weeks", .calendar(2, .week, in: "UTC")),
      ("6hour --zone Asia/Kolkata", .calendar(6, .hour, in: "Asia/Kolkata")),
      ("session:30m", .session(gap: .minutes(30))), ("rows:100", .rows(100)), ("global", .global),
      ("month --step day --zone UTC", .cumulating(.month, every: .day, in: "UTC")),
    ] as [(String, Window)])
  func read(_ text: String, _ window: Window) throws {
    let arguments = ["--time", "at", "--window"] + text.split(separator: " ").map(String.init)
    #expect(try PlanOptions.parse(arguments).cut() == window)
  }

  @Test(
    "that say two things or nothing are refused",
    arguments: [
      "1", "fortnight", "days", "1h --every 5m --step 1m", "1h --zone UTC", "1h --step hour", "day --step 1h",
      "day --every 1h", "day --offset 1h", "-1day", "session:", "session:1", "session:1m --every 1m",
      "rows:0", "rows:", "rows:10 --every 1m", "global --zone UTC",
    ])
  func refused(_ text: String) {
    let arguments = ["--time", "at", "--window"] + text.split(separator: " ").map(String.init)
    #expect(throws: (any Error).self) { try PlanOptions.parse(arguments) }
  }
}
