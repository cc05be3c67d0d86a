import Foundation
import StrandlineColumns
import Testing

@Suite("Times as text")
struct ISO8601Tests {
  private func parse(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    // The array outlives its span.
    return unsafe ISO8601.parse(bytes.span.bytes)
  }

  /// The time that a decoder makes of a text, by its own short way where there is one; nil for an error row.
  private func decodedTime(_ text: String) throws -> Int64? {
    let schema = Schema([Field("t", .timestamp)])
    let json = try decode("{\"t\":\"\(text)\"}", by: JSONLinesDecoder(schema: schema))
    let csv = try decode("\"\(text)\"", by: CSVDecoder(schema: schema, columns: ["t"]))
    #expect(json.rows == csv.rows)
    return json.rows.first?[0].flatMap { Int64($0) }
  }

  private func text(_ micros: Int64) -> String {
    var bytes: [UInt8] = []
    ISO8601.append(micros, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "a time is read",
    arguments: [
      ("1970-01-01", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-01t00:00:00z", 0), ("1970-01-01 00:00:00", 0),
      ("2015-05-17T10:05:03Z", 1_431_857_103_000_000), ("2015-05-17T10:05:03", 1_431_857_103_000_000),
      ("2015-05-17T12:05:03+02:00", 1_431_857_103_000_000), ("2015-05-17T12:05:03+02", 1_431_857_103_000_000),
      ("2015-05-17T05:35:03-04:30", 1_431_857_103_000_000), ("2015-05-17T10:05:03-00:00", 1_431_857_103_000_000),
      ("2015-05-17T10:05:03.5Z", 1_431_857_103_500_000), ("2015-05-17T10:05:03.123456Z", 1_431_857_103_123_456),
      ("2015-05-17T10:05:03.1234569Z", 1_431_857_103_123_456), ("2015-05-17T10:05:03.000000999", 1_431_857_103_000_000),
      ("1969-12-31T23:59:59.999999Z", -1), ("1969-12-31", -86_400_000_000), ("1969-12-31T23:59:59.9999999Z", -1),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000_000), ("2016-12-31T23:59:60.75Z", 1_483_228_800_000_000),
      ("2000-02-29", 951_782_400_000_000), ("0001-01-01", -62_135_596_800_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999), ("1900-03-01", -2_203_891_200_000_000),
    ])
  func reads(text: String, micros: Int) throws {
    #expect(parse(text) == Int64(micros))
    #expect(try decodedTime(text) == Int64(micros))
  }

  @Test(
    "what is no time in this format is refused",
    arguments: [
      "", "2", "2015", "2015-05", "2015-05-1", "2015-5-17", "20150517", "2015-05-17T", "2015-05-17T10",
      "2015-05-17T10:05",
      "2015-05-17T10:05:3", "2015-05-17T10:05:03.", "2015-05-17T10:05:03.Z", "2015-05-17T10:05:03Zx",
      "2015-05-17T10:05:03 Z", "2015-05-17  10:05:03", "2015-05-17T24:00:00Z", "2015-05-17T10:60:00Z",
      "2015-05-17T10:05:61Z", "2015-05-17T10:05:03+", "2015-05-17T10:05:03+2", "2015-05-17T10:05:03+24:00",
      "2015-05-17T10:05:03+02:60", "2015-05-17T10:05:03+02:", "2015-05-17T10:05:03+0200", "2015-13-01", "2015-00-01",
      "2015-01-00", "2015-01-32", "2015-02-29", "1900-02-29", "2015-04-31", "2015-06-31", "2015-09-31", "2015-11-31",
      "0000-01-01", "-001-01-01", "+2015-05-17", "10000-01-01", "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-01:00",
      "0001-01-01T00:00:00+01:00", "2015/05/17", "2015-05-17T10.05.03", "２015-05-17", "2015-05-17T10:05:03,5Z",
      " 2015-05-17",
      "2015-05-17 ", "2015-W20-7", "2015-137", "today",
    ])
  func refuses(text: String) throws {
    #expect(parse(text) == nil)
    #expect(try decodedTime(text) == nil)
  }

  @Test("every month of ten thousand years begins and ends where counting days says")
  func calendar() {
    var day: Int64 = -719_162
    for year in 1...9999 {
      let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
      for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
        let prefix = pad(year, 4) + "-" + pad(month + 1, 2) + "-"
        let first = day * 86_400_000_000
        let last = first + Int64(length - 1) * 86_400_000_000
        #expect(parse(prefix + "01") == first)
        #expect(parse(prefix + String(length)) == last)
        #expect(parse(prefix + String(length + 1)) == nil)
        #expect(text(first) == prefix + "01T00:00:00Z")
        #expect(text(last + 86_399_999_999) == prefix + String(length) + "T23:59:59.999999Z")
        day += Int64(length)
      }
    }
    #expect(day == 2_932_897)
  }

  private func pad(_ value: Int, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: digits - text.count) + text
  }

  @Test("random times agree with Foundation, both ways", arguments: [1, 2, 3] as [UInt64])
  func foundation(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let style = Date.ISO8601FormatStyle()
    for _ in 0..<2000 {
      let seconds = Int64.random(in: -2_208_988_800..<7_258_118_400, using: &generator)
      let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
      #expect(text(seconds * 1_000_000) == expected, "seed \(seed)")
      #expect(parse(expected) == seconds * 1_000_000, "seed \(seed)")
    }
  }

  @Test("a time that is written is read back", arguments: [1, 2] as [UInt64])
  func roundTrip(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<5000 {
      var micros = Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &generator)
      if Bool.random(using: &generator) { micros -= micros % 1000 }
      #expect(parse(text(micros)) == micros, "seed \(seed), \(micros)")
    }
  }

  @Test("a fraction is written without trailing zeros, a far year in the expanded form")
  func writes() {
    #expect(text(0) == "1970-01-01T00:00:00Z")
    #expect(text(-1) == "1969-12-31T23:59:59.999999Z")
    #expect(text(1_500_000) == "1970-01-01T00:00:01.5Z")
    #expect(text(1_000_010) == "1970-01-01T00:00:01.00001Z")
    #expect(text(-62_135_596_800_000_001) == "0000-12-31T23:59:59.999999Z")
    #expect(text(-62_167_219_200_000_001) == "-000001-12-31T23:59:59.999999Z")
    #expect(text(253_402_300_800_000_000) == "+010000-01-01T00:00:00Z")
    #expect(text(.max) == "+294247-01-10T04:00:54.775807Z")
    #expect(text(.min) == "-290308-12-21T19:59:05.224192Z")
  }

  @Test("a decoder reads a time as `parse` does, whichever byte of it is changed")
  func shortWay() throws {
    let replacements = Array("0123456789-:.TtZz +/;".utf8)
    for text in [
      "2015-05-17T10:05:03Z", "1999-12-31T23:59:59.5Z", "2000-02-29T00:00:00.123456Z", "0001-01-01T19:29:30.1234567Z",
    ] {
      var bytes = Array(text.utf8)
      for index in bytes.indices {
        let original = bytes[index]
        for replacement in replacements {
          bytes[index] = replacement
          let changed = String(decoding: bytes, as: UTF8.self)
          #expect(try decodedTime(changed) == parse(changed), "\(changed)")
        }
        bytes[index] = original
      }
    }
  }
}
