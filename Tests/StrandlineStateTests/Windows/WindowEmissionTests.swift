import StrandlineColumns
import Testing

@testable import StrandlineState

/// Rows of several partitions in batches, through panes and into windows, against windows counted out row by row.
@Suite("windows of several panes")
struct WindowEmissionTests {
  struct Line: Hashable, Comparable, CustomStringConvertible {
    var end: Int64
    var start: Int64
    var key: Int64
    var count: Int64
    var largest: Int64

    var group: [Int64] { [end, start, key] }

    static func < (left: Line, right: Line) -> Bool {
      (left.end, left.start, left.key) < (right.end, right.start, right.key)
    }

    var description: String { "[\(start), \(end)) \(key): \(count) rows up to \(largest)" }
  }

  /// What an aggregation does of rows: assign, add, close, step by step.
  struct Aggregation {
    let window: Window
    let lateness: Int64
    var panes: KeyedState
    var alone: KeyedState
    var watermark = Int64.min
    /// Each window when it ends.
    var lines: [Line] = []
    /// The last that was said of each group when it changed, by (end, start, key).
    var changes: [[Int64]: Line] = [:]
    /// What was said of each group when its window ended, and after each change that came later.
    var corrected: [[Int64]: Line] = [:]
    var late = 0
    /// What was said of changes and can't be.
    var mistakes = 0
    /// A planted mistake: rows for some windows only are added to the pane.
    var ignoresMarks = false

    init(_ window: Window, lateness: Int64 = 0) {
      self.window = window
      self.lateness = lateness
      let values = AccumulatorLayout([.countRows, .maximum(input: 0)])
      let keys = KeyLayout.word(.int64)
      panes = KeyedState(
        KeyedStatePlan(id: 0, keys: keys, values: values, panes: .window(window, retention: lateness)), shardCount: 2,
        seed: 7)
      alone = KeyedState(
        KeyedStatePlan(id: 1, keys: keys, values: values, panes: .wholeWindows(window, retention: lateness)),
        shardCount: 2, seed: 7)
    }

    mutating func add(time: Int64, mark: Int64, key: Int64, value: Int64) throws {
      // The smallest key stands for null, which comes first, too.
      var column = Column(.int64)
      if key == 0 { column.appendNull() } else { column.append(word: key) }
      let keys = [column]
      let inputs = [Column(.int64, words: [value])]
      if ignoresMarks, window.place(of: time, mark: mark, lateness: lateness) != .late {
        return try panes.add(pane: window.pane(of: time), keys: keys, inputs: inputs, rows: 1)
      }
      let assignment = PaneAssignment(
        RowTimes(Column(.timestamp, words: [time]), marks: .each([mark])), .all(1), window: window, lateness: lateness)
      for (pane, rows) in assignment.selections {
        try panes.add(pane: pane, keys: keys, inputs: inputs, rows: rows.count)
      }
      for (start, rows) in assignment.windows {
        try alone.add(pane: start, keys: keys, inputs: inputs, rows: rows.count)
      }
      late += assignment.late.count
    }

    mutating func endBatch(_ watermark: Int64) throws {
      try noteChanges()
      let windows = window.windows(
        endingAfter: self.watermark, through: watermark, openPanes: panes.openPanes, alone: alone.openPanes)
      lines += Self.lines(try panes.rows(of: windows, with: alone))
      for line in lines where corrected[line.group] == nil { corrected[line.group] = line }
      self.watermark = watermark
      for close in [\Aggregation.panes, \.alone] {
        self[keyPath: close].close(through: watermark)
        self[keyPath: close].endBatch()
        #expect(self[keyPath: close].digest == self[keyPath: close].recomputedDigest())
        self[keyPath: close].beginBatch()
        self[keyPath: close].rememberPanes(endingBy: watermark)
      }
    }

    /// Follows what is said of changed groups: what they were must be what was said last.
    private mutating func noteChanges() throws {
      for line in Self.lines(try panes.changedRows(endingAfter: .min, through: .max, with: alone)) {
        if watermark > .min && line.end <= watermark - lateness { mistakes += 1 }
        changes[line.group] = line
      }
      let former = Self.lines(try panes.formerRows(endingAfter: .min, through: watermark, with: alone))
      let now = Self.lines(try panes.changedRows(endingAfter: .min, through: watermark, with: alone))
      if now != now.sorted() || former != former.sorted() { mistakes += 1 }
      for line in former where corrected.removeValue(forKey: line.group) != line { mistakes += 1 }
      for line in now where corrected.updateValue(line, forKey: line.group) != nil { mistakes += 1 }
    }

