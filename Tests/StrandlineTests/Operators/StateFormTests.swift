import Strandline
import StrandlineColumns
import StrandlineRecovery
import StrandlineTestKit
import Testing

private struct First: ProcessState {
  var total: Int64 = 0
  var gone: String = ""
  var perKind: [String: Int64] = [:]

  static var members: [StateMember<First>] {
    [.value("total", \.total), .value("gone", \.gone), .map("per kind", \.perKind)]
  }
}

private struct Wider: ProcessState {
  var new: Int64 = 7
  var perKind: [String: Double] = [:]
  var total: Double?

  static var members: [StateMember<Wider>] {
    [.value("new", \.new), .map("per kind", \.perKind), .value("total", \.total)]
  }
}

private struct Narrower: ProcessState {
  var total: String = ""

  static var members: [StateMember<Narrower>] { [.value("total", \.total)] }
}

private struct Second: ProcessState {
  var text: String = ""

  static var version: Int64 { 2 }
  static var migratedVersions: Set<Int64> { [1] }
  static var members: [StateMember<Second>] { [.value("text", \.text)] }

  static func migrated(from old: OldState) throws -> Second {
    let kinds: [String: Int64] = try old.map("per kind")
    return Second(text: "\(try old.value("total", as: Int64.self))/\(kinds.count)")
  }
}

private struct Third: ProcessState {
  var text: String = ""

  static var version: Int64 { 3 }
  static var members: [StateMember<Third>] { [.value("text", \.text)] }
}

@Suite("Forms of a state")
struct StateFormTests {
  private func stream<State: ProcessState>(
    _ rows: Stream<Touch>, timeToLive: Duration? = nil, _ update: @escaping @Sendable (Touch, inout State) -> String
  ) -> Stream<Note> {
    rows.eventTime(\.at, delay: .zero).keyed(by: { $0.user })
      .process(Note.self, state: State.self, name: "forms", timeToLive: timeToLive) { user, rows, state, context in
        for row in rows {
          context.emit(Note(user: user, kind: update(row, &state), count: row.value, at: row.at))
        }
      }
  }

  private func first(_ rows: Stream<Touch>) -> Stream<Note> {
    stream(rows) { (row, state: inout First) in
      state.total += row.value
      state.gone = "x"
      state.perKind["\(row.value % 2)", default: 0] += 1
      return "\(state.total)"
    }
  }

  private func wider(_ rows: Stream<Touch>) -> Stream<Note> {
    stream(rows, timeToLive: .hours(1)) { (row, state: inout Wider) in
      state.total = (state.total ?? 0) + Double(row.value) / 2
      return "\(state.total ?? -1) \(state.new) \(state.perKind["1"] ?? 0)"
    }
  }

  private func second(_ rows: Stream<Touch>) -> Stream<Note> {
    stream(rows) { (row, state: inout Second) in
      state.text += "+\(row.value)"
      return state.text
    }
  }

  private func touch(_ user: String, _ value: Int64, _ second: Int64 = 0) -> Touch {
    Touch(user: user, at: .seconds(second), value: value)
  }

  @Test("with other members are carried over, key by key, and back to a crash")
  func carriedOver() throws {
    let driver = try StreamDriver { first($0) }
    try driver.feed([touch("a", 1), touch("a", 3), touch("b", 5)])
    try driver.restart { wider($0) }
    let changes = try #require(driver.report.recovery?.planChanges)
    #expect(
      changes.map { "\($0)" } == [
        "state of 'forms', member added: new int64",
        "state of 'forms', member per kind: map(key string, value int64) → map(key string, value double)",
        "state of 'forms', member total: int64 → double?", "state of 'forms', member removed: gone string",
        "time to live of 'forms': for ever → 1h",
      ])
    // The state of b is in its old form still, through crashes and batches of others.
    try driver.feed([touch("a", 1)])
    try driver.crash()
    try driver.feed([touch("a", 1, 1)])
    try driver.crash()
    try driver.feed([touch("b", 1, 2)])
    #expect(driver.output.suffix(3).map(\.kind) == ["4.5 7 2.0", "5.0 7 2.0", "5.5 7 1.0"])
  }

  @Test("of another version are migrated where the type says how")
  func migrated() throws {
    let driver = try StreamDriver { first($0) }
    try driver.feed([touch("a", 1), touch("a", 2), touch("b", 5)])
    try driver.restart { second($0) }
    try driver.feed([touch("a", 9), touch("c", 8)])
    try driver.crash()
    try driver.feed([touch("a", 9), touch("b", 9)])
    #expect(driver.output.suffix(4).map(\.kind) == ["3/2+9", "+8", "3/2+9+9", "5/1+9"])
  }

  @Test("that can't be read are refused in words, and nothing is changed")
  func refused() throws {
    let driver = try StreamDriver { first($0) }
    try driver.feed([touch("a", 1), touch("a", 2)])
    func reason<State: ProcessState>(_ type: State.Type) -> String {
      do {
        try driver.restart { stream($0) { (_, _: inout State) in "" } }
        return "it was carried over"
      } catch {
        return error.message
      }
    }
    let narrower = reason(Narrower.self)
    #expect(
      narrower.contains("member total: int64 → string (give the state another version, and migrate it)"), "\(narrower)")
    #expect(!narrower.contains("removed"), "what is safe is not a reason")
    let third = reason(Third.self)
    #expect(third.contains("version of the state of 'forms': 1 → 3, and nothing migrates version 1"), "\(third)")
    try driver.restart { first($0) }
    try driver.feed([touch("a", 1)])
    #expect(driver.output.last?.kind == "4")
  }

  @Test("that only some keys still have are refused when nothing can read them any more")
  func oldest() throws {
    let driver = try StreamDriver { first($0) }
    try driver.feed([touch("a", 1), touch("b", 2)])
    try driver.restart { second($0) }
    try driver.feed([touch("a", 1)])
    let error = try #require(throws: StreamError.self) {
      try driver.restart { stream($0) { (_, _: inout SecondAlone) in "" } }
    }
    #expect(error.message.contains("an older form") && error.message.contains("1 → 2"), "\(error)")
  }
}

/// The second version, which has forgotten how the first one is read.
private struct SecondAlone: ProcessState {
  var text: String = ""

  static var version: Int64 { 2 }
  static var members: [StateMember<SecondAlone>] { [.value("text", \.text)] }
}
