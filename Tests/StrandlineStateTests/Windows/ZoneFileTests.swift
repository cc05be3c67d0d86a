import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("files of time zones")
struct ZoneFileTests {
  /// Hours that clocks are ahead, at seconds since 1970.
  private func hours(_ rules: ZoneRules, _ seconds: Int64) -> Double {
    Double(rules.offset(at: seconds * 1_000_000)) / 3_600_000_000
  }

  @Test("changes are read, of four bytes and of eight", arguments: [0, 50, 51, 52] as [UInt8])
  func changes(_ version: UInt8) throws {
    let file = ZoneBytes(
      version: version, offsets: [-600, 3600, 7200], changes: [(-1000, 1), (0, 2), (2000, 1), (3000, 1)])
    let rules = try file.rules()
    #expect(
      [-1001, -1000, -1, 0, 1999, 2000, 1 << 40].map { rules.offset(at: $0 * 1_000_000) / 1_000_000 }
        == [-600, 3600, 3600, 7200, 7200, 3600, 3600])
  }

  @Test("times beyond event time are as if they were at its ends")
  func farChanges() throws {
    let rules = try ZoneBytes(offsets: [0, 60, 120], changes: [(-1 << 59, 1), (5, 2), (1 << 59, 0)]).rules()
    #expect([0, 4, 5, 1 << 40].map { rules.offset(at: $0 * 1_000_000) / 1_000_000 } == [60, 60, 120, 120])
  }

  @Test(
    "a rule goes on for ever",
    arguments: [
      // 2024-03-31T01:00Z, 2024-10-27T01:00Z
      ("CET-1CEST,M3.5.0,M10.5.0/3", [(1_711_846_799, 1), (1_711_846_800, 2), (1_729_990_799, 2), (1_729_990_800, 1)]),
      // The other half of the world, with half an hour: 2024-04-06T15:00Z, 2024-10-05T15:30Z.
      (
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        [(1_712_415_599, 11), (1_712_415_600, 10.5), (1_728_142_199, 10.5), (1_728_142_200, 11)]
      ),
      // Winter time as the other part of the year: 2024-03-31T01:00Z, 2024-10-27T01:00Z.
      ("IST-1GMT0,M10.5.0,M3.5.0/1", [(1_711_846_799, 0), (1_711_846_800, 1), (1_729_990_799, 1), (1_729_990_800, 0)]),
      // Hours beyond a day: the Friday before the last Sunday, 2024-03-29T00:00Z.
      ("IST-2IDT,M3.4.4/26,M10.5.0", [(1_711_670_399, 2), (1_711_670_400, 3)]),
      // Summer all year.
      ("EST5EDT,0/0,J365/25", [(1_700_000_000, -4), (1_704_085_199, -4), (1_704_085_200, -4), (1_719_792_000, -4)]),
      // Days of the year, with and without 29 February: 2024-03-01T00:00Z and 2024-12-31T00:00Z.
      ("UTC0SUM,J60/0,J365/1", [(1_709_251_199, 0), (1_709_251_200, 1), (1_735_603_199, 1), (1_735_603_200, 0)]),
      ("UTC0SUM,60/0,365/1", [(1_709_251_199, 0), (1_709_251_200, 1)]),
      ("<-03>3", [(0, -3), (1 << 40, -3)]),
    ] as [(String, [(Int64, Double)])])
  func rule(_ footer: String, _ expected: [(Int64, Double)]) throws {
    var file = ZoneBytes(footer: footer)
    if let hours = Double(footer == "<-03>3" ? "-3" : "") { file.offsets = [Int32(hours) * 3600] }
    let rules = try file.rules()
    let cycle: Int64 = 146_097 * 86_400
    for (seconds, ahead) in expected {
      for cycles in [0, 1, 2, 100] as [Int64] {
        #expect(hours(rules, seconds + cycles * cycle) == ahead, "\(seconds) and \(cycles) cycles")
      }
    }
  }

  @Test(
    "a rule that says something else is refused",
    arguments: [
      "C-1", "CET", "CET-", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
      "CET-1CEST,M3.5.7,M10.5.0", "CET-25", "<CET-1", "CET-1CEST,J0,J5", "CET-1CEST,366,5", "CET-1CEST,M3.5.0/168,J5",
      "CET-1:60", "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1 ", "CET-99999999999999999999",
    ])
  func refusedRule(_ footer: String) {
    #expect(throws: BytesError.self) { try ZoneBytes(footer: footer).rules() }
  }

  @Test("files that are not what they say are refused")
  func refusedFiles() throws {
    let good = ZoneBytes(offsets: [0, 60], changes: [(1, 1), (2, 0)], footer: "UTC0")
    _ = try good.rules()
    for length in 0..<good.bytes.count {
      #expect(throws: BytesError.self, "cut to \(length)") {
        try ZoneBytes.rules(Array(good.bytes[..<length]))
      }
    }
    let wrong: [(inout ZoneBytes) -> Void] = [
      { $0.version = 9 }, { $0.leaps = 1 }, { $0.offsets = [] }, { $0.offsets[1] = 100_000 },
      { $0.changes[1].seconds = 1 }, { $0.changes[0].type = 2 },
    ]
    for (index, change) in wrong.enumerated() {
      var file = good
      change(&file)
      #expect(throws: BytesError.self, "case \(index)") { try file.rules() }
    }
  }

  @Test("no flipped byte of a file traps")
  func flipped() throws {
    let bytes = ZoneBytes(offsets: [0, 60], changes: [(1, 1), (2, 0)], footer: "CET-1CEST,M3.5.0,M10.5.0/3").bytes
    for index in bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var hostile = bytes
        hostile[index] = value
        // Each is refused or gives rules that answer.
        guard let rules = try? ZoneBytes.rules(hostile) else { continue }
        for time in [-Window.maximumTime, 0, Window.maximumTime] {
          #expect(rules.instant(of: rules.civil(time)) <= time, "byte \(index) is \(value)")
        }
      }
    }
  }
}
