import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("civil time")
struct ZoneRulesTests {
  /// Clocks that change at random, and what they show minute by minute; the minutes are microseconds.
  struct Clocks {
    var rules: ZoneRules
    var shown: [Int64] = []

    init(seed: UInt64, length: Int64) {
      var random = SeededRandom(seed: seed)
      let first = Int64.random(in: -30...30, using: &random)
      let times = Set((0..<6).map { _ in Int64.random(in: 1..<length, using: &random) }).sorted()
      let transitions = times.map {
        ZoneRules.Transition(time: $0, offset: .random(in: -30...30, using: &random))
      }
      rules = ZoneRules(first: first, transitions: transitions)
      for time in 0..<length { shown.append(time + (transitions.last { $0.time <= time }?.offset ?? first)) }
    }
  }

  @Test("civil time is the latest that clocks have shown, and an instant is when they first did")
  func firstShown() {
    for seed in 0..<200 as Range<UInt64> {
      let clocks = Clocks(seed: seed, length: 300)
      var latest = Int64.min
      var reached: [Int64: Int64] = [:]
      for (time, shown) in clocks.shown.enumerated() {
        #expect(clocks.rules.offset(at: Int64(time)) == shown - Int64(time), "seed \(seed), time \(time)")
        if latest == .min { latest = shown }
        if shown > latest { for civil in latest + 1...shown { reached[civil] = Int64(time) } }
        latest = max(latest, shown)
        #expect(clocks.rules.civil(Int64(time)) == latest, "seed \(seed), time \(time)")
      }
      for (civil, time) in reached {
        #expect(clocks.rules.instant(of: civil) == time, "seed \(seed), civil time \(civil)")
      }
    }
  }

  @Test("periods count days as one counts them on the fingers")
  func periods() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    let day = CalendarPeriod.microsPerDay
    // 1600-01-01 was a Saturday, 135,140 days before 1970.
    var days: Int64 = -135_140
    var weekday = 6
    var week = days
    for year in 1600..<2110 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let newYear = days
      for month in 1...12 {
        let first = days
        for _ in 0..<lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) {
          if weekday == 1 { week = days }
          // The first and the last moment of each tenth day.
          if days % 10 == 0 {
            for civil in [days * day, days * day + day - 1] {
              func start(_ period: CalendarPeriod) -> Int64 { period.start(of: period.number(of: civil)) / day }
              #expect(start(.init(.day)) == days)
              #expect(start(.init(.month)) == first)
              #expect(start(.init(.year)) == newYear)
              if year > 1600 { #expect(start(.init(.week)) == week) }
              if month % 3 == 1 { #expect(start(.init(.quarter)) == first) }
            }
          }
          days += 1
          weekday = (weekday + 1) % 7
        }
      }
    }
  }

  @Test(
    "periods of several units are whole, and reach to the ends of event time", arguments: CalendarPeriod.Unit.allCases)
  func severalUnits(_ unit: CalendarPeriod.Unit) {
    var random = SeededRandom(seed: 3)
    let limit = Window.maximumTime
    for count in [1, 2, 3, 12] as [Int64] {
      let (one, several) = (CalendarPeriod(unit), CalendarPeriod(count, unit))
      for _ in 0..<200 {
        let civil = [-limit, limit, .random(in: -limit...limit, using: &random)].randomElement(using: &random) ?? 0
        let number = several.number(of: civil)
        #expect(several.start(of: number) <= civil && civil < several.start(of: number + 1))
        let first = one.number(of: several.start(of: number))
        #expect(one.start(of: first) == several.start(of: number))
        #expect(one.start(of: first + count) == several.start(of: number + 1))
      }
    }
  }

  @Test("the windows of a zone follow each other without gap", arguments: [nil, CalendarPeriod(.month)])
  func following(_ within: CalendarPeriod?) throws {
    let rules = try ZoneBytes(footer: "CET-1CEST,M3.5.0,M10.5.0/3").rules()
    let window = Window.calendar(CalendarWindow(.init(.day), within: within, zone: "test", rules: rules))
    for place in [0, 253_402_300_800_000_000, -Window.maximumTime / 2, Window.maximumTime / 2] as [Int64] {
      var pane = window.pane(of: place)
      var panes: [Int64] = []
      for _ in 0..<800 {
        let end = window.paneEnd(pane)
        #expect(pane < end && window.pane(of: pane) == pane && window.pane(of: end - 1) == pane)
        panes.append(pane)
        pane = end
      }
      // A window that grows holds the panes before it as well, so more windows end behind the last pane.
      let found = Array(window.windows(endingAfter: .min, through: .max, openPanes: panes).prefix(panes.count))
      let isSame = found.map(\.end) == panes.map(window.paneEnd)
      #expect(isSame)
      #expect(found.enumerated().allSatisfy { $0.element.panes.upperBound == $0.offset + 1 })
      if within == nil { #expect(found.allSatisfy { $0.panes.count == 1 }) }
      let lengths = Set(zip(found, panes).map { ($0.end - $1) / 3_600_000_000 })
      #expect(lengths == (place == -Window.maximumTime / 2 ? [24] : [23, 24, 25]))
    }
  }
}
