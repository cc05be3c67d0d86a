import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineTestKit
import Testing

@Suite("Logic of one's own over keyed rows")
struct ProcessTests {
  private func random(_ seed: UInt64) -> () -> Int64 {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    return {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int64(state >> 33)
    }
  }

  @Test(
    "gives what dictionaries give, whatever the batches are and wherever it crashes",
    arguments: 1...20 as ClosedRange<UInt64>)
  func oracle(seed: UInt64) throws {
    let next = random(seed)
    let partitions = Int(next() % 3) + 1
    var options = EngineOptions()
    options.shardCount = 4
    let driver = try StreamDriver(partitions: partitions, options: options) { TouchLogic.stream($0) }
    var oracle = TouchLogic.Oracle(partitions: partitions)
    var second: Int64 = 0
    for _ in 0..<30 {
      let rows = (0..<next() % 6).map { _ in
        second += next() % 4
        let user = next() % 6
        return Touch(user: user == 0 ? nil : "u\(user)", at: .seconds(second - next() % 9), value: next() % 20)
      }
      let partition = Int(next() % Int64(partitions))
      if !rows.isEmpty {
        try driver.feed(rows, partition: partition)
        oracle.feed(rows, partition: partition)
      }
      #expect(driver.report.groups == oracle.groups, "seed \(seed)")
      if next() % 4 == 0 { try driver.crash() }
    }
    try driver.finish()
    oracle.finish()
    #expect(driver.output == oracle.notes, "seed \(seed)")
    #expect(driver.report.rowsLate == UInt64(oracle.late) && driver.report.groups == 0, "seed \(seed)")
  }

  @Test("fires timers of processing time in a batch without rows, once, also after a crash")
  func processingTime() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.keyed(by: { $0.user }).process(Note.self, state: Touches.self, name: "clock") { _, _, state, context in
        state.count += 1
        context.timers.set("tick", atProcessingTime: context.now.after(10))
      } onTimer: { user, timer, state, context in
        context.emit(Note(user: user, kind: timer.name, count: state.count, at: timer.time))
      }
    }
    try driver.feed([Touch(user: "a", at: .seconds(5), value: 1)])
    driver.clock.advance(by: 9_000_000_000)
    try driver.feed([])
    #expect(driver.output.isEmpty)
    try driver.crash()
    driver.clock.advance(by: 2_000_000_000)
    try driver.feed([])
    #expect(driver.output.map(\.kind) == ["tick"])
    driver.clock.advance(by: 20_000_000_000)
    try driver.feed([])
    #expect(driver.output.count == 1)
  }

  @Test("begins a new store with the state that it is given, and an old one with its own")
  func initialState() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.keyed(by: { ($0.user, $0.value) })
        .process(
          Note.self, state: Touches.self, name: "begun",
          initialState: [(("a", Int64(1)), Touches(count: 10)), ((nil, Int64(2)), Touches(count: 20))]
        ) { key, rows, state, context in
          state.count += Int64(rows.count)
          context.emit(Note(user: key.0, kind: "\(key.1)", count: state.count, at: .seconds(0)))
        }
    }
    #expect(driver.report.groups == 2)
    try driver.feed([Touch(user: "a", at: .seconds(5), value: 1), Touch(user: nil, at: .seconds(5), value: 2)])
    try driver.crash()
    try driver.feed([Touch(user: "a", at: .seconds(5), value: 1), Touch(user: "a", at: .seconds(5), value: 2)])
    #expect(driver.output.map(\.count) == [11, 21, 12, 1])
  }

  @Test("keeps nothing of a state that is as new")
  func cleared() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.keyed(by: { $0.user }).process(Note.self, state: Touches.self, name: "cleared") { _, rows, state, _ in
        state = Touches(count: rows[0].value)
      }
    }
    try driver.feed([Touch(user: "a", at: .seconds(5), value: 1), Touch(user: "b", at: .seconds(5), value: 2)])
    #expect(driver.report.groups == 2)
    try driver.feed([Touch(user: "a", at: .seconds(5), value: 0)])
    #expect(driver.report.groups == 1)
    try driver.crash()
    #expect(driver.report.groups == 1)
  }

  @Test("feeds windows, which get its rows before their watermark")
  func chain() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      TouchLogic.stream(rows).filter { $0.kind == "idle" }
        .grouped(by: { $0.kind }, in: .tumbling(.minutes(1)))
        .aggregate(NoteCount.self) { .init(kind: $0.key, window: $0.window, notes: .count) }
    }
    for step in 0..<20 {
      try driver.feed([Touch(user: "u\(step % 3)", at: .seconds(Int64(step) * 17), value: 1)])
      if step % 3 == 0 { try driver.crash() }
    }
    try driver.finish()
    #expect(driver.output.reduce(0) { $0 + $1.notes } == 20 && driver.report.rowsLate == 0)
    #expect(driver.report.groups == 0)
  }

  @Test("says what failed, and leaves what was committed")
  func failure() throws {
    let driver = try StreamDriver { (rows: Stream<Touch>) in
      rows.keyed(by: { $0.user }).process(Note.self, state: Touches.self, name: "fails") { _, _, _, _ in
        throw StreamError(.row, "no luck")
      }
    }
    do {
      try driver.feed([Touch(user: "a", at: .seconds(5), value: 1)])
      Issue.record("the batch must fail")
    } catch {
      #expect(error.message.contains("'fails'") && error.message.contains("no luck"))
    }
    #expect(throws: StreamError.self) {
      try StreamDriver { (rows: Stream<Touch>) in
        rows.keyed(by: { $0.user }).process(
          Note.self, state: Touches.self, name: "untimed", timeToLive: .seconds(1)
        ) { _, _, _, _ in }
      }
    }
  }

  @Test("is read back from its description, with the same states")
  func storedPlan() throws {
    let plan = TouchLogic.stream(Stream<Touch>(from: .jsonLines("none/*.ndjson"))).plan
    let stored = try StoredPlan(parsing: plan.description)
    #expect(stored.plan.description == plan.description, "\(plan.description)")
    #expect(stored.emptyState(shardCount: 4, seed: 1).plans.count == 2)
    #expect(stored.stateNames == ["process", "process"])
  }
}

@Record private struct NoteCount: Equatable {
  var kind: String
  var window: TimeWindow
  var notes: Int64
}
