import struct Foundation.Date
import struct Foundation.TimeZone
@testable import Strandline
import StrandlineState
import StrandlineTestKit
import Testing

/// Windows in the zones of this machine's tz database, against what its history says.
@Suite("windows of civil time")
struct CalendarWindowTests {
  /// A time, and the window that takes it.
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var window: Window
    var time: String
    var start: String
    var end: String

    init(_ name: String, _ window: Window, _ time: String, _ start: String, _ end: String) {
      (testDescription, self.window, self.time, self.start, self.end) = (name, window, time, start, end)
    }
  }

  static let cases: [Case] = [
    Case(
      "a day in winter", .daily(in: "Europe/Berlin"), "2024-01-10T23:00:00Z", "2024-01-10T23:00:00Z",
      "2024-01-11T23:00:00Z"),
    Case(
      "a day of 23 hours", .daily(in: "Europe/Berlin"), "2024-03-31T12:00:00Z", "2024-03-30T23:00:00Z",
      "2024-03-31T22:00:00Z"),
    Case(
      "a day of 25 hours", .daily(in: "Europe/Berlin"), "2024-10-27T00:30:00Z", "2024-10-26T22:00:00Z",
      "2024-10-27T23:00:00Z"),
    Case(
      "a day of 24.5 hours", .daily(in: "Australia/Lord_Howe"), "2024-04-07T00:00:00Z", "2024-04-06T13:00:00Z",
      "2024-04-07T13:30:00Z"),
    Case(
      "a day whose midnight is skipped", .daily(in: "America/Sao_Paulo"), "2018-11-04T03:00:00Z",
      "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
    Case(
      "the day before it", .daily(in: "America/Sao_Paulo"), "2018-11-04T02:59:59Z", "2018-11-03T03:00:00Z",
      "2018-11-04T03:00:00Z"),
    Case(
      "a day whose last hour comes twice", .daily(in: "America/Sao_Paulo"), "2018-02-18T02:30:00Z",
      "2018-02-17T02:00:00Z", "2018-02-18T03:00:00Z"),
    Case(
      "a midnight that comes twice counts once", .daily(in: "America/St_Johns"), "2010-11-07T02:45:00Z",
      "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"),
    Case(
      "the day before a skipped one", .daily(in: "Pacific/Apia"), "2011-12-30T09:59:59Z", "2011-12-29T10:00:00Z",
      "2011-12-30T10:00:00Z"),
    Case(
      "the day after a skipped one", .daily(in: "Pacific/Apia"), "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z",
      "2011-12-31T10:00:00Z"),
    Case(
      "offsets with seconds", .daily(in: "Africa/Monrovia"), "1971-06-01T12:00:00Z", "1971-06-01T00:44:30Z",
      "1971-06-02T00:44:30Z"),
    Case(
      "local mean time", .daily(in: "Europe/Berlin"), "1890-01-01T12:00:00Z", "1889-12-31T23:06:32Z",
      "1890-01-01T23:06:32Z"),
    Case(
      "the far future", .daily(in: "Europe/Berlin"), "9999-07-01T12:00:00Z", "9999-06-30T22:00:00Z",
      "9999-07-01T22:00:00Z"),
    Case(
      "a month across a change", .monthly(in: "Europe/Berlin"), "2024-03-15T00:00:00Z", "2024-02-29T23:00:00Z",
      "2024-03-31T22:00:00Z"),
    Case(
      "a week from Monday", .weekly(in: "America/New_York"), "2024-11-04T04:59:59Z", "2024-10-28T04:00:00Z",
      "2024-11-04T05:00:00Z"),
    Case(
      "a quarter", .calendar(.quarter, in: "Asia/Tokyo"), "2024-06-30T14:59:59Z", "2024-03-31T15:00:00Z",
      "2024-06-30T15:00:00Z"),
    Case(
      "a year", .yearly(in: "Europe/Dublin"), "2024-07-01T00:00:00Z", "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"),
    Case(
      "a decade", .calendar(10, .year, in: "UTC"), "1969-12-31T23:59:59Z", "1960-01-01T00:00:00Z",
      "1970-01-01T00:00:00Z"),
    Case(
      "an hour that comes twice", .hourly(in: "America/New_York"), "2024-11-03T06:30:00Z", "2024-11-03T05:00:00Z",
      "2024-11-03T07:00:00Z"),
    Case(
      "an hour and a half", .hourly(in: "Australia/Lord_Howe"), "2024-04-06T14:30:00Z", "2024-04-06T14:00:00Z",
      "2024-04-06T15:30:00Z"),
    Case(
      "hours that begin at half past", .hourly(in: "Asia/Kolkata"), "2024-01-01T00:29:59Z", "2023-12-31T23:30:00Z",
      "2024-01-01T00:30:00Z"),
    Case(
      "the morning of a short day", .calendar(6, .hour, in: "Europe/Berlin"), "2024-03-31T01:00:00Z",
      "2024-03-30T23:00:00Z", "2024-03-31T04:00:00Z"),
    Case("leap day", .daily(in: "UTC"), "2000-02-29T23:59:59Z", "2000-02-29T00:00:00Z", "2000-03-01T00:00:00Z"),
  ]

  private func micros(_ text: String) throws -> Int64 {
    try #require(Timestamp(iso8601: text)).microseconds
  }

  @Test("begin and end where the zone's clocks say", arguments: cases)
  func bounds(_ example: Case) throws {
    let window = try ZoneDatabase.system.resolved(example.window)
    let pane = window.pane(of: try micros(example.time))
    #expect(Timestamp(microsecondsSince1970: pane).description == example.start)
    #expect(Timestamp(microsecondsSince1970: window.end(ofPane: pane)).description == example.end)
    #expect(window.paneEnd(pane) == window.end(ofPane: pane))
  }

  @Test(
    "clocks show what Foundation says",
    arguments: [
      "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Dublin", "America/Caracas",
      "Asia/Pyongyang", "Pacific/Apia", "Africa/Monrovia", "Etc/GMT+12",
    ])
  func foundation(_ zone: String) throws {
    let clock = try #require(TimeZone(identifier: zone))
    guard case .calendar(let calendar) = try ZoneDatabase.system.resolved(.daily(in: zone)) else { return }
    let rules = try #require(calendar.rules)
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      // Before 2020, so that two versions of the database don't disagree.
      let seconds = Int.random(in: 0..<1_577_836_800, using: &random)
      let offset = clock.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
      #expect(rules.offset(at: Int64(seconds) * 1_000_000) == Int64(offset) * 1_000_000, "at \(seconds)")
    }
  }

  @Test(
    "a zone that can't be used is named, with what to do",
    arguments: [
      ("Mars/Olympus", "there is no time zone Mars/Olympus"), ("Europe", "there is no time zone Europe"),
      ("../../etc/passwd", "no name of a time zone"), ("/etc/passwd", "no name of a time zone"),
      ("", "no name of a time zone"), ("Europe//Berlin", "no name of a time zone"), ("tzdata.zi", "no name of"),
    ])
  func refused(_ zone: String, _ words: String) throws {
    let error = try #require(throws: StreamError.self) { try ZoneDatabase.system.resolved(.daily(in: zone)) }
    #expect(error.message.contains(words) && error.code.name == "plan")
  }

  @Test("a machine without the database says so; UTC needs none")
  func missing() throws {
    let nowhere = ZoneDatabase(directories: ["/nowhere/zoneinfo"])
    _ = try nowhere.resolved(.daily(in: "UTC"))
    let error = try #require(throws: StreamError.self) { try nowhere.resolved(.daily(in: "Europe/Berlin")) }
    #expect(error.message.contains("install tzdata"))
  }

  @Test("a file that is no zone's is refused with its place")
  func garbage() throws {
    let error = try #require(throws: StreamError.self) {
      try ZoneDatabase(directories: ["/etc"]).resolved(.daily(in: "passwd"))
    }
    #expect(error.message.contains("TZif") && error.file == "/etc/passwd")
  }

  @Test("a day of 25 hours is counted once, whatever crashes")
  func counted() throws {
    let driver = try StreamDriver { (clicks: Stream<Click>) in
      clicks.eventTime(\.at, delay: .zero)
        .grouped(by: { $0.page }, in: .daily(in: "Europe/Berlin"))
        .aggregate(Clicks.self) { .init(page: $0.key, window: $0.window, clicks: .count, users: .min($0.row.user)) }
    }
    let start = try micros("2024-10-26T22:00:00Z")
    for half in 0..<51 as Range<Int64> {
      try driver.feed([
        Click(page: "/", user: 1, at: Timestamp(microsecondsSince1970: start + half * 1_800_000_000))
      ])
      if half % 10 == 3 { try driver.crash() }
    }
    #expect(driver.output.map(\.clicks) == [50])
    #expect(driver.output.map(\.window.description) == ["[2024-10-26T22:00:00Z, 2024-10-27T23:00:00Z)"])
  }
}
