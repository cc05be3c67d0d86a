import Strandline
import StrandlineColumns
import StrandlineStorage
import Testing

@Suite("A run of one batch")
struct OneBatchTests {
  @Record struct Total: Hashable {
    var key: Int64?
    var window: TimeWindow
    var count: Int64
  }

  @Record struct First: Hashable {
    var key: Int64?
    var rank: Int64
    var number: Int64
  }

  /// Rows in partitions and reads, of one seed, and how they are computed.
  private struct Case {
    var partitions: [[[Item]]]
    var options = EngineOptions()

    init(_ seed: Int) {
      var random = SeededRandom(seed: UInt64(seed))
      partitions = OrderedRowTests.partitions(&random, rows: 120)
      options.workers = 1 + seed % 3
      options.rowsPerMorsel = 1 + seed % 11
      // A read takes a batch of the source, of one partition or of several.
      options.rowsPerBatch = 1 + seed * 20
    }

    var rows: [Item] { partitions.flatMap { $0.flatMap { $0 } } }

    var stream: Stream<Item> { Stream(Item.self, source: OrderedRowTests.source(partitions)) }

    /// With no row late.
    var timed: Stream<Item> { stream.eventTime(\.at, delay: .seconds(100_000)) }
  }

  @Test("orders all rows, of several reads too, and keeps the first of all of them", arguments: 0..<20)
  func order(_ seed: Int) async throws {
    let one = Case(seed)
    let rows = one.rows
    let limit = seed % 2 == 0 ? nil : 1 + seed
    // By partition and place where numbers are equal: a stable sort.
    let order = rows.indices.sorted { (rows[$0].number, $0) < (rows[$1].number, $1) }.prefix(limit ?? .max)
    let stream = one.stream.ordered(by: { [.ascending($0.number)] }, limit: limit)
    #expect(try await stream.collect(options: one.options) == order.map { rows[$0] }, "seed \(seed)")
    // A negative control: batch by batch that is another order.
    let run = try CrashingRun(stream, crash: { _ in false }) { $0.rowsPerBatch = 1 }
    if limit == nil && seed == 2 { #expect(run.rows != order.map { rows[$0] }) }
  }

  @Test("orders what windows give, and windows over what is ordered take all of it", arguments: 0..<10)
  func windows(_ seed: Int) async throws {
    let one = Case(seed)
    let totals = { (stream: Stream<Item>) in
      stream.grouped(by: { $0.key }, in: .tumbling(.seconds(50))).aggregate(Total.self) {
        .init(key: $0.key, window: $0.window, count: .count)
      }
    }
    var counts: [String: Int64] = [:]
    for row in one.rows { counts["\(row.second / 50) \(row.key ?? 0)", default: 0] += 1 }
    let behind = try await totals(one.timed).ordered(by: { [.descending($0.count), .ascending($0.key)] })
      .collect(options: one.options)
    #expect(behind.map(\.count) == counts.values.sorted(by: >), "seed \(seed)")
    let front = try await totals(one.timed.ordered(by: { [.descending($0.number)] })).collect(options: one.options)
    #expect(Set(front) == Set(behind) && front.count == behind.count, "seed \(seed)")
    #expect(front == front.sorted { ($0.window.start, $0.key ?? 0) < ($1.window.start, $1.key ?? 0) })
  }

  @Test("writes what changes once, as it is in the end", arguments: 0..<10)
  func changes(_ seed: Int) async throws {
    let one = Case(seed)
    let top = one.timed.keyed(by: { $0.key }).top(3, by: { [.descending($0.number)] })
      .select(First.self) { .init(key: $0.row.key, rank: $0.rank, number: $0.row.number) }
    var expected: [First] = []
    for key in Set(one.rows.map(\.key)).sorted(by: { ($0 ?? 0) < ($1 ?? 0) }) {
      let numbers = one.rows.filter { $0.key == key }.map(\.number).sorted(by: >).prefix(3)
      expected += numbers.enumerated().map { First(key: key, rank: Int64($0) + 1, number: $1) }
    }
    #expect(try await top.collect(options: one.options) == expected, "seed \(seed)")
    let counted = one.timed.grouped(by: { $0.key }, in: .tumbling(.seconds(50))).aggregate(Total.self) {
      .init(key: $0.key, window: $0.window, count: .count)
    }
    let final = try await counted.collect(options: one.options)
    #expect(try await counted.emit(.changes).collect(options: one.options) == final, "seed \(seed)")
    #expect(try await counted.emit(.all).collect(options: one.options) == final, "seed \(seed)")
  }

  @Test("is what a job may be run as, too")
  func job() async throws {
    let one = Case(5)
    let output = MemoryDirectory()
    let job = one.stream.ordered(by: { [.ascending($0.number)] })
      .write(to: FileSink(output, name: "out.ndjson", format: .jsonLines))
    let report = try await job.runAsOneBatch(options: one.options)
    #expect(report.isFinished && report.rowsWritten == UInt64(one.rows.count))
    let file = try output.open("out.ndjson", .readOnly)
    let lines = String(decoding: try file.read(at: 0, count: try file.size()), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == one.rows.count)
  }

  @Test("has no store to go on from, and needs an input that ends")
  func refused() async throws {
    var options = EngineOptions()
    options.isOneBatch = true
    let job = Case(1).stream.write(to: CallbackSink { _ in })
    let error = #expect(throws: StreamError.self) {
      try MicroBatchEngine(job.plan, sources: job.sources, sink: job.sink, store: MemoryDirectory(), options: options)
    }
    #expect(error?.code == .plan && error?.message.contains("without a checkpoint") == true)
    let following = Stream(Item.self, source: OrderedRowTests.source([]), follows: true).write(
      to: CallbackSink { _ in })
    await #expect(throws: StreamError.self) { try await following.runAsOneBatch() }
  }

  @Test("is refused where rows that wait for the end would be late behind a union by the largest watermark")
  func largestWatermark() async throws {
    func totals(_ stream: Stream<Item>, _ emission: Emission) -> Stream<Total> {
      stream.grouped(by: { $0.key }, in: .tumbling(.seconds(10)))
        .aggregate(Total.self) { .init(key: $0.key, window: $0.window, count: .count) }.emit(emission)
    }
    let timed = Case(3).timed
    let united = totals(timed, .changes).united(with: totals(timed, .final), watermark: .maximum)
    await #expect(throws: StreamError.self) { try await united.collect() }
    let smallest = totals(timed, .changes).united(with: totals(timed, .final))
    #expect(try await !smallest.collect().isEmpty)
    let final = totals(timed, .final).united(with: totals(timed, .final), watermark: .maximum)
    #expect(try await !final.collect().isEmpty)
  }
}
