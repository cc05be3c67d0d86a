import Strandline
import StrandlineColumns
import StrandlineRecovery
import StrandlineState
import StrandlineTestKit
import Testing

/// A row of a join's result: the numbers of both rows.
@Record private struct Pair: Hashable {
  var left: Int64?
  var right: Int64?
  var name: String?
}

@Record private struct PairCount: Hashable {
  var key: Int64?
  var window: TimeWindow
  var pairs: Int64
  var sum: Int64?
}

@Record private struct NamedCount: Hashable {
  var name: String
  var window: TimeWindow
  var rows: Int64
}

@Record private struct LatePair: Hashable {
  @Column("left.number") var leftNumber: Int64?
  @Column("right.number") var rightNumber: Int64?
}

@Record private struct Matched: Hashable {
  var key: Int64?
  var at: Timestamp
  var left: Int64
}

/// A case of random streams.
struct JoinCase: Sendable, CustomTestStringConvertible {
  var kind: JoinKind
  var seed: UInt64

  static let all = JoinKind.allCases.flatMap { kind in (1...12).map { JoinCase(kind: kind, seed: $0) } }

  var testDescription: String { "\(kind), seed \(seed)" }
}

@Suite("A join of two streams")
struct JoinTests {
  private struct Sides {
    var random: PairingRandom
    var left: Items
    var right: Items
    var bounds: ClosedRange<Int64>?
    var hasCondition: Bool

    init(seed: UInt64, kind: JoinKind) {
      random = PairingRandom(state: seed &* 1_000_003 &+ UInt64(kind.rawValue.utf8.count))
      let keys = Int64.random(in: 1...8, using: &random)
      left = Items(
        &random, partitions: Int.random(in: 1...2, using: &random), rows: Int.random(in: 0...60, using: &random),
        keys: keys, delay: Int64.random(in: 0...10, using: &random), pace: 6)
      right = Items(
        &random, partitions: Int.random(in: 1...3, using: &random), rows: Int.random(in: 0...60, using: &random),
        keys: keys, delay: Int64.random(in: 0...10, using: &random), pace: Int64.random(in: 1...9, using: &random),
        firstNumber: 1000)
      let low = Int64.random(in: -40...20, using: &random)
      bounds = Int.random(in: 0...4, using: &random) == 0 ? nil : low...low + Int64.random(in: 0...50, using: &random)
      hasCondition = Bool.random(using: &random)
    }

    /// Whether two rows are a pair: what the issue of the join says, row by row.
    func isPair(_ left: Item, _ right: Item) -> Bool {
      guard let key = left.key, key == right.key else { return false }
      if let bounds, !bounds.contains(right.second - left.second) { return false }
      return !hasCondition || (left.number + right.number) % 3 != 0
    }

    func expected(_ kind: JoinKind) -> [Pair] {
      let (lefts, rights) = (left.onTime, right.onTime)
      var pairs: [Pair] = []
      for left in lefts {
        let matches = rights.filter { isPair(left, $0) }
        switch kind {
        case .inner, .right, .left, .full:
          pairs += matches.map { Pair(left: left.number, right: $0.number, name: $0.name) }
          if matches.isEmpty && (kind == .left || kind == .full) {
            pairs.append(Pair(left: left.number, right: nil, name: nil))
          }
        case .semi, .anti:
          if matches.isEmpty == (kind == .anti) {
            pairs.append(Pair(left: left.number, right: left.number, name: left.name))
          }
        }
      }
      guard kind == .right || kind == .full else { return pairs }
      for right in rights where !lefts.contains(where: { isPair($0, right) }) {
        pairs.append(Pair(left: nil, right: right.number, name: right.name))
      }
      return pairs
    }

