import Strandline
import StrandlineState
import StrandlineTestKit
import Testing

/// Whole streams through the engine, with commits and crashes, against windows counted out row by row.
@Suite("streams in windows")
struct WindowStreamTests {
  private static var options: EngineOptions {
    var options = EngineOptions()
    options.shardCount = 2
    return options
  }

  private func totals(
    _ sales: RandomSales, _ change: @escaping (Stream<ShopTotal>) -> Stream<ShopTotal> = { $0 }
  ) throws -> StreamDriver<ShopSale, ShopTotal> {
    let driver = try StreamDriver(partitions: sales.partitions, options: Self.options) { (rows: Stream<ShopSale>) in
      change(
        rows.eventTime(\.at, delay: .microseconds(sales.delay))
          .grouped(by: { $0.shop }, in: sales.window)
          .aggregate(ShopTotal.self) {
            .init(
              shop: $0.key, window: $0.window, sales: .count, total: .sum($0.row.amount), largest: .max($0.row.amount))
          }
          .allowedLateness(.microseconds(sales.lateness)))
    }
    for batch in sales.batches {
      try driver.feed(batch.rows, partition: batch.partition)
      if batch.crashes { try driver.crash() }
    }
    try driver.finish()
    return driver
  }

  @Test(
    "final rows are those of the windows that took each row, in order, whatever the batches are and wherever it crashes"
  )
  func final() throws {
    for seed in 0..<100 as Range<UInt64> {
      let sales = RandomSales(seed: seed, lateness: false)
      let driver = try totals(sales)
      let reference = sales.reference
      #expect(driver.output == reference.rows, "seed \(seed), \(sales.window)")
      #expect(driver.report.rowsLate == UInt64(reference.late), "seed \(seed), \(sales.window)")
      #expect(driver.report.groups == 0 && driver.report.openPanes == 0, "seed \(seed)")
    }
  }

  @Test("the last row of each group is right with changes, with all and with early results", arguments: [0, 1, 2])
  func lastRows(_ kind: Int) throws {
    for seed in 0..<30 as Range<UInt64> {
      let sales = RandomSales(seed: seed, lateness: seed % 2 == 0)
      let driver = try totals(sales) { stream in
        switch kind {
        case 0: stream.emit(.changes)
        case 1: stream.emit(.all)
        default: stream.emit(.final, early: .every(batches: 2))
        }
      }
      var last: [TimeWindow: [String: ShopTotal]] = [:]
      for row in driver.output { last[row.window, default: [:]][row.shop] = row }
      #expect(last == sales.reference.totals, "seed \(seed), \(sales.window)")
      #expect(driver.report.groups == 0, "seed \(seed)")
    }
  }

  @Test("with changes taken back, what is left at the end is right", arguments: [Emission.final, .changes])
  func takenBack(_ emission: Emission) throws {
    for seed in 0..<40 as Range<UInt64> {
      let sales = RandomSales(seed: seed, lateness: true)
      let driver = try StreamDriver(partitions: sales.partitions, options: Self.options) { (rows: Stream<ShopSale>) in
        rows.eventTime(\.at, delay: .microseconds(sales.delay))
          .grouped(by: { $0.shop }, in: sales.window)
          .aggregate(ShopChange.self) {
            .init(
              shop: $0.key, window: $0.window, change: $0.change, sales: .count, total: .sum($0.row.amount))
          }
          .emit(emission)
          .allowedLateness(.microseconds(sales.lateness))
      }
      for batch in sales.batches {
        try driver.feed(batch.rows, partition: batch.partition)
        if batch.crashes { try driver.crash() }
      }
      try driver.finish()
      var said: [ShopChange: Int64] = [:]
      for row in driver.output {
        var fact = row
        fact.change = 1
        said[fact, default: 0] += row.change
        // What is taken back was said before, and not taken back since.
        #expect(said[fact] == 0 || said[fact] == 1, "seed \(seed), \(sales.window), \(row)")
      }
      let left = said.filter { $0.value != 0 }.map(\.key)
      let expected = sales.reference.rows.map {
        ShopChange(shop: $0.shop, window: $0.window, change: 1, sales: $0.sales, total: $0.total)
      }
      #expect(Set(left) == Set(expected), "seed \(seed), \(sales.window)")
    }
  }