    private static func lines(_ rows: GroupRows) -> [Line] {
      (0..<rows.count).map { row in
        Line(
          end: rows.ends[row], start: rows.panes[row], key: rows.keys[0].isNull(row) ? 0 : rows.keys[0].words[row],
          count: rows.words[0][row],
          largest: KeyOrder.word(ofSortable: rows.words[1][row], .int64))
      }
    }
  }

  /// Rows that differ in everything, as `seed` says, and what must come of them.
  static func run(
    _ seed: UInt64, lateness: Int64 = 0, ignoresMarks: Bool = false
  ) throws -> (found: Aggregation, expected: [Line], late: Int) {
    var random = SeededRandom(seed: seed)
    let window = Window.random(&random)
    var found = Aggregation(window, lateness: lateness)
    found.ignoresMarks = ignoresMarks
    let oracle = WindowOracle(window: window)
    let delay = [0, 3, 10].randomElement(using: &random) ?? 0
    let disorder = Int64.random(in: 1...40, using: &random)
    let keyCount = Int64.random(in: 1...4, using: &random)
    var latest = [Int64?](repeating: nil, count: Int.random(in: 1...3, using: &random))
    var groups: [[Int64]: (count: Int64, largest: Int64)] = [:]
    var late = 0
    var place = Int64.random(in: -100...100, using: &random)
    for _ in 0..<Int.random(in: 1...25, using: &random) {
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        place += Int64.random(in: 0...3, using: &random) * (Int.random(in: 0..<30, using: &random) == 0 ? 40 : 1)
        let time = place - .random(in: 0..<disorder, using: &random)
        let partition = Int.random(in: latest.indices, using: &random)
        let maximum = max(latest[partition] ?? time, time)
        latest[partition] = maximum
        let (key, value) = (Int64.random(in: 0..<keyCount, using: &random), Int64.random(in: 0..<100, using: &random))
        try found.add(time: time, mark: maximum - Int64(delay), key: key, value: value)
        let windows = oracle.windows(at: time).filter { $0.end + lateness > maximum - Int64(delay) }
        if windows.isEmpty { late += 1 }
        for window in windows {
          let group = groups[[window.end, window.start, key]] ?? (0, .min)
          groups[[window.end, window.start, key]] = (group.count + 1, max(group.largest, value))
        }
      }
      let marks = latest.map { $0.map { $0 - Int64(delay) } ?? .min }
      try found.endBatch(max(found.watermark, marks.min() ?? .min))
    }
    try found.endBatch(.max)
    let expected = groups.map {
      Line(end: $0.key[0], start: $0.key[1], key: $0.key[2], count: $0.value.count, largest: $0.value.largest)
    }
    return (found, expected.sorted(), late)
  }

  @Test("hold each row in the windows that still took it, once and in order, and leave nothing behind")
  func windows() throws {
    for seed in 0..<200 as Range<UInt64> {
      let (found, expected, late) = try Self.run(seed)
      #expect(found.lines == expected, "seed \(seed), \(found.window)")
      #expect(found.mistakes == 0 && found.late == late, "seed \(seed), \(found.window)")
      #expect(Array(found.changes.values).sorted() == expected, "seed \(seed), \(found.window)")
      #expect(found.panes.groupCount == 0 && found.alone.groupCount == 0 && found.panes.openPanes.isEmpty)
    }
  }

  @Test(
    "that take rows after they have ended are corrected, and what they were is known", arguments: [5, 30] as [Int64])
  func corrections(_ lateness: Int64) throws {
    for seed in 0..<200 as Range<UInt64> {
      let (found, expected, late) = try Self.run(seed, lateness: lateness)
      #expect(found.mistakes == 0 && found.late == late, "seed \(seed), \(found.window)")
      #expect(Array(found.corrected.values).sorted() == expected, "seed \(seed), \(found.window)")
      #expect(Array(found.changes.values).sorted() == expected, "seed \(seed), \(found.window)")
      #expect(found.panes.groupCount == 0 && found.alone.groupCount == 0 && found.panes.openPanes.isEmpty)
    }
  }

  @Test("a row that is added to a pane for all its windows, though some have ended for it, is found")
  func control() throws {
    let wrong = try (0..<40 as Range<UInt64>).count { seed in
      let (found, expected, _) = try Self.run(seed, ignoresMarks: true)
      return found.lines != expected
    }
    #expect(wrong > 5)
  }

  @Test("rows go where each goes alone, however many are assigned together")
  func together() {
    for seed in 0..<200 as Range<UInt64> {
      var random = SeededRandom(seed: seed)
      let window = Window.random(&random)
      let times = (0..<Int.random(in: 1...30, using: &random)).map { _ in Int64.random(in: -40...40, using: &random) }
      let lateness = [0, 7].randomElement(using: &random) ?? 0 as Int64
      let clock = PartitionClock(maximum: [nil, -30, 0].randomElement(using: &random) ?? nil)
      let rows = RowTimes(Column(.timestamp, words: times), marks: .running(clock, delay: 3))
      let selected = (0..<Int32(times.count)).filter { _ in Bool.random(using: &random) }
      let least = [.min, -20, 10].randomElement(using: &random) ?? .min as Int64
      let assignment = PaneAssignment(rows, .rows(selected), window: window, lateness: lateness, least: least)
      var expected: [RowPlace: [Int32]] = [:]
      let marks = rows.marks
      for row in selected {
        let mark = max(marks[Int(row)], least)
        expected[window.place(of: times[Int(row)], mark: mark, lateness: lateness), default: []].append(row)
      }
      var late: [Int32] = []
      var (panes, windows): ([Int64: [Int32]], [Int64: [Int32]]) = ([:], [:])
      for (place, rows) in expected {
        switch place {
        case .pane(let pane): panes[pane, default: []] += rows
        case .windows(let first, let last):
          for start in stride(from: first, through: last, by: Int(window.slide)) { windows[start, default: []] += rows }
        case .late: late = rows
        }
      }
      let note: Comment = "seed \(seed), \(window)"
      #expect(assignment.late == late, note)
      #expect(Dictionary(uniqueKeysWithValues: assignment.selections.map { ($0.pane, $0.rows.list) }) == panes, note)
      #expect(
        Dictionary(uniqueKeysWithValues: assignment.windows.map { ($0.start, $0.rows.list) })
          == windows.mapValues { $0.sorted() }, note)
    }
  }

  @Test("rows of one pane are late where its window has ended for the operator, whatever their marks are")
  func closed() {
    let times = Column(.timestamp, words: [5, 3, 7])
    let window = Window.tumbling(size: 10, offset: 0)
    for marks in [RowMarks.same(0), .each([0, 0, 0]), .running(PartitionClock(), delay: 2)] {
      let rows = RowTimes(times, marks: marks)
      #expect(PaneAssignment(rows, .all(3), window: window, least: 9).selections.map(\.pane) == [0])
      #expect(PaneAssignment(rows, .all(3), window: window, lateness: 1, least: 10).selections.map(\.pane) == [0])
      let late = PaneAssignment(rows, .all(3), window: window, least: 10)
      #expect(late.late == [0, 1, 2] && late.selections.isEmpty)
    }
  }

  @Test("a window after another costs what is new of it, not all of its panes")
  func shared() throws {
    let window = Window.sliding(size: 60, slide: 1, offset: 0)
    var state = KeyedState(
      KeyedStatePlan(id: 0, keys: .word(.int64), values: AccumulatorLayout([.countRows]), window: window),
      shardCount: 1, seed: 1)
    let keys = Column(.int64, words: Array(0..<50))
    for pane in 0..<600 as Range<Int64> { try state.add(pane: pane, keys: [keys], inputs: [], rows: 50) }
    var merges = 0
    var fold = PaneFold()
    let panes = state.shards[0].panes
    for first in 0..<540 {
      let sum = try fold.sum(state.openPanes[first..<first + 60], of: panes) { source, target throws(StateError) in
        merges += 1
        var groups: [Int32] = []
        let all = Array(0..<Int32(source.count))
        try target.lookUp(KeyBatch(encoded: source.keys, hasher: state.hasher), into: &groups)
        try state.plan.values.merge(source, all, into: &target, groups: groups)
      }
      #expect(sum?.words[0] == Array(repeating: 60, count: 50))
    }
    #expect(merges < 540 * 4)
  }

  @Test("where every key is in one pane, no sums of older panes are held")
  func sparse() throws {
    let window = Window.sliding(size: 60, slide: 1, offset: 0)
    var state = KeyedState(
      KeyedStatePlan(id: 0, keys: .word(.int64), values: AccumulatorLayout([.countRows]), window: window),
      shardCount: 1, seed: 1)
    for pane in 0..<200 as Range<Int64> {
      let keys = Column(.int64, words: Array(pane * 1000..<pane * 1000 + 100))
      try state.add(pane: pane, keys: [keys], inputs: [], rows: 100)
    }
    let before = state.memoryBytes
    let rows = try state.rows(of: window.windows(endingAfter: .min, through: 150, openPanes: state.openPanes))
    #expect(rows.count == 100 * (60 * 61 / 2 + 90 * 60))
    #expect(state.memoryBytes < before * 2)
  }
}