    func stream(_ kind: JoinKind) -> Stream<Pair> {
      let within = bounds.map { Duration.seconds($0.lowerBound)...Duration.seconds($0.upperBound) }
      let condition: ((Item.Columns, Item.Columns) -> Expr<Bool>)? =
        hasCondition ? { ($0.number + $1.number) % 3 != 0 } : nil
      let (left, right) = (left.stream, right.stream)
      switch kind {
      case .inner:
        return left.join(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
          .select(Pair.self) { .init(left: $0.optionalNumber, right: $1.optionalNumber, name: $1.optionalName) }
      case .left:
        return left.leftJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
          .select(Pair.self) { .init(left: $0.optionalNumber, right: $1.number, name: $1.name) }
      case .right:
        return left.rightJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
          .select(Pair.self) { .init(left: $0.number, right: $1.optionalNumber, name: $1.optionalName) }
      case .full:
        return left.fullJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
          .select(Pair.self) { .init(left: $0.number, right: $1.number, name: $1.name) }
      case .semi:
        return left.semiJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
          .map(Pair.self) { .init(left: $0.optionalNumber, right: $0.optionalNumber, name: $0.optionalName) }
      case .anti:
        return left.antiJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
          .map(Pair.self) { .init(left: $0.optionalNumber, right: $0.optionalNumber, name: $0.optionalName) }
      }
    }
  }

  private static func counted(_ pairs: [Pair]) -> [Pair: Int] {
    pairs.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  @Test(
    "gives the pairs that two nested loops give, whatever the batches are and wherever it crashes",
    arguments: JoinCase.all)
  func nestedLoops(_ test: JoinCase) throws {
    var sides = Sides(seed: test.seed, kind: test.kind)
    let crashes = Set((0..<40).filter { _ in Int.random(in: 0...3, using: &sides.random) == 0 })
    let mode: CheckpointMode = Bool.random(using: &sides.random) ? .log : .snapshot
    let run = try CrashingRun(sides.stream(test.kind), crash: { crashes.contains($0) }) { $0.mode = mode }
    let expected = sides.expected(test.kind)
    #expect(Self.counted(run.rows) == Self.counted(expected), "\(test.testDescription)")
    #expect(run.report.groups == 0 && run.report.openPanes == 0, "\(test.testDescription)")
    let late = sides.left.count - sides.left.onTime.count + sides.right.count - sides.right.onTime.count
    #expect(run.report.rowsLate == UInt64(late), "\(test.testDescription)")
  }

  @Test("is told from one with a pair too many: the oracle finds it")
  func control() throws {
    let sides = Sides(seed: 3, kind: .inner)
    let expected = Self.counted(sides.expected(.inner))
    #expect(!expected.isEmpty)
    var other = sides
    other.bounds = nil
    other.hasCondition = false
    #expect(Self.counted(try CrashingRun(other.stream(.inner)).rows) != expected)
  }

  private func item(_ key: Int64?, _ second: Int, _ number: Int64) -> Item {
    Item(key: key, name: "n", at: Timestamp(secondsSince1970: second), number: number)
  }

  private func stream(_ batches: [[Item]]) -> Stream<Item> {
    Stream(Item.self, source: BatchSource(Item.schema, partitions: [batches.map { Item.batch(of: $0) }]))
      .eventTime(\.at, delay: .zero)
  }

  @Test(
    "gives rows without a pair once the watermark has passed their pane and the bound, and those without a key at once")
  func outerRows() throws {
    // Bounds of 0 to 8 s: panes are 2 s long.
    let left = stream([[item(1, 0, 1), item(nil, 1, 2)], [item(2, 9, 3)], [item(3, 10, 4)], [item(4, 40, 5)]])
    let right = stream([[item(9, 0, 10)], [item(9, 9, 11)], [item(9, 10, 12)], [item(9, 40, 13)]])
    let joined = left.leftJoin(
      right, on: { $0.key }, equals: { $0.key }, within: .zero ... .seconds(8)
    ).select(Pair.self) { .init(left: $0.optionalNumber, right: $1.number, name: $1.name) }
    let run = try CrashingRun(joined)
    // The row at 0 s waits for the watermark 10 s; the one without a key for nothing.
    #expect(run.rows.map(\.left) == [2, 1, 3, 4, 5])
    #expect(run.mostGroups == 3 && run.report.groups == 0)
  }

  @Test(
    "takes bounds exactly: a row a microsecond further is no pair",
    arguments: [-5_000_000, -5_000_001, 5_000_000, 5_000_001])
  func bounds(_ offset: Int64) throws {
    let first = Item(key: 1, name: "", at: Timestamp(microsecondsSince1970: 100_000_000), number: 1)
    let second = Item(key: 1, name: "", at: Timestamp(microsecondsSince1970: 100_000_000 + offset), number: 2)
    let joined = stream([[first]]).join(
      stream([[second]]), on: { $0.key }, equals: { $0.key }, within: .seconds(-5) ... .seconds(5)
    ).select(Pair.self) { .init(left: $0.optionalNumber, right: $1.optionalNumber, name: $1.optionalName) }
    #expect(try CrashingRun(joined).rows.count == (abs(offset) == 5_000_000 ? 1 : 0))
  }

  @Test("writes late rows of both sides, each without the other")
  func lateRows() throws {
    let (orders, payments) = (TestInput<Item>(), TestInput<Item>())
    let joined = orders.stream.eventTime(\.at, delay: .zero).join(
      payments.stream.eventTime(\.at, delay: .zero), on: { $0.key }, equals: { $0.key }, within: .zero ... .seconds(5)
    ).select(Pair.self) { .init(left: $0.optionalNumber, right: $1.optionalNumber, name: $1.optionalName) }
    let driver = try StreamDriver(joined.lateRows())
    try driver.feed([item(1, 10, 1), item(1, 9, 2)], to: orders)
    try driver.crash()
    try driver.feed([item(1, 12, 3), item(2, 3, 4)], to: payments)
    try driver.finish()
    #expect(driver.output == [Pair(left: 1, right: 3, name: "n")])
    #expect(
      try driver.late(LatePair.self) == [
        LatePair(leftNumber: 2, rightNumber: nil), LatePair(leftNumber: nil, rightNumber: 4),
      ])
    #expect(throws: StreamError.self) {
      try StreamDriver(orders.stream.map(Matched.self) { .init(key: $0.key, at: $0.at, left: $0.number) }.lateRows())
    }
  }

