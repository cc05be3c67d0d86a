import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineStorage
import StrandlineTestKit
import Synchronization
import Testing

/// What random plans compute of a group.
@Record struct ValueTotal {
  var value: Int64?
  var window: TimeWindow
  var rows: Int64
  var first: String?
  var least: String?
}

/// A row with another one, if there is one.
@Record struct TimePair {
  var left: Timestamp
  var right: Timestamp?
  var key: String?
}

/// Random plans over bounded inputs, with a memory limit of next to nothing and without one.
@Suite("A run within a memory limit")
struct SpillingTests {
  /// What is run over random rows.
  private enum Shape: CaseIterable {
    case windows, sessions, chain, deduplication, order, orderedWindows, join, boundedJoin
  }

  /// A plan, its rows, and how they are computed, all of one seed.
  private struct Case {
    let shape: Shape
    let window: Window
    let delay: Int64
    let first: Int?
    let stream: RandomStream
    var options = EngineOptions()

    init(_ seed: Int) {
      var random = SeededRandom(seed: UInt64(seed))
      shape = random.element(Shape.allCases)
      let size = Int64(1 + random.below(60))
      window =
        switch random.below(4) {
        case 0: .tumbling(size: size, offset: 0)
        case 1: .sliding(size: size, slide: Int64(1 + random.below(Int(size))), offset: 0)
        case 2: .cumulating(size: size * 3, step: size, offset: 0)
        default: .tumbling(size: 100_000, offset: 50_000)
        }
      delay = random.element([0, 3, 10, 1000])
      first = random.below(3) == 0 ? 1 + random.below(20) : nil
      stream = RandomStream(&random, disorder: random.element([0, 10, 40]))
      options.workers = 1 + random.below(3)
      options.rowsPerMorsel = 1 + random.below(7)
      options.rowsPerBatch = 1 + random.below(40)
      options.random = { 0x5EED }
    }

    /// Next to nothing, and enough for the groups of one shard.
    func limit(_ seed: Int) -> Int {
      switch shape {
      case .order: 1000
      case .join, .boundedJoin: 12_000
      default: 4000 + seed % 5 * 800
      }
    }

    /// Its rows, each feed of a partition a read.
    var rows: Stream<Reading> {
      let batches = stream.partitions.indices.map { number in
        stream.steps.compactMap { step in
          if case .feed(number, let rows) = step { Reading.batch(of: rows) } else { nil }
        }
      }
      return Stream(Reading.self, source: BatchSource(Reading.schema, partitions: batches))
        .eventTime(\.at, delay: .microseconds(delay))
    }

    private func totals(_ window: Window) -> Stream<ValueTotal> {
      rows.grouped(by: { $0.value }, in: window).aggregate(ValueTotal.self) {
        .init(value: $0.key, window: $0.window, rows: .count, first: .first($0.row.key), least: .min($0.row.key))
      }
    }

    /// Rows with others of their value, within bounds of time or at any.
    private var pairs: Stream<TimePair> {
      let bounds: ClosedRange<Duration>? = shape == .join ? nil : .microseconds(-20) ... .microseconds(30)
      return rows.leftJoin(
        rows.filter { $0.real.isNotNull }, on: { $0.value }, equals: { $0.value }, within: bounds
      ).select(TimePair.self) { left, right in .init(left: left.at, right: right.at, key: right.key) }
    }

    /// Runs it, and describes the rows.
    func run(_ change: (inout EngineOptions) -> Void = { _ in }) throws -> (rows: [String], report: RunReport) {
      var options = options
      change(&options)
      let sessions = Window.session(gap: .fixed(7))
      return switch shape {
      case .windows: try Bounded.run(totals(window), options)
      case .sessions: try Bounded.run(totals(sessions), options)
      case .chain:
        try Bounded.run(
          totals(.tumbling(size: 20, offset: 0)).grouped(by: { _ in }, in: .tumbling(.microseconds(400)))
            .aggregate(ReadingSummary.self) {
              .init(window: $0.window, groups: .count, rows: .sum($0.row.rows), most: .max($0.row.rows))
            }, options)
      case .deduplication:
        try Bounded.run(rows.deduplicated(by: { $0.value }, within: .microseconds(30)), options)
      case .join, .boundedJoin:
        try Bounded.run(pairs, options)
      case .order:
        try Bounded.run(
          rows.ordered(by: { [.descending($0.key), .ascending($0.value)] }, limit: first), options)
      case .orderedWindows:
        try Bounded.run(
          totals(window).ordered(by: { [.descending($0.rows), .ascending($0.value)] }), options)
      }
    }
  }

  @Test("gives the rows of a run without one: 20 groups of 25 cases", arguments: 0..<20)
  func same(_ group: Int) throws {
    var spilled: UInt64 = 0
    for seed in group * 25..<group * 25 + 25 {
      let one = Case(seed)
      let disk = MemoryDirectory()
      for isOneBatch in [false, true] {
        let whole = try one.run { $0.isOneBatch = isOneBatch }
        let within = try one.run {
          $0.isOneBatch = isOneBatch
          $0.memoryLimit = one.limit(seed)
          $0.shardCount = 16
          $0.openSpillDirectory = { disk }
        }
        // Where an order is of what spilled operators gave, equal rows may have changed places.
        if one.shape == .order {
          #expect(within.rows == whole.rows, "seed \(seed)")
        } else {
          #expect(within.rows.sorted() == whole.rows.sorted(), "seed \(seed): \(one.shape)")
        }
        #expect(within.report.rowsLate == whole.report.rowsLate, "seed \(seed): \(one.shape)")
        #expect(whole.report.spilledBytes == 0 && within.report.isFinished)
        spilled += within.report.spilledBytes
      }
      #expect(try disk.entries().isEmpty, "files have no names")
    }
    #expect(spilled > 0, "a limit that never mattered")
  }

