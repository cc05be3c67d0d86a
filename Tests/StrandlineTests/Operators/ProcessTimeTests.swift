import Strandline
import StrandlineColumns
import StrandlineTestKit
import Testing

@Record private struct Timed: Equatable {
  var kind: String
  var window: TimeWindow
  var notes: Int64
}

@Suite("The event time of rows that timers give")
struct ProcessTimeTests {
  /// Counts what a logic's rows are in by the minute.
  private static func minutes(_ notes: Stream<Note>) -> Stream<Timed> {
    notes.grouped(by: { $0.kind }, in: .tumbling(.minutes(1)))
      .aggregate(Timed.self) { .init(kind: $0.key, window: $0.window, notes: .count) }
  }

  private static func window(_ second: Int64) -> TimeWindow {
    TimeWindow(start: .seconds(second), end: .seconds(second + 60))
  }

  /// Sets a timer of processing time; the state is kept or not.
  private static func clock(_ rows: Stream<Touch>, keeps: Bool) -> Stream<Note> {
    rows.eventTime(\.at, delay: .zero).keyed(by: { $0.user })
      .process(Note.self, state: Touches.self, name: "clock") { _, rows, state, context in
        if keeps { state.count += Int64(rows.count) }
        context.timers.set("tick", atProcessingTime: context.now.after(10))
      } onTimer: { user, timer, state, context in
        context.emit(Note(user: user, kind: timer.name, count: state.count, at: context.time))
      }
  }

  @Test("is that of the key's last row while the watermark is unknown, also after a crash", arguments: [false, true])
  func unknownWatermark(crashes: Bool) throws {
    // The second partition brings nothing, so there is no watermark.
    let driver = try StreamDriver(partitions: 2) { Self.minutes(Self.clock($0, keeps: true)) }
    try driver.feed([Touch(user: "a", at: .seconds(125), value: 1)])
    #expect(driver.watermark == nil)
    if crashes { try driver.crash() }
    driver.clock.advance(by: 11_000_000_000)
    try driver.feed([])
    try driver.finish()
    #expect(driver.output == [Timed(kind: "tick", window: Self.window(120), notes: 1)])
  }

  @Test("is the earliest there is where nothing is known of the key")
  func unknownKey() throws {
    let driver = try StreamDriver(partitions: 2) { Self.clock($0, keeps: false) }
    try driver.feed([Touch(user: "a", at: .seconds(125), value: 1)])
    driver.clock.advance(by: 11_000_000_000)
    try driver.feed([])
    #expect(driver.output.map(\.at.microseconds) == [1 - 1 << 61])
    try driver.finish()
  }

  @Test("is within what can be counted, for whatever moment a timer was set", arguments: [Int64.min, .max])
  func extreme(time: Int64) throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.eventTime(\.at, delay: .zero).keyed(by: { $0.user })
        .process(Note.self, state: Touches.self, name: "extreme") { _, _, _, context in
          context.timers.set("tick", at: Timestamp(microsecondsSince1970: time))
        } onTimer: { user, timer, state, context in
          context.emit(Note(user: user, kind: timer.name, count: 1, at: context.time))
        }
    }
    try driver.feed([Touch(user: "a", at: .seconds(5), value: 1)])
    try driver.finish()
    #expect(driver.output.map(\.at.microseconds) == [time < 0 ? 1 - 1 << 61 : 1 << 61 - 1])
  }

  @Test("fails the run where logic says one that can't be counted")
  func said() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.eventTime(\.at, delay: .zero).keyed(by: { $0.user })
        .process(Note.self, state: Touches.self, name: "said") { user, _, _, context in
          context.emit(
            Note(user: user, kind: "", count: 1, at: .seconds(0)), at: Timestamp(microsecondsSince1970: .max))
        }
    }
    let error = #expect(throws: StreamError.self) {
      try driver.feed([Touch(user: "a", at: .seconds(5), value: 1)])
    }
    #expect(error?.code == .overflow)
  }
}