  @Test("feeds a window: no pair is late there, and none is missing", arguments: 1...10 as ClosedRange<UInt64>)
  func joinThenWindow(seed: UInt64) throws {
    for kind in [JoinKind.inner, .left] {
      var sides = Sides(seed: seed, kind: .full)
      sides.hasCondition = false
      let within = sides.bounds.map { Duration.seconds($0.lowerBound)...Duration.seconds($0.upperBound) }
      let matched: Stream<Matched>
      if kind == .inner {
        matched = sides.left.stream.join(sides.right.stream, on: { $0.key }, equals: { $0.key }, within: within)
          .select(Matched.self) { row, _ in .init(key: row.key, at: row.at, left: row.number) }
      } else {
        matched = sides.left.stream.leftJoin(sides.right.stream, on: { $0.key }, equals: { $0.key }, within: within)
          .select(Matched.self) { row, _ in .init(key: row.key, at: row.at, left: row.number) }
      }
      let counts = matched.grouped(by: { $0.key }, in: .tumbling(.seconds(20)))
        .aggregate(PairCount.self) {
          .init(key: $0.key, window: $0.window, pairs: .count, sum: .sum($0.row.left.asOptional))
        }
      let crashes = Set((0..<40).filter { _ in Int.random(in: 0...3, using: &sides.random) == 0 })
      let run = try CrashingRun(counts, crash: { crashes.contains($0) })
      var expected: [PairCount] = []
      let (lefts, rights) = (sides.left.onTime, sides.right.onTime)
      func add(_ left: Item, at second: Int64) {
        let start = Int64((Double(second) / 20).rounded(.down)) * 20
        let window = TimeWindow(
          start: Timestamp(secondsSince1970: Int(start)), end: Timestamp(secondsSince1970: Int(start) + 20))
        if let index = expected.firstIndex(where: { $0.key == left.key && $0.window == window }) {
          expected[index].pairs += 1
          expected[index].sum = (expected[index].sum ?? 0) + left.number
        } else {
          expected.append(PairCount(key: left.key, window: window, pairs: 1, sum: left.number))
        }
      }
      for left in lefts {
        let matches = rights.filter { sides.isPair(left, $0) }
        for right in matches { add(left, at: max(left.second, right.second)) }
        if matches.isEmpty && kind == .left { add(left, at: left.second) }
      }
      #expect(Set(run.rows) == Set(expected) && run.rows.count == expected.count, "\(kind), seed \(seed)")
      let late = sides.left.count - lefts.count + sides.right.count - rights.count
      #expect(run.report.rowsLate == UInt64(late) && run.report.groups == 0, "\(kind), seed \(seed)")
    }
  }

