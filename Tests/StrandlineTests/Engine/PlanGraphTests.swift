import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineTestKit
import Testing

/// A reading of a sensor.
@Record private struct Measurement: Equatable {
  var sensor: String
  var at: Timestamp
  var value: Int64
}

@Record private struct Doubled: Equatable {
  var sensor: String
  var value: Int64
}

@Record private struct Minute: Equatable {
  var sensor: String
  var window: TimeWindow
  var readings: Int64
}

@Record private struct Hour: Equatable {
  var window: TimeWindow
  var minutes: Int64
  var readings: Int64
}

private func measurement(_ sensor: String, _ second: Int64, _ value: Int64 = 1) -> Measurement {
  Measurement(sensor: sensor, at: Timestamp(microsecondsSince1970: second * 1_000_000), value: value)
}

@Suite("A plan of several operators")
struct PlanGraphTests {
  @Test("passes rows through when nothing is aggregated, each with the columns that were asked for")
  func stateless() throws {
    let driver = try StreamDriver { (rows: Stream<Measurement>) in
      rows.filter { $0.value > 1 }.map(Doubled.self) { .init(sensor: $0.sensor, value: $0.value * 2) }
        .filter { $0.value < 100 }
    }
    try driver.feed([measurement("a", 0, 1), measurement("b", 1, 5), measurement("c", 2, 60)])
    #expect(driver.output == [Doubled(sensor: "b", value: 10)])
    try driver.crash()
    try driver.feed([measurement("d", 3, 7)])
    #expect(driver.output.last == Doubled(sensor: "d", value: 14))
  }

  private func chain(_ rows: Stream<Measurement>) -> Stream<Hour> {
    rows.eventTime(\.at, delay: .zero)
      .grouped(by: { $0.sensor }, in: .tumbling(.minutes(1)))
      .aggregate(Minute.self) { .init(sensor: $0.key, window: $0.window, readings: .count) }
      .grouped(by: { _ in }, in: .tumbling(.hours(1)))
      .aggregate(Hour.self) { .init(window: $0.window, minutes: .count, readings: .sum($0.row.readings)) }
  }

  @Test("closes windows of windows, whatever the batches are and wherever it crashes", arguments: [1, 2, 7, 1000])
  func windowsOfWindows(_ size: Int) throws {
    let rows = (0..<200).map { measurement($0 % 3 == 0 ? "a" : "b", Int64($0) * 47) }
    let driver = try StreamDriver { chain($0) }
    for start in stride(from: 0, to: rows.count, by: size) {
      try driver.feed(Array(rows[start..<min(start + size, rows.count)]))
      if start % 5 == 0 { try driver.crash() }
    }
    try driver.finish()
    var expected: [Int64: (minutes: Set<[Int64]>, readings: Int64)] = [:]
    for row in rows {
      let second = row.at.microseconds / 1_000_000
      var hour = expected[second / 3600] ?? ([], 0)
      hour.minutes.insert([second / 60, row.sensor == "a" ? 0 : 1])
      hour.readings += 1
      expected[second / 3600] = hour
    }
    #expect(driver.output.map(\.readings) == expected.keys.sorted().map { expected[$0]?.readings })
    #expect(driver.output.map { Int($0.minutes) } == expected.keys.sorted().map { expected[$0]?.minutes.count })
    #expect(driver.report.rowsLate == 0 && driver.report.groups == 0)
  }

  @Test("is explained as a tree, with what each operator keeps")
  func explanation() throws {
    let source = Stream<Measurement>(from: .jsonLines("none/*.ndjson")).filter { $0.value > 1 }
    let text = try chain(source).write(to: .jsonLines("none.ndjson")).explanation()
    #expect(
      text == """
        write to file ndjson (exactly-once)
        └─ aggregate in tumbling 1h: minutes, readings; emits final
              keeps groups of open windows, dropped with their window (state 2: () → 3 words)
              watermark: of its input
              exchange: the groups of each morsel to their shards, by hash of nothing (two phases)
           └─ aggregate by sensor in tumbling 1m: readings; emits final
                 keeps groups of open windows, dropped with their window (state 1: (string) → 1 word)
                 watermark: of its input
                 exchange: the groups of each morsel to their shards, by hash of sensor (two phases)
              └─ filter: value > 1
                 └─ event time: at, in order
                    └─ source 1: sensor string, at timestamp, value int64
        """)
  }

  @Test("is read back also where texts have line breaks, backslashes, quotes and indents")
  func texts() throws {
    let source = Stream<Measurement>(from: .jsonLines("none/*.ndjson"))
    for text in ["a\nb", "a\\nb", "  x", "it's \"so\"", "\r\n\t", "of:\n  union:"] {
      let plan = chain(source.filter { $0.sensor != text }).filter { $0.readings > 1 }.plan
      let stored = try StoredPlan(parsing: plan.description)
      #expect(stored.plan.description == plan.description, "\(text)")
      guard case .stage(let inner) = stored.plan.input else { throw StreamError(.plan, "no stage") }
      #expect(inner.filters == [.compare(.notEqual, .column("sensor"), .literal(.string(text)))], "\(text)")
    }
  }

  @Test("is read back from its description, with the same states")
  func storedPlan() throws {
    let source = Stream<Measurement>(from: .jsonLines("none/*.ndjson"))
    for plan in [chain(source).plan, chain(source.united(with: source, watermark: .maximum)).plan] {
      let stored = try StoredPlan(parsing: plan.description)
      #expect(stored.plan.description == plan.description)
      #expect(stored.emptyState(shardCount: 4, seed: 1).plans.count == 2)
      #expect(stored.stateNames == ["aggregate", "aggregate"])
    }
  }
}
