import Strandline
import StrandlineState
import StrandlineTestKit
import Testing

/// Random plans × disorder × cuts × partitions × crashes, against dictionaries. A failure names the seed, which repeats its case.
@Suite("Random streams through random plans")
struct StreamReferenceTests {
  /// A plan and its rows, all of one seed.
  private struct Case {
    var window: Window
    var delay: Int64
    var condition: Int
    var isChanges: Bool
    var stream: RandomStream

    init(seed: Int) {
      var random = SeededRandom(seed: UInt64(seed))
      let size = Int64(1 + random.below(40))
      let step = Int64(1 + random.below(8))
      window =
        switch random.below(5) {
        case 0: .tumbling(size: size, offset: Int64(random.below(Int(size))))
        case 1: .sliding(size: size, slide: Int64(1 + random.below(Int(size))), offset: 0)
        case 2: .sliding(size: size, slide: step, offset: Int64(random.below(Int(step))))
        case 3: .cumulating(size: step * Int64(1 + random.below(6)), step: step, offset: 0)
        default: .session(gap: .fixed(Int64(1 + random.below(15))))
        }
      delay = random.element([0, 0, 3, 10, 1000])
      condition = random.below(3)
      isChanges = random.below(4) == 0
      stream = RandomStream(&random, disorder: random.element([0, 2, 10, 40]))
    }

    func keeps(_ row: Reading) -> Bool {
      switch condition {
      case 0: true
      case 1: row.value.map { $0 >= -50 } ?? false
      default: row.key != nil && row.key != "b"
      }
    }

    func plan(_ rows: Stream<Reading>) -> Stream<ReadingTotal> {
      let timed = rows.eventTime(\.at, delay: .microseconds(delay))
      let kept =
        switch condition {
        case 0: timed
        case 1: timed.filter { $0.value >= -50 }
        default: timed.filter { $0.key.isNotNull && $0.key != "b" }
        }
      return kept.grouped(by: { $0.key }, in: window).aggregate(ReadingTotal.self) {
        .init(
          key: $0.key, window: $0.window, rows: .count, values: .count($0.row.value), sum: .sum($0.row.value),
          least: .min($0.row.value), most: .max($0.row.value), mean: .average($0.row.value), real: .sum($0.row.real),
          large: .count(where: $0.row.value > 50))
      }
    }

    var reference: StreamReference {
      StreamReference(stream, window: window, delay: delay, where: keeps)
    }
  }

  /// A case is computed by one thread or by several, in morsels of a few rows.
  private static func options(_ seed: Int) -> EngineOptions {
    var options = EngineOptions()
    options.shardCount = 2
    options.workers = 1 + seed % 3
    options.rowsPerMorsel = 1 + seed % 7
    return options
  }

  private func run<R: Record>(_ driver: StreamDriver<Reading, R>, _ stream: RandomStream) throws {
    for step in stream.steps {
      switch step {
      case .feed(let partition, let rows): try driver.feed(rows, partition: partition)
      case .crash: try driver.crash()
      }
    }
    try driver.finish()
  }

  @Test("give what dictionaries give: 20 groups of 100 cases", arguments: 0..<20)
  func windows(_ hundred: Int) throws {
    for seed in hundred * 100..<hundred * 100 + 100 {
      let one = Case(seed: seed)
      let driver = try StreamDriver(partitions: one.stream.partitions.count, options: Self.options(seed)) {
        one.isChanges ? one.plan($0).emit(.changes) : one.plan($0)
      }
      try run(driver, one.stream)
      let reference = one.reference
      if one.isChanges {
        // Of all the rows of a group, the last is the final one; a session's earlier ones may have begun later.
        var last: [String: ReadingTotal] = [:]
        for total in driver.output { last["\(total.key ?? "-") \(total.window)"] = total }
        let final = reference.totals
        for total in final { #expect(last["\(total.key ?? "-") \(total.window)"] == total, "seed \(seed)") }
      } else {
        #expect(driver.output == reference.totals, "seed \(seed): \(one.window), delay \(one.delay)")
      }
      #expect(driver.report.rowsLate == UInt64(reference.late), "seed \(seed): \(one.window), delay \(one.delay)")
      #expect(driver.report.groups == 0 && driver.report.openPanes == 0, "seed \(seed)")
    }
  }

  @Test("windows of windows too", arguments: 0..<4)
  func chains(_ hundred: Int) throws {
    for seed in 10_000 + hundred * 50..<10_000 + hundred * 50 + 50 {
      let one = Case(seed: seed)
      let driver = try StreamDriver(partitions: one.stream.partitions.count, options: Self.options(seed)) {
        one.plan($0).grouped(by: { _ in }, in: .tumbling(.microseconds(35)))
          .aggregate(ReadingSummary.self) {
            .init(window: $0.window, groups: .count, rows: .sum($0.row.rows), most: .max($0.row.rows))
          }
      }
      try run(driver, one.stream)
      #expect(driver.output == one.reference.summaries(35), "seed \(seed): \(one.window), delay \(one.delay)")
      #expect(driver.report.groups == 0, "seed \(seed)")
    }
  }
}
