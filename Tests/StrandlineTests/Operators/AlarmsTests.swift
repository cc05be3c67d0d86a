@testable import Strandline
import StrandlineTestKit
import Testing

@Suite("Times at which something is to be done")
struct AlarmsTests {
  @Test("come up in order, once per thing, and never late", arguments: 1...8 as ClosedRange<UInt64>)
  func random(_ seed: UInt64) {
    var random = PairingRandom(state: seed)
    var alarms = Alarms<Int>()
    var times: [Int: Int64] = [:]
    var (now, fired, due): (Int64, [Int], [Int]) = (0, [], [])
    for _ in 0..<4000 {
      let id = Int.random(in: 0..<20, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0:
        times[id] = nil
        alarms.forget(id)
      case 1:
        now += Int64.random(in: 0...10, using: &random)
        let expected = times.filter { $0.value <= now }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        due += expected.map(\.key)
        var found: [(Int64, Int)] = []
        while let entry = alarms.pop(through: now) {
          guard let time = times[entry.id] else { continue }
          if time <= now { found.append((time, entry.id)) } else { alarms.note(entry.id, at: time) }
        }
        fired += found.sorted(by: <).map(\.1)
        for (id, _) in expected { times[id] = nil }
      default:
        let time = now + Int64.random(in: 1...1000, using: &random)
        times[id] = time
        alarms.note(id, at: time)
      }
      #expect(alarms.entryCount <= 2 * 20 + 65)
    }
    #expect(fired == due && fired.count > 20, "seed \(seed)")
  }

  private func id(_ number: Int, _ clock: FiredTimer.Clock) -> TimerQueue.ID {
    TimerQueue.ID(key: [UInt8(number)], clock: clock, name: "t")
  }

  @Test("are not piled up by timers that are moved, cancelled or set again", arguments: [false, true])
  func piles(_ isEarlier: Bool) {
    var timers = TimerQueue()
    for round in 0..<10_000 as Range<Int64> {
      for number in 0..<4 {
        timers.change(id(number, .eventTime), to: isEarlier ? 1_000_000 - round : 1_000_000 + round)
        timers.change(id(number, .processingTime), to: round % 3 == 1 ? nil : 2_000_000 + round)
      }
      timers.settle()
    }
    #expect(timers.entryCount <= 2 * (2 * 4 + 65))
    let (time, now): (Int64, Int64) = (isEarlier ? 1_000_000 - 9999 : 1_000_000 + 9999, 2_000_000 + 9999)
    let isAnyDue = timers.hasDue(watermark: time - 1, now: now - 1)
    let early = timers.due(watermark: time - 1, now: now - 1)
    let due = timers.due(watermark: time, now: now)
    #expect(!isAnyDue && early.isEmpty)
    #expect(due.map(\.id.clock.rawValue).sorted() == [0, 0, 0, 0, 1, 1, 1, 1])
  }

  @Test("are those of the timers that are set, when the next batch is asked for")
  func next() {
    var timers = TimerQueue()
    timers.change(id(0, .processingTime), to: 10)
    timers.change(id(1, .processingTime), to: 20)
    timers.settle()
    #expect(timers.nextProcessingTime == 10)
    timers.change(id(0, .processingTime), to: 30)
    timers.settle()
    #expect(timers.nextProcessingTime == 20)
    timers.change(id(1, .processingTime), to: nil)
    timers.settle()
    #expect(timers.nextProcessingTime == 30)
    timers.change(id(0, .processingTime), to: nil)
    timers.settle()
    #expect(timers.nextProcessingTime == nil)
    // What is set to what it is has not changed.
    timers.change(id(0, .processingTime), to: nil)
    #expect(timers.changed.isEmpty)
  }

  @Test("ask for no batch when their timers are cancelled")
  func cancelled() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.eventTime(\.at, delay: .zero).keyed(by: { $0.user })
        .process(Note.self, state: Touches.self, name: "cancelled") { user, rows, _, context in
          for row in rows {
            if row.value > 0 { context.timers.set("later", atProcessingTime: context.now.after(row.value)) }
            if row.value == 0 { context.timers.cancel("later", .processingTime) }
          }
        } onTimer: { user, timer, _, context in
          context.emit(Note(user: user, kind: timer.name, count: 0, at: timer.time))
        }
    }
    try driver.feed([Touch(user: "a", at: .seconds(1), value: 10), Touch(user: "b", at: .seconds(1), value: 40)])
    try driver.feed([Touch(user: "a", at: .seconds(2), value: 0)])
    let before = driver.report.lastBatch
    try driver.advance(by: .seconds(20))
    #expect(driver.report.lastBatch == before && driver.output.isEmpty)
    try driver.advance(by: .seconds(25))
    #expect(driver.report.lastBatch != before && driver.output.map(\.user) == ["b"])
  }
}
