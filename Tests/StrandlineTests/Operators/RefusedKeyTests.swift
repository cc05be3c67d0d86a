import Strandline
import StrandlineColumns
import StrandlineTestKit
import Testing

/// A row that has come through.
@Record private struct Passed: Equatable {
  var user: String?
  var at: Timestamp
}

@Suite("Rows for which a key can't be computed")
struct RefusedKeyTests {
  /// An operator that has an expression of rows which can't be computed for those of value 0.
  enum Case: String, CaseIterable {
    case filter, deduplicated, lookup, join, process, pattern, patternCondition, top, topOrder, windowedTop, ordered

    /// A stream that passes on the users of the rows that can be computed.
    fileprivate func stream(_ rows: Stream<Touch>) -> Stream<Passed> {
      func notes(_ rows: Stream<Touch>) -> Stream<Passed> {
        rows.map(Passed.self) { .init(user: $0.user, at: $0.at) }
      }
      let timed = rows.eventTime(\.at, delay: .seconds(5))
      switch self {
      case .filter: return notes(timed.filter { 10 / $0.value > 0 })
      case .deduplicated: return notes(timed.deduplicated(by: { 10 / $0.value }))
      case .lookup:
        return timed.lookup(
          in: (1...10).map { Touch(user: "t", at: .seconds(0), value: $0) }, on: { 10 / $0.value }, equals: { $0.value }
        ).select(Passed.self) { left, _ in .init(user: left.user, at: left.at) }
      case .join:
        let other = TestInput<Touch>(partitions: 0)
        return timed.leftJoin(
          other.stream.eventTime(\.at, delay: .seconds(5)), on: { 10 / $0.value }, equals: { $0.value },
          within: .zero ... .seconds(1)
        ).select(Passed.self) { left, _ in .init(user: left.user, at: left.at) }
      case .process:
        return timed.keyed(by: { 10 / $0.value }).process(Passed.self, state: Touches.self, name: "keyed") {
          _, rows, _, context in
          for row in rows { context.emit(Passed(user: row.user, at: row.at)) }
        }
      case .pattern:
        return timed.keyed(by: { 10 / $0.value }).matching(.begin("one") { $0.value >= 0 }).select(Passed.self) {
          match in
          let row = try match.first("one")
          return Passed(user: row.user, at: row.at)
        }
      case .patternCondition:
        return timed.keyed(by: { $0.user }).matching(.begin("one") { 10 / $0.value > 0 }).select(Passed.self) { match in
          let row = try match.first("one")
          return Passed(user: row.user, at: row.at)
        }
      case .top:
        return timed.keyed(by: { 10 / $0.value }).top(5, by: { [.ascending($0.user)] })
          .select(Passed.self) { .init(user: $0.row.user, at: $0.row.at) }
      case .topOrder:
        return timed.keyed(by: { $0.user }).top(5, by: { [.ascending(10 / $0.value)] })
          .select(Passed.self) { .init(user: $0.row.user, at: $0.row.at) }
      case .windowedTop:
        return timed.grouped(by: { 10 / $0.value }, in: .tumbling(.seconds(1))).top(5, by: { [.ascending($0.user)] })
          .select(Passed.self) { .init(user: $0.row.user, at: $0.row.at) }
      case .ordered: return notes(timed.ordered(by: { [.ascending(10 / $0.value)] }))
      }
    }
  }

  private let rows = [
    Touch(user: "a", at: .seconds(1), value: 1), Touch(user: "zero", at: .seconds(2), value: 0),
    Touch(user: "b", at: .seconds(3), value: 2), Touch(user: "zero", at: .seconds(4), value: 0),
  ]

  @Test("are counted and left out where that is the policy", arguments: Case.allCases)
  func skipped(_ operation: Case) throws {
    var options = EngineOptions()
    options.onRowError = .skip(rejects: nil)
    let driver = try StreamDriver(options: options) { operation.stream($0) }
    try driver.feed(rows)
    #expect(driver.report.rowsRefused == 2)
    // Refused rows of an earlier batch stay refused, and nothing of them is kept.
    try driver.crash()
    try driver.feed([Touch(user: "c", at: .seconds(5), value: 5), Touch(user: "zero", at: .seconds(6), value: 0)])
    #expect(driver.report.rowsRefused == 3)
    try driver.finish()
    #expect(Set(driver.output.map(\.user)) == ["a", "b", "c"] && driver.output.count == 3, "\(driver.output)")
  }

  @Test("fail the run where that is the policy", arguments: Case.allCases)
  func failing(_ operation: Case) throws {
    let driver = try StreamDriver { operation.stream($0) }
    let error = try #require(throws: StreamError.self) { try driver.feed(rows) }
    #expect(error.code == .row && error.message.contains("divides by zero"), "\(error)")
  }

  @Test("are none where a join's condition can't be computed for a pair: that fails the run")
  func condition() throws {
    var options = EngineOptions()
    options.onRowError = .skip(rejects: nil)
    let other = TestInput<Touch>()
    let driver = try StreamDriver<Touch, Passed>(options: options) { rows in
      rows.eventTime(\.at, delay: .seconds(5)).join(
        other.stream.eventTime(\.at, delay: .seconds(5)), on: { $0.user }, equals: { $0.user },
        within: .zero ... .seconds(1), where: { left, right in 10 / (left.value + right.value) > 0 }
      ).select(Passed.self) { left, _ in .init(user: left.user, at: left.at) }
    }
    try driver.feed(rows, to: other)
    let error = try #require(throws: StreamError.self) { try driver.feed(rows) }
    #expect(error.code == .row && error.message.contains("can't be computed"), "\(error)")
  }
}

@Suite("Event time that is given behind a filter")
struct FilteredTimeTests {
  private func driver() throws -> StreamDriver<Touch, Passed> {
    var options = EngineOptions()
    options.onRowError = .skip(rejects: nil)
    let other = TestInput<Touch>()
    return try StreamDriver(options: options) { rows in
      rows.filter { 10 / $0.value > 0 }.united(with: other.stream)
        .eventTime(\.at, delay: .seconds(5), maximumJump: .seconds(100))
        .map(Passed.self) { .init(user: $0.user, at: $0.at) }
    }
  }

  @Test("doesn't bring rows back that the filter has dropped", arguments: [false, true])
  func dropped(_ isRefused: Bool) throws {
    let driver = try driver()
    var rows = [
      Touch(user: "kept", at: .seconds(1), value: 1), Touch(user: "dropped", at: .seconds(2), value: -1),
    ]
    if isRefused { rows.append(Touch(user: "ahead", at: .seconds(100_000), value: 1)) }
    try driver.feed(rows)
    #expect(driver.output.map(\.user) == ["kept"])
    #expect(driver.report.rowsRefused == (isRefused ? 1 : 0))
  }

  @Test("is that of dropped rows, too, and not of rows that were refused before")
  func clock() throws {
    let driver = try driver()
    // Behind the row that was dropped, that of 150 s is no jump; the row that was refused is in nobody's way, and counts once.
    try driver.feed([
      Touch(user: "first", at: .seconds(1), value: 1), Touch(user: "dropped", at: .seconds(80), value: -1),
      Touch(user: "refused", at: .seconds(90_000), value: 0), Touch(user: "second", at: .seconds(150), value: 1),
    ])
    #expect(driver.output.map(\.user) == ["first", "second"])
    #expect(driver.report.rowsRefused == 1)
    try driver.feed([Touch(user: "third", at: .seconds(251), value: 1)])
    #expect(driver.output.map(\.user) == ["first", "second"])
    #expect(driver.report.rowsRefused == 2)
  }
}