  @Test("takes the results of windows on both sides", arguments: 1...6 as ClosedRange<UInt64>)
  func windowThenJoin(seed: UInt64) throws {
    var sides = Sides(seed: seed, kind: .inner)
    func counts(_ items: Items) -> Stream<NamedCount> {
      items.stream.grouped(by: { $0.name }, in: .tumbling(.seconds(10)))
        .aggregate(NamedCount.self) { .init(name: $0.key, window: $0.window, rows: .count) }
    }
    func expected(_ items: Items) -> [Int64: [String: Int64]] {
      // A row counts while its window is open by its own partition.
      var windows: [Int64: [String: Int64]] = [:]
      for batches in items.partitions {
        var newest = Int64.min
        for row in batches.joined() {
          newest = max(newest, row.second)
          let start = Int64((Double(row.second) / 10).rounded(.down)) * 10
          if start + 10 > newest - items.delay { windows[start, default: [:]][row.name, default: 0] += 1 }
        }
      }
      return windows
    }
    let joined = counts(sides.left).join(
      counts(sides.right), on: { ($0.name, $0.window.end) }, equals: { ($0.name, $0.window.end) },
      within: .zero ... .zero
    ).select(Pair.self) {
      .init(left: $0.rows.asOptional, right: $1.rows.asOptional, name: $0.name.asOptional)
    }
    let crashes = Set((0..<40).filter { _ in Int.random(in: 0...3, using: &sides.random) == 0 })
    let run = try CrashingRun(joined, crash: { crashes.contains($0) })
    let rights = expected(sides.right)
    var pairs: [Pair] = []
    for (start, names) in expected(sides.left) {
      for (name, rows) in names {
        if let other = rights[start]?[name] { pairs.append(Pair(left: rows, right: other, name: name)) }
      }
    }
    #expect(Self.counted(run.rows) == Self.counted(pairs), "seed \(seed)")
    #expect(run.report.groups == 0, "seed \(seed)")
  }

  @Test("is read back from its description, with the same states", arguments: JoinKind.allCases)
  func storedPlan(_ kind: JoinKind) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let plan = Sides(seed: seed, kind: kind).stream(kind).plan
      let stored = try StoredPlan(parsing: plan.description)
      #expect(stored.plan.description == plan.description)
      #expect(stored.stateNames == ["join", "join"])
      #expect(stored.emptyState(shardCount: 4, seed: 1).plans == (try CrashingRun<Pair>.states(plan)))
    }
  }

  @Test("of what can't be compared is refused in words")
  func refused() throws {
    let left = Items(&Self.random, partitions: 1, rows: 1, keys: 1, delay: 0, pace: 1).stream
    let untimed = Stream<Item>([])
    let joined = left.semiJoin(untimed, on: { $0.key }, equals: { $0.key })
    #expect(throws: StreamError.self) { try CrashingRun(joined) }
  }

  private static var random: PairingRandom {
    get { PairingRandom(state: 1) }
    set {}
  }
}

extension CrashingRun {
  /// What the keyed states of a plan hold.
  fileprivate static func states(_ plan: StreamPlan) throws -> [KeyedStatePlan] {
    // The text of the plan is all that a store has of it.
    try StoredPlan(parsing: try StoredPlan(parsing: plan.description).plan.description)
      .emptyState(shardCount: 4, seed: 1).plans
  }
}

extension Item.Columns {
  fileprivate var optionalNumber: Expr<Int64?> { number.asOptional }
  fileprivate var optionalName: Expr<String?> { name.asOptional }
}
