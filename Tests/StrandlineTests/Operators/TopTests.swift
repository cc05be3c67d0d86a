import Strandline
import StrandlineColumns
import StrandlineTestKit
import Testing

/// A row of the tests of ranks.
@Record private struct Bid: Equatable {
  var item: String
  var price: Int64?
  var at: Timestamp
  var id: Int64
}

@Record private struct Best: Equatable {
  var item: String
  var rank: Int64
  var id: Int64
  var isRetracted: Bool
}

@Record private struct BestOfMinute: Equatable {
  var item: String
  var minute: TimeWindow
  var rank: Int64
  var id: Int64
}

@Suite("The first rows of groups")
struct TopTests {
  private static func random(_ seed: UInt64) -> (Int64) -> Int64 {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return { bound in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int64(state >> 33) % bound
    }
  }

  private static func bids(_ next: (Int64) -> Int64, count: Int64, spread: Int64) -> [Bid] {
    var second: Int64 = 0
    return (0..<count).map { id in
      second += next(spread)
      let price = next(8)
      return Bid(item: "i\(next(3))", price: price == 0 ? nil : price, at: .seconds(second - next(4)), id: id)
    }
  }

  /// Highest price first, null last; then the earlier, then the first read.
  private static func isBefore(_ a: Bid, _ b: Bid) -> Bool {
    if a.price != b.price { return (a.price ?? .min) > (b.price ?? .min) }
    return (a.at, a.id) < (b.at, b.id)
  }

  private static func options() -> EngineOptions {
    var options = EngineOptions()
    options.shardCount = 2
    return options
  }

  @Test("of windows are those of all rows, sorted", arguments: 1...12 as ClosedRange<UInt64>)
  func windows(seed: UInt64) throws {
    let next = Self.random(seed)
    let driver = try StreamDriver(options: Self.options()) { (bids: Stream<Bid>) in
      bids.eventTime(\.at, delay: .seconds(3)).grouped(by: { $0.item }, in: .tumbling(.minutes(1)))
        .top(3, by: { [.descending($0.price)] })
        .select(BestOfMinute.self) { .init(item: $0.row.item, minute: $0.window, rank: $0.rank, id: $0.row.id) }
    }
    let bids = Self.bids(next, count: 80, spread: 8)
    var start = 0
    while start < bids.count {
      let end = min(start + Int(next(9)) + 1, bids.count)
      try driver.feed(Array(bids[start..<end]))
      if next(4) == 0 { try driver.crash() }
      start = end
    }
    try driver.finish()
    let minutes = Dictionary(grouping: bids) { ($0.at.microseconds + 600_000_000) / 60_000_000 }
    var expected: [BestOfMinute] = []
    for minute in minutes.keys.sorted() {
      let items = Dictionary(grouping: minutes[minute] ?? [], by: \.item)
      for item in items.keys.sorted() {
        let start = Timestamp(microsecondsSince1970: minute * 60_000_000 - 600_000_000)
        for (rank, bid) in (items[item] ?? []).sorted(by: Self.isBefore).prefix(3).enumerated() {
          expected.append(
            BestOfMinute(
              item: item, minute: TimeWindow(start: start, end: start.after(60)), rank: Int64(rank) + 1, id: bid.id))
        }
      }
    }
    #expect(driver.output == expected, "seed \(seed)")
    #expect(driver.report.groups == 0)
  }

  @Test("over all rows say each change of a rank, and what it was", arguments: 1...12 as ClosedRange<UInt64>)
  func changes(seed: UInt64) throws {
    let next = Self.random(seed)
    let retracts = seed % 2 == 0
    let driver = try StreamDriver(options: Self.options()) { (bids: Stream<Bid>) in
      bids.eventTime(\.at, delay: .seconds(9)).keyed(by: { $0.item })
        .top(3, by: { [.descending($0.price)] }, retracting: retracts)
        .select(Best.self) { .init(item: $0.row.item, rank: $0.rank, id: $0.row.id, isRetracted: $0.isRetracted) }
    }
    let bids = Self.bids(next, count: 60, spread: 3)
    var expected: [Best] = []
    var ranks: [String: [Bid]] = [:]
    var start = 0
    while start < bids.count {
      let end = min(start + Int(next(9)) + 1, bids.count)
      try driver.feed(Array(bids[start..<end]))
      for item in Set(bids[start..<end].map(\.item)).sorted() {
        let old = ranks[item] ?? []
        let new = Array(bids[..<end].filter { $0.item == item }.sorted(by: Self.isBefore).prefix(3))
        for (rank, bid) in new.enumerated() where rank >= old.count || old[rank] != bid {
          if retracts && rank < old.count {
            expected.append(Best(item: item, rank: Int64(rank) + 1, id: old[rank].id, isRetracted: true))
          }
          expected.append(Best(item: item, rank: Int64(rank) + 1, id: bid.id, isRetracted: false))
        }
        ranks[item] = new
      }
      if next(3) == 0 { try driver.crash() }
      start = end
    }
    try driver.finish()
    #expect(driver.output == expected, "seed \(seed)")
    #expect(driver.report.groups == 0)
  }

  @Test("are ordered when they are written, up to a limit")
  func ordered() throws {
    let driver = try StreamDriver { (bids: Stream<Bid>) in
      bids.ordered(by: { [.ascending($0.item), .descending($0.price)] }, limit: 3)
    }
    let bids = [("b", 5), ("a", nil), ("a", 7), ("b", 9), ("a", 7)].enumerated().map { index, bid in
      Bid(item: bid.0, price: bid.1, at: .seconds(0), id: Int64(index))
    }
    try driver.feed(bids)
    #expect(driver.output.map(\.id) == [2, 4, 1])
    try driver.feed([bids[0]])
    #expect(driver.output.map(\.id) == [2, 4, 1, 0])
  }

  @Test("are read back from a plan's description, and refused where they can't be")
  func plans() throws {
    let bids = Stream<Bid>(from: .jsonLines("none/*.ndjson")).eventTime(\.at, delay: .zero)
    let plans = [
      bids.keyed(by: { $0.item }).top(3, by: { [.descending($0.price), .ascending($0.id)] }, retracting: true)
        .select(Best.self) { .init(item: $0.row.item, rank: $0.rank, id: $0.row.id, isRetracted: $0.isRetracted) }.plan,
      bids.grouped(by: { $0.item }, in: .tumbling(.minutes(1))).top(3, by: { [.ascending($0.price)] })
        .select(BestOfMinute.self) { .init(item: $0.row.item, minute: $0.window, rank: $0.rank, id: $0.row.id) }
        .ordered(by: { [.ascending($0.id)] }, limit: 5).plan,
    ]
    for plan in plans {
      let stored = try StoredPlan(parsing: plan.description)
      #expect(stored.plan.description == plan.description, "\(plan.description)")
      #expect(stored.stateNames == ["top"])
    }
    #expect(throws: StreamError.self) {
      try StreamDriver { (bids: Stream<Bid>) in
        bids.eventTime(\.at, delay: .zero)
          .grouped(by: { $0.item }, in: .sliding(.minutes(2), every: .minutes(1)))
          .top(3, by: { [.ascending($0.price)] })
          .select(BestOfMinute.self) { .init(item: $0.row.item, minute: $0.window, rank: $0.rank, id: $0.row.id) }
      }
    }
  }
}
