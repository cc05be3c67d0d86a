import Strandline
import Testing

@Suite("Timestamps")
struct TimestampTests {
  @Test(
    "a text and its time",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2015-05-17T10:05:03.25Z", 1_431_857_103_250_000),
      ("1969-12-31T23:59:59.999999Z", -1),
    ] as [(String, Int64)])
  func text(text: String, microseconds: Int64) {
    #expect(Timestamp(iso8601: text)?.microseconds == microseconds)
    #expect("\(Timestamp(microsecondsSince1970: microseconds))" == text)
  }

  @Test("what is no time is none", arguments: ["", "noon", "2015-13-01T00:00:00Z", "2015-05-17T10:05"])
  func malformed(text: String) {
    #expect(Timestamp(iso8601: text) == nil)
  }

  @Test("seconds are rounded to microseconds")
  func seconds() {
    #expect(Timestamp(secondsSince1970: 1.0000004)?.microseconds == 1_000_000)
    #expect(Timestamp(secondsSince1970: -1.0000006)?.microseconds == -1_000_001)
    #expect(Timestamp(secondsSince1970: .nan) == nil)
    #expect(Timestamp(secondsSince1970: 1e300) == nil)
    #expect(Timestamp(secondsSince1970: -3).microseconds == -3_000_000)
    #expect(Timestamp(secondsSince1970: .max).microseconds == .max)
    #expect(Timestamp(secondsSince1970: Int.min).microseconds == .min)
  }

  @Test("windows close in the order of their ends, and hold their start alone")
  func windows() {
    let times = [0, 60, 120].map { Timestamp(secondsSince1970: $0) }
    let first = TimeWindow(start: times[0], end: times[1])
    let second = TimeWindow(start: times[0], end: times[2])
    #expect(first < second && TimeWindow(start: times[1], end: times[2]) > second)
    #expect(first.contains(times[0]) && !first.contains(times[1]))
    #expect("\(first)" == "[1970-01-01T00:00:00Z, 1970-01-01T00:01:00Z)")
  }
}

@Suite("Times and lengths of time")
struct TimestampArithmeticTests {
  @Test("are added and subtracted, and stop at the ends of the range")
  func arithmetic() {
    let time = Timestamp(secondsSince1970: 10)
    #expect(time + .seconds(5) == Timestamp(secondsSince1970: 15))
    #expect(time - .milliseconds(1) == Timestamp(microsecondsSince1970: 9_999_000))
    let last = Timestamp(microsecondsSince1970: .max)
    #expect(last + .seconds(1) == last && Timestamp(microsecondsSince1970: .min) - .seconds(1) < time)
  }
}
