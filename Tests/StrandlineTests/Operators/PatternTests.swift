import Strandline
import StrandlineColumns
import StrandlineTestKit
import Testing

@Suite("Sequences of rows")
struct PatternTests {
  private typealias Element = TickPattern.Element

  private static func random(_ seed: UInt64) -> (Int64) -> Int64 {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return { bound in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int64(state >> 33) % bound
    }
  }

  /// A pattern that can be looked for.
  private static func pattern(_ next: (Int64) -> Int64) -> TickPattern {
    func kinds() -> [Int64] { next(3) == 0 ? [next(4), next(4)] : [next(4)] }
    var elements: [Element] = []
    for index in 0...next(3) {
      if index > 0 && next(4) == 0 {
        elements.append(
          Element(kinds: kinds(), contiguity: next(2) == 0 ? .next : .followedBy, isNegated: true))
      }
      var element = Element(kinds: kinds(), contiguity: Contiguity.allCases[Int(next(3))])
      if next(3) == 0 { element.times = 1...Int(next(3) + 1) }
      if next(6) == 0 { element.times = 1...Int.max }
      element.inner = element.times == 1...1 ? .followedBy : Contiguity.allCases[Int(next(3))]
      element.isOptional = next(4) == 0
      element.isGreedy = next(4) == 0
      elements.append(element)
    }
    var pattern = TickPattern(elements: elements)
    if next(2) == 0 { pattern.within = next(8) + 1 }
    if pattern.within != nil && next(4) == 0 { pattern.elements.append(Element(kinds: kinds(), isNegated: true)) }
    pattern.skip = MatchSkip.allCases[Int(next(3))]
    return pattern
  }

  private func driver(_ pattern: TickPattern) throws(StreamError) -> StreamDriver<Tick, FoundTicks> {
    var options = EngineOptions()
    options.shardCount = 2
    return try StreamDriver(options: options) { (rows: Stream<Tick>) in
      rows.eventTime(\.at, delay: .seconds(3)).keyed(by: { $0.user })
        .matching(pattern.pattern, skip: pattern.skip)
        .select(FoundTicks.self) { match in
          let parts = (0..<8).flatMap { element in match["e\(element)"].map { (element: element, id: $0.id) } }
          // Elements take rows in their order, so this is the order of the rows.
          return FoundTicks(user: match.key, rows: parts.map { "e\($0.element):\($0.id)" }.joined(separator: " "))
        }
    }
  }

  @Test("are those that trying everything finds, whatever the batches are and wherever it crashes")
  func oracle() throws {
    var (found, cases): (Int, Int) = (0, 0)
    for seed in 1...160 as ClosedRange<UInt64> {
      let next = Self.random(seed)
      let pattern = Self.pattern(next)
      let driver: StreamDriver<Tick, FoundTicks>
      do {
        driver = try self.driver(pattern)
      } catch {
        // A pattern that can't be: greedy at the end, optional throughout.
        #expect(error.code == .plan, "seed \(seed)")
        continue
      }
      cases += 1
      var rows: [Tick] = []
      var second: Int64 = 0
      for id in 0..<14 as Range<Int64> {
        second += next(3)
        rows.append(Tick(user: "u\(next(2))", at: .seconds(second - next(4)), kind: next(4), id: id))
      }
      var start = 0
      while start < rows.count {
        let end = min(start + Int(next(5)) + 1, rows.count)
        try driver.feed(Array(rows[start..<end]))
        if next(6) == 0 { try driver.crash() }
        start = end
      }
      try driver.finish()
      let ordered = rows.indices.sorted { (rows[$0].at, $0) < (rows[$1].at, $1) }.map { rows[$0] }
      let expected = pattern.expected(ordered)
      found += expected.count
      #expect(
        driver.output == expected, "seed \(seed): \(pattern) over \(ordered.map { "\($0.id)=\($0.user)/\($0.kind)" })")
      #expect(driver.report.groups == 0 && driver.report.rowsLate == 0, "seed \(seed)")
      if driver.output != expected { return }
    }
    #expect(cases > 80 && found > 200, "\(cases) cases, \(found) matches")
  }

  private func matches(_ pattern: TickPattern, _ kinds: [Int64]) throws -> [String] {
    let driver = try driver(pattern)
    try driver.feed(
      kinds.enumerated().map { Tick(user: "u", at: .seconds(Int64($0.offset)), kind: $0.element, id: Int64($0.offset)) }
    )
    try driver.finish()
    return driver.output.map(\.rows)
  }

  @Test("differ by what may lie between rows")
  func contiguity() throws {
    func pattern(_ contiguity: Contiguity) -> TickPattern {
      TickPattern(elements: [Element(kinds: [1]), Element(kinds: [2], contiguity: contiguity)])
    }
    #expect(try matches(pattern(.next), [1, 0, 2, 1, 2]) == ["e0:3 e1:4"])
    #expect(try matches(pattern(.followedBy), [1, 0, 2, 1, 2]) == ["e0:0 e1:2", "e0:3 e1:4"])
    #expect(try matches(pattern(.followedByAny), [1, 0, 2, 2]) == ["e0:0 e1:2", "e0:0 e1:3"])
  }

  @Test("of an end that nothing follows are there when the time is over, and not before")
  func absence() throws {
    let pattern = TickPattern(
      elements: [Element(kinds: [1]), Element(kinds: [2], isNegated: true)], within: 5)
    let driver = try driver(pattern)
    try driver.feed([
      Tick(user: "u", at: .seconds(0), kind: 1, id: 0), Tick(user: "v", at: .seconds(0), kind: 1, id: 1),
    ])
    try driver.feed([
      Tick(user: "v", at: .seconds(4), kind: 2, id: 2), Tick(user: "w", at: .seconds(7), kind: 0, id: 3),
    ])
    #expect(driver.output.isEmpty)
    try driver.crash()
    try driver.feed([Tick(user: "w", at: .seconds(8), kind: 0, id: 4)])
    #expect(driver.output == [FoundTicks(user: "u", rows: "e0:0")])
  }

  @Test("that can't be are refused, with the element and the reason")
  func refusals() throws {
    let cases: [(TickPattern, String)] = [
      (TickPattern(elements: [Element(kinds: [1], isOptional: true)]), "not optional"),
      (TickPattern(elements: [Element(kinds: [1], isGreedy: true)]), "'e0' of the pattern is greedy"),
      (TickPattern(elements: [Element(kinds: [1]), Element(kinds: [2], isNegated: true)]), "within(_:)"),
      (
        TickPattern(elements: [
          Element(kinds: [1]), Element(kinds: [2], isNegated: true), Element(kinds: [3], isOptional: true),
        ]), "only optional elements"
      ),
    ]
    for (pattern, reason) in cases {
      do {
        _ = try driver(pattern)
        Issue.record("\(pattern) must be refused")
      } catch {
        #expect(error.code == .plan && error.message.contains(reason), "\(error)")
      }
    }
  }

  @Test("are read back from a plan's description, with the same state")
  func storedPlan() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let pattern = Self.pattern(Self.random(seed))
      let plan = Stream<Tick>(from: .jsonLines("none/*.ndjson")).eventTime(\.at, delay: .zero).keyed(by: { $0.user })
        .matching(pattern.pattern, skip: pattern.skip)
        .select(FoundTicks.self) { FoundTicks(user: $0.key, rows: "") }.plan
      do {
        let stored = try StoredPlan(parsing: plan.description)
        #expect(stored.plan.description == plan.description)
        #expect(stored.stateNames == ["pattern"])
      } catch {
        #expect(!error.message.contains("can't be read"), "seed \(seed): \(error)")
      }
    }
  }
}