  @Test("early results come by processing time, and not while nothing is open")
  func earlyByTime() throws {
    let driver = try StreamDriver { (rows: Stream<ShopSale>) in
      rows.eventTime(\.at, delay: .zero)
        .grouped(by: { $0.shop }, in: .tumbling(.minutes(10)))
        .aggregate(ShopTotal.self) {
          .init(
            shop: $0.key, window: $0.window, sales: .count, total: .sum($0.row.amount), largest: .max($0.row.amount))
        }
        .emit(.final, early: .every(.seconds(5)))
    }
    func sale(_ second: Int) -> ShopSale { ShopSale(shop: "a", amount: 1, at: Timestamp(secondsSince1970: second)) }
    driver.clock.advance(by: 60_000_000_000)
    try driver.feed([sale(1)])
    #expect(driver.output.isEmpty)
    driver.clock.advance(by: 4_000_000_000)
    try driver.feed([sale(2)])
    #expect(driver.output.isEmpty)
    try driver.crash()
    driver.clock.advance(by: 1_000_000_000)
    try driver.feed([])
    #expect(driver.output.map(\.sales) == [2])
    driver.clock.advance(by: 1_000_000_000)
    try driver.feed([])
    #expect(driver.output.map(\.sales) == [2])
    driver.clock.advance(by: 5_000_000_000)
    try driver.feed([sale(3)])
    #expect(driver.output.map(\.sales) == [2, 3])
    try driver.finish()
    #expect(driver.output.map(\.sales) == [2, 3, 3])
  }

  @Test("sliding windows of windows count each inner row once per outer window")
  func windowsOfWindows() throws {
    let driver = try StreamDriver { (rows: Stream<ShopSale>) in
      rows.eventTime(\.at, delay: .zero)
        .grouped(by: { $0.shop }, in: .sliding(.seconds(6), every: .seconds(2)))
        .aggregate(ShopTotal.self) {
          .init(
            shop: $0.key, window: $0.window, sales: .count, total: .sum($0.row.amount), largest: .max($0.row.amount))
        }
        .grouped(by: { $0.shop }, in: .tumbling(.seconds(20)))
        .aggregate(ShopTotal.self) {
          .init(
            shop: $0.key, window: $0.window, sales: .count, total: .sum($0.row.sales), largest: .max($0.row.sales))
        }
    }
    for second in 0..<60 {
      try driver.feed([ShopSale(shop: "a", amount: 1, at: Timestamp(secondsSince1970: second))])
      if second % 7 == 0 { try driver.crash() }
    }
    try driver.finish()
    // Inner windows end every 2 s from 2 on: those that end in (0, 20] have their last moment in the first outer window.
    #expect(driver.output.map(\.sales) == [10, 10, 10, 2])
    #expect(driver.output.map(\.largest) == [6, 6, 6, 4])
    #expect(driver.output.map(\.total) == [54, 60, 60, 6])
    #expect(driver.report.rowsLate == 0 && driver.report.groups == 0)
  }

  static let refusals: [(change: @Sendable (inout StreamPlan) -> Void, words: String)] = [
    ({ $0.lateness = -1 }, "allowed lateness"), ({ $0.lateness = .max }, "allowed lateness"),
    ({ $0.early = .batches(0) }, "every so often"),
    (
      {
        $0.emission = .all
        $0.early = .micros(1)
      }, "emission final"
    ),
    (
      {
        $0.outputs.append(OutputColumn("change", .change)); $0.emission = .all
      }, "takes back"
    ),
    ({ $0.window = .global }, "no first and no last moment"),
  ]

  @Test("plans that can't be carried out are refused in words", arguments: refusals.indices)
  func refused(_ index: Int) throws {
    let (change, words) = Self.refusals[index]
    var plan = Stream<ShopSale>(from: .jsonLines("none/*.ndjson")).eventTime(\.at, delay: .zero)
      .grouped(by: { $0.shop }, in: .tumbling(.minutes(1)))
      .aggregate(ShopTotal.self) {
        .init(shop: $0.key, window: $0.window, sales: .count, total: .sum($0.row.amount), largest: .max($0.row.amount))
      }.plan
    change(&plan)
    let text = plan.description
    let error = try #require(throws: StreamError.self) { try StoredPlan(parsing: text) }
    #expect(error.message.contains(words) && error.code.name == "plan")
  }
}
