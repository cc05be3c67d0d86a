import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

/// Rows of one key in a dictionary: sessions are what is left when rows are sorted and cut.
private struct SessionOracle {
  struct Row {
    var key: String?
    var time: Int64
    var gap: Int64
    var value: Int64
  }
  struct Session: Equatable {
    var end: Int64
    var start: Int64
    var key: String
    var rows: Int64
    var sum: Int64
  }

  static func sessions(_ rows: [Row]) -> [Session] {
    var result: [Session] = []
    for (key, own) in Dictionary(grouping: rows, by: \.key) {
      var open: Session?
      for row in own.sorted(by: { $0.time < $1.time }) {
        if var session = open, row.time < session.end {
          session.end = max(session.end, row.time + row.gap)
          session.rows += 1
          session.sum += row.value
          open = session
        } else {
          if let open { result.append(open) }
          open = Session(end: row.time + row.gap, start: row.time, key: key ?? "-", rows: 1, sum: row.value)
        }
      }
      if let open { result.append(open) }
    }
    return result.sorted { ($0.end, $0.start, $0.key) < ($1.end, $1.start, $1.key) }
  }

  static func groups(_ rows: GroupRows) -> [Session] {
    (0..<rows.count).map { row in
      Session(
        end: rows.ends[row], start: rows.panes[row],
        key: rows.keys[0].isNull(row) ? "-" : rows.keys[0].text(row), rows: rows.words[1][row], sum: rows.words[2][row])
    }
  }
}

extension Column {
  fileprivate func appending(_ text: String) -> Column {
    var column = self
    column.append(text)
    return column
  }
}

@Suite("sessions")
struct SessionTests {
  private let plan = KeyedStatePlan.sessions(
    id: 0, keys: [.string], values: AccumulatorLayout([.countRows, .sumInt64(input: 0)], ownWords: 1))

  private func add(_ rows: [SessionOracle.Row], to state: inout KeyedState, _ index: inout SessionIndex) throws {
    var keys = Column(.string)
    for row in rows { if let key = row.key { keys.append(key) } else { keys.appendNull() } }
    try state.addToSessions(
      keys: [keys], times: Column(.timestamp, words: rows.map(\.time)), gaps: .each(rows.map(\.gap)),
      inputs: [Column(.int64, words: rows.map(\.value))], index: &index)
  }

