import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineStorage

/// Counts per key in tumbling windows of 10 s, or in sliding ones of 60 panes, from batches in memory, on one thread and without a store.
enum WindowedCount {
  static let measurements = [
    Measurement(name: "count-int64-1k", about: "count of 1,000 int64 keys per 10 s, in memory, no store") {
      try run($0, "count-int64-1k", keys: 1000, rows: 100_000_000)
    },
    Measurement(name: "count-int64-1m", about: "count of 1,000,000 int64 keys per 10 s, in memory, no store") {
      try run($0, "count-int64-1m", keys: 1_000_000, rows: 20_000_000)
    },
    Measurement(name: "count-sliding-60", about: "count of 1,000 int64 keys per 60 s, every 1 s, in memory, no store") {
      try run(
        $0, "count-sliding-60", keys: 1000, rows: 100_000_000, window: .sliding(.seconds(60), every: .seconds(1)),
        overlap: 60)
    },
  ]

  static let batchRows = 65_536

  static func plan(
    _ schema: Schema, window: Window = .tumbling(size: 10_000_000, offset: 0)
  ) -> StreamPlan {
    var plan = StreamPlan(rows: schema)
    plan.eventTime = EventTimePlan(column: "at", delay: 0)
    plan.keys = [.column("key")]
    plan.window = window
    plan.outputs = [
      OutputColumn("key", .key(0)), OutputColumn("window", .window),
      OutputColumn("count", .aggregate(AggregateCall(.count))),
    ]
    return plan
  }

  static let schema = Schema([Field("at", .timestamp), Field("key", .int64)])

  /// 10 million rows of event time per window: 1,000 rows a millisecond.
  static func batch(_ index: Int, keys: Int, rows: Int) -> ColumnBatch {
    var times: [Int64] = []
    var values: [Int64] = []
    times.reserveCapacity(rows)
    values.reserveCapacity(rows)
    var state = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    for row in 0..<rows {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      times.append(Int64(index * rows + row))
      values.append(Int64((state >> 33) % UInt64(keys)))
    }
    return ColumnBatch(schema, columns: [Column(.timestamp, words: times), Column(.int64, words: values)])
  }

  /// - Parameter overlap: the number of windows that each row is in.
  private static func run(
    _ bench: Bench, _ name: String, keys: Int, rows: Int, window: Window = .tumbling(size: 10_000_000, offset: 0),
    overlap: Int = 1
  ) throws {
    // The batches are made before the clock starts; a few of them in turn, with times that go on, would not be the same
    // work, so all are made.
    let count = bench.rows(rows) / batchRows + 1
    let batches = (0..<count).map { batch($0, keys: keys, rows: batchRows) }
    let total = count * batchRows
    let sink = CountingSink()
    let engine = try MicroBatchEngine(
      plan(schema, window: window), source: BatchSource(schema, partitions: [batches]), sink: sink.sink, store: nil)
    try bench.measure(name, rows: total, bytes: total * 16) {
      while try engine.step() != .finished {}
      var line = JSONLine()
      line.add("batch_rows", batchRows)
      line.add("commits", engine.report.batches)
      line.add("keys", keys)
      return line
    }
    try engine.close()
    guard sink.sum == Int64(total * overlap) else {
      throw BenchError("\(name): \(sink.sum) rows were counted of \(total) in \(overlap) windows")
    }
  }
}

/// A result that is not what it must be: a figure of it would be worth nothing.
struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
