import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("windows")
struct WindowTests {
  typealias Bounds = WindowOracle.Bounds

  /// Where small windows are tried: around 1970, and where event time ends.
  static let places: [Int64] = [0, -1_000_003, Window.maximumTime - 200, -Window.maximumTime + 200]

  @Test("panes follow each other, and their rows share all windows", arguments: places)
  func panes(_ place: Int64) {
    for seed in 0..<60 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let window = Window.random(&random)
      let oracle = WindowOracle(window: window)
      var pane = window.pane(of: place - 50)
      var end = window.paneEnd(pane)
      for time in place - 50..<place + 50 {
        if time == end { (pane, end) = (end, window.paneEnd(end)) }
        let note: Comment = "seed \(seed), \(window), time \(time)"
        #expect(window.pane(of: time) == pane && pane <= time && time < end, note)
        #expect(window.pane(of: pane) == pane, note)
        let windows = oracle.windows(at: time)
        #expect(windows == oracle.windows(at: pane), note)
        #expect(window.end(ofPane: pane) == windows.last?.end ?? .min, note)
        let ofPane = window.windows(ofPane: pane).map { Bounds(start: $0.start, end: $0.end) }
        #expect(ofPane == windows, note)
      }
    }
  }

  @Test("the windows of long lengths are right up to the ends of event time")
  func longWindows() {
    for seed in 0..<300 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let window = Window.random(&random, scale: .random(in: 1...Window.maximumLength / 60, using: &random))
      let limit = Window.maximumTime - 1
      for time in [.random(in: -limit...limit, using: &random), limit, -limit] {
        let windows = WindowOracle(window: window).windows(at: time)
        let pane = window.pane(of: time)
        let note: Comment = "seed \(seed), \(window), time \(time)"
        #expect(pane <= time && time < window.paneEnd(pane), note)
        #expect(window.end(ofPane: pane) == windows.last?.end ?? .min, note)
        #expect(window.windows(ofPane: pane).map { Bounds(start: $0.start, end: $0.end) } == windows, note)
      }
    }
  }

  @Test("the windows that end in a stretch of time are those of its panes, each once", arguments: places)
  func ending(_ place: Int64) {
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let window = Window.random(&random)
      let oracle = WindowOracle(window: window)
      let times = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        place + .random(in: -80...80, using: &random)
      }
      // A pane between windows has no rows.
      let panes = Set(times.map(window.pane)).filter { !oracle.windows(at: $0).isEmpty }.sorted()
      let after = [.min, place + .random(in: -90...90, using: &random), .max].randomElement(using: &random) ?? .min
      let through = [.max, place + .random(in: -90...90, using: &random), .min].randomElement(using: &random) ?? .max
      let found = window.windows(endingAfter: after, through: through, openPanes: panes).map { $0 }
      let expected = Set(panes.flatMap(oracle.windows)).filter { $0.end > after && $0.end <= through }.sorted()
      let note: Comment = "seed \(seed), \(window), panes \(panes), after \(after), through \(through)"
      #expect(found.map { Bounds(start: $0.start, end: $0.end) } == expected, note)
      for window in found {
        let inside = panes.indices.filter { panes[$0] >= window.start && panes[$0] < window.end }
        #expect(Array(window.panes) == inside, note)
      }
    }
  }

  @Test("what lies between panes costs nothing, however far they are apart")
  func gapsInTime() {
    let window = Window.sliding(size: 10, slide: 1, offset: 0)
    let panes = [-Window.maximumTime + 1, 0, Window.maximumTime - 1]
    let found = window.windows(endingAfter: .min, through: .max, openPanes: panes).map { $0 }
    #expect(found.count == 30)
    #expect(found.allSatisfy { $0.panes.count == 1 && $0.end - $0.start == 10 })
  }

  @Test("a million overlapping windows are given one at a time")
  func overlap() {
    let window = Window.sliding(size: Window.maximumLength, slide: 1, offset: 0)
    let first = window.windows(endingAfter: 5, through: .max, openPanes: [0]).prefix(1000).map(\.end)
    #expect(first == Array(6..<1006))
  }

  @Test("sliding windows of whole multiples have one pane per window, others two")
  func paneCount() {
    #expect(Window.sliding(size: 60, slide: 10, offset: 3).pane(of: 12) == 3)
    #expect(Window.sliding(size: 60, slide: 10, offset: 3).paneEnd(3) == 13)
    let odd = Window.sliding(size: 61, slide: 60, offset: 0)
    #expect([0, 1, 59, 60, 61].map(odd.pane) == [0, 1, 1, 60, 61])
  }

  @Test("a row in the gap between two windows is late, even while nothing is known")
  func gap() {
    let window = Window.sliding(size: 3, slide: 10, offset: 0)
    #expect((0..<10).map { window.end(ofPane: window.pane(of: $0)) } == [3, 3, 3] + Array(repeating: .min, count: 7))
    var clock = PartitionClock()
    let assignment = clock.assign(
      Column(.timestamp, words: [5, 2, 9, 11]), .all(4), window: window, limits: EventTimeLimits(delay: 1 << 50))
    #expect(assignment.late == [0, 2])
    #expect(assignment.selections.map(\.pane) == [0, 10])
  }

  @Test("the global window is one pane of all times, and ends with the input alone")
  func global() {
    for time in [-Window.maximumTime + 1, 0, Window.maximumTime - 1] {
      let pane = Window.global.pane(of: time)
      #expect(pane == -Window.maximumTime && time < Window.global.paneEnd(pane))
      #expect(Window.global.end(ofPane: pane) == .max)
    }
    let panes = [-Window.maximumTime]
    #expect(Window.global.windows(endingAfter: .min, through: .max - 1, openPanes: panes).map { $0 }.isEmpty)
    #expect(Window.global.windows(endingAfter: .min, through: .max, openPanes: panes).map(\.panes) == [0..<1])
  }

  @Test(
    "lengths that make no windows are refused in words",
    arguments: [
      (Window.tumbling(size: 0, offset: 0), "empty"), (.tumbling(size: -1, offset: 0), "empty"),
      (.tumbling(size: (1 << 60) + 1, offset: 0), "longer"), (.tumbling(size: 5, offset: 5), "offset"),
      (.sliding(size: 5, slide: 0, offset: 0), "distance"), (.sliding(size: 0, slide: 1, offset: 0), "empty"),
      (.sliding(size: 5, slide: 2, offset: -2), "offset"), (.sliding(size: 100_001, slide: 1, offset: 0), "at most"),
      (.cumulating(size: 10, step: 3, offset: 0), "steps"),
      (.cumulating(size: 10, step: 0, offset: 0), "step"), (.cumulating(size: 10, step: 5, offset: 10), "offset"),
      (.session(gap: .fixed(0)), "gap"), (.calendar(CalendarWindow(.init(0, .day), zone: "UTC")), "count"),
      (.calendar(CalendarWindow(.init(5, .hour), zone: "UTC")), "divide the day"),
      (.calendar(CalendarWindow(.init(.week), within: .init(.month), zone: "UTC")), "divide"),
      (.calendar(CalendarWindow(.init(.day), within: .init(.hour), zone: "UTC")), "divide"),
    ])
  func refused(_ window: Window, _ word: String) throws {
    let error = try #require(throws: StateError.self) { try window.check() }
    #expect(error.message.contains(word))
  }

  @Test(
    "lengths at the limits are taken",
    arguments: [
      Window.tumbling(size: 1 << 60, offset: 1), .sliding(size: 1, slide: 1 << 60, offset: -1),
      .cumulating(size: 1 << 60, step: 1, offset: 0), .session(gap: .fixed(1)), .session(gap: .row(.column("gap"))),
      .global, .calendar(CalendarWindow(.init(.day), within: .init(.quarter), zone: "UTC")),
      .calendar(CalendarWindow(.init(10_000, .year), zone: "UTC")),
      .calendar(CalendarWindow(.init(12, .hour), within: .init(2, .week), zone: "UTC")),
    ])
  func taken(_ window: Window) throws {
    try window.check()
  }
}