  @Test("are those of the rows sorted and cut, for any batches, shards and restarts", arguments: 0..<60)
  func random(_ seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    let shards = 1 << below(4)
    var state = KeyedState(plan, shardCount: shards, seed: UInt64(seed))
    var index = SessionIndex()
    var rows: [SessionOracle.Row] = []
    var watermark = Int64.min
    var closed: [SessionOracle.Session] = []
    for batch in 0..<12 {
      let later: [SessionOracle.Row] = (0..<below(12)).map { _ in
        SessionOracle.Row(
          key: [nil, "a", "b", "c\u{0}d"][below(4)], time: Int64(batch * 20 + below(60)) - 100,
          gap: Int64(1 + below(12)),
          value: Int64(below(100)))
      }.filter { $0.time >= watermark }
      rows += later
      try add(later, to: &state, &index)
      watermark = max(watermark, Int64(batch * 20) - 100)
      let ended = SessionOracle.groups(try state.takeSessions(endingBy: watermark, index: &index))
      closed += ended
      let all = SessionOracle.sessions(rows)
      #expect(closed == all.filter { $0.end <= watermark }, "seed \(seed)")
      #expect(
        SessionOracle.groups(state.sessionRows(touchedOnly: false)) == all.filter { $0.end > watermark }, "seed \(seed)"
      )
      state.endBatch()
      #expect(state.digest == state.recomputedDigest() && state.groupCount == all.filter { $0.end > watermark }.count)
      if below(3) == 0 {
        var writer = ByteWriter()
        state.encodeSnapshot(into: &writer)
        let digest = state.digest
        state = KeyedState(plan, shardCount: shards, seed: UInt64(seed))
        try state.put(writer.rawSpan)
        state.endBatch()
        #expect(state.digest == digest)
        index = try state.sessionIndex()
      }
      state.beginBatch()
    }
    _ = try state.takeSessions(endingBy: .max, index: &index)
    state.endBatch()
    state.beginBatch()
    #expect(state.groupCount == 0 && state.digest == StateDigest() && state.openPanes == [])
    #expect(state.memoryBytes == 0)
  }

  @Test("of one key are found among many, taken together, and joined where they meet", arguments: 0..<6)
  func many(_ seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    var state = KeyedState(plan, shardCount: 2, seed: UInt64(seed))
    var index = SessionIndex()
    var rows: [SessionOracle.Row] = []
    var closed: [SessionOracle.Session] = []
    var watermark = Int64.min
    for batch in 0..<8 {
      let later: [SessionOracle.Row] = (0..<below(150)).map { _ in
        SessionOracle.Row(
          key: ["a", "b"][below(2)], time: Int64(batch * 500 + below(2000)), gap: Int64(1 + below(8)), value: 1)
      }.filter { $0.time >= watermark }
      rows += later
      try add(later, to: &state, &index)
      watermark = Int64(batch * 500)
      closed += SessionOracle.groups(try state.takeSessions(endingBy: watermark, index: &index))
      let all = SessionOracle.sessions(rows)
      #expect(closed == all.filter { $0.end <= watermark }, "seed \(seed)")
      #expect(
        SessionOracle.groups(state.sessionRows(touchedOnly: false)) == all.filter { $0.end > watermark }, "seed \(seed)"
      )
      state.endBatch()
      state.beginBatch()
    }
    closed += SessionOracle.groups(try state.takeSessions(endingBy: .max, index: &index))
    #expect(closed == SessionOracle.sessions(rows), "seed \(seed)")
  }

  @Test("that grow, or begin earlier and earlier, leave few ends behind")
  func endings() throws {
    var state = KeyedState(plan, shardCount: 1, seed: 1)
    var index = SessionIndex()
    for batch in 0..<2000 as Range<Int64> {
      let rows = [("grows", batch), ("begins", 10_000 - 5 * batch)]
      try add(rows.map { .init(key: $0.0, time: $0.1, gap: 3000, value: 0) }, to: &state, &index)
      try add([.init(key: "many", time: 100_000 - 5 * batch, gap: 2, value: 0)], to: &state, &index)
      #expect(index.endingCount <= 2 * 3 + 64)
      state.endBatch()
      state.beginBatch()
    }
    #expect(state.groupCount == 2 + 2000)
    #expect(try state.takeSessions(endingBy: .max, index: &index).count == 2002 && index.endingCount == 0)
  }

  @Test("of a store's bytes have a start, and end behind it", arguments: [nil, 30, 40, 41] as [Int64?])
  func hostile(_ start: Int64?) throws {
    var made = KeyedState(plan, shardCount: 1, seed: 1)
    var starts = Column(.timestamp)
    if let start { starts.append(word: start) } else { starts.appendNull() }
    let places = try made.touch(
      try made.keys([Column(.string).appending("a"), starts], rows: 1), pane: 0)
    made.set(word: 0, to: [40], of: places, pane: 0)
    made.endBatch()
    var writer = ByteWriter()
    made.encodeSnapshot(into: &writer)
    var read = KeyedState(plan, shardCount: 1, seed: 1)
    if start == 30 {
      #expect(try read.put(writer.rawSpan) == 1)
    } else {
      let error = #expect(throws: StateError.self) { try read.put(writer.rawSpan) }
      #expect(error?.code == .malformed)
    }
  }

  @Test("that overlap in a store's bytes are refused")
  func overlapping() throws {
    var state = KeyedState(plan, shardCount: 1, seed: 1)
    let keys = [Column(.string).appending("a").appending("a"), Column(.timestamp, words: [10, 15])]
    let places = try state.touch(try state.keys(keys, rows: 2), pane: 0)
    state.set(word: 0, to: [20, 25], of: places, pane: 0)
    let error = #expect(throws: StateError.self) { try state.sessionIndex() }
    #expect(error?.code == .malformed)
  }

  @Test("become one when a late row bridges them")
  func bridge() throws {
    var state = KeyedState(plan, shardCount: 4, seed: 1)
    var index = SessionIndex()
    func row(_ time: Int64) -> SessionOracle.Row { .init(key: "a", time: time, gap: 10, value: time) }
    try add([row(0), row(15)], to: &state, &index)
    #expect(SessionOracle.groups(state.sessionRows(touchedOnly: false)).map(\.start) == [0, 15])
    state.endBatch()
    state.beginBatch()
    try add([row(8)], to: &state, &index)
    #expect(
      SessionOracle.groups(state.sessionRows(touchedOnly: true))
        == [.init(end: 25, start: 0, key: "a", rows: 3, sum: 23)])
    // One that begins where another ends is a session of its own.
    try add([row(25)], to: &state, &index)
    #expect(SessionOracle.groups(state.sessionRows(touchedOnly: false)).map(\.end) == [25, 35])
  }
}