  /// Many keys, some of them again and again.
  private static func manyKeys(_ rows: Int) -> Stream<Item> {
    let batches = stride(from: 0, to: rows, by: 1000).map { start in
      Item.batch(
        of: (start..<start + 1000).map {
          Item(
            key: Int64($0 * 7919 % (rows / 2)), name: "n", at: Timestamp(secondsSince1970: $0 / 100), number: Int64($0))
        })
    }
    return Stream(Item.self, source: BatchSource(Item.schema, partitions: [batches]))
      .eventTime(\.at, delay: .zero)
  }

  private static func options(_ disk: any Directory, limit: Int) -> EngineOptions {
    var options = EngineOptions()
    options.memoryLimit = limit
    options.openSpillDirectory = { disk }
    options.rowsPerBatch = 1000
    options.random = { 0x5EED }
    return options
  }

  @Test("keeps to it, and gives every key")
  func limit() throws {
    let limit = 100_000
    let job = Self.manyKeys(40_000).grouped(by: { $0.key }, in: .tumbling(.days(1)))
      .aggregate(OneBatchTests.Total.self) { .init(key: $0.key, window: $0.window, count: .count) }
    let (rows, report) = try Bounded.run(job, Self.options(MemoryDirectory(), limit: limit), keptAtMost: limit)
    #expect(rows.count == 20_000 && Set(rows).count == 20_000)
    #expect(report.spilledBytes > 0 && report.isFinished && report.rowsWritten == 20_000)
    // What is written comes in pieces.
    #expect(report.batches > 45)
    let whole = try Bounded.run(job, EngineOptions())
    #expect(whole.rows.sorted() == rows.sorted())
  }

  @Test("says what can't be put elsewhere")
  func refused() throws {
    let disk = MemoryDirectory()
    let changing = Self.manyKeys(2000).grouped(by: { $0.key }, in: .tumbling(.days(1)))
      .aggregate(OneBatchTests.Total.self) { .init(key: $0.key, window: $0.window, count: .count) }.emit(.changes)
    let error = #expect(throws: StreamError.self) { _ = try Bounded.run(changing, Self.options(disk, limit: 1000)) }
    #expect(error?.code == .plan)
    for part in ["memory limit is 1000", "can't be put elsewhere", "raise the limit", "count"] {
      #expect(error?.message.contains(part) == true, "\(part): \(error?.message ?? "")")
    }
    let final = Self.manyKeys(20_000).grouped(by: { $0.key }, in: .tumbling(.days(1)))
      .aggregate(OneBatchTests.Total.self) { .init(key: $0.key, window: $0.window, count: .count) }
    var few = Self.options(disk, limit: 10_000)
    few.shardCount = 1
    let tooFew = #expect(throws: StreamError.self) { _ = try Bounded.run(final, few) }
    #expect(tooFew?.message.contains("one of 1 parts") == true, "\(tooFew?.message ?? "")")
    #expect(throws: StreamError.self) { _ = try Bounded.run(final, Self.options(disk, limit: 0)) }
    let job = final.write(to: CallbackSink { _ in })
    let store = #expect(throws: StreamError.self) {
      try MicroBatchEngine(
        job.plan, sources: job.sources, sink: job.sink, store: MemoryDirectory(),
        options: Self.options(disk, limit: 1000))
    }
    #expect(store?.code == .plan && store?.message.contains("checkpoint") == true)
  }

  @Test("ends with the error of a disk that fails, whichever call it is", arguments: [DiskCall.create, .write, .read])
  func failures(_ call: DiskCall) throws {
    let stream = Self.manyKeys(5000).grouped(by: { $0.key }, in: .tumbling(.days(1)))
      .aggregate(OneBatchTests.Total.self) { .init(key: $0.key, window: $0.window, count: .count) }
      .ordered(by: { [.ascending($0.count), .ascending($0.key)] })
    let whole = SimulatedDisk()
    #expect(try Bounded.run(stream, Self.options(whole, limit: 20_000)).rows.count == 2500)
    let calls = whole.calls(of: call)
    #expect(calls > 3)
    for number in Set([1, 2, calls / 2, calls]) {
      let disk = SimulatedDisk()
      disk.faults = [
        DiskFault(call, number: number, code: call == .read ? .inputOutput : .noSpace, isForEver: call == .write)
      ]
      let error = #expect(throws: StreamError.self) { _ = try Bounded.run(stream, Self.options(disk, limit: 20_000)) }
      #expect(
        error?.code == .store && error?.file?.contains("strandline-spill") == true,
        "call \(number): \(error?.message ?? "")")
    }
  }
}

/// Runs streams over bounded inputs, in memory and without a store.
private enum Bounded {
  /// - Parameter keptAtMost: what operators may keep after a batch.
  static func run<Result: Record>(
    _ stream: Stream<Result>, _ options: EngineOptions, keptAtMost: Int = .max
  ) throws -> (rows: [String], report: RunReport) {
    let received = Received()
    let job = stream.write(to: CallbackSink { batch in received.add(batch) })
    let engine = try MicroBatchEngine(job.plan, sources: job.sources, sink: job.sink, store: nil, options: options)
    while try engine.step() != .finished {
      #expect(engine.report.keptBytes <= keptAtMost)
    }
    try engine.close()
    let rows = try received.batches.withLock { $0 }.flatMap { try Result.rows(of: $0) }
    return (rows.map { "\($0)" }, engine.report)
  }
}

/// What a sink was given.
private final class Received: Sendable {
  let batches = Mutex<[ColumnBatch]>([])

  func add(_ batch: ColumnBatch) { batches.withLock { $0.append(batch) } }
}
