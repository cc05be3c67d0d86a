import Strandline
import StrandlineColumns
import StrandlineStorage
import Synchronization

/// Rows put in order, and keys counted, over a bounded input that is one batch: in memory, and within a memory limit.
enum BoundedWork {
  static let measurements = [
    Measurement(name: "order-1m", about: "1,000,000 rows in the order of an int64, one batch, one worker") {
      try order($0, "order-1m", rows: 1_000_000, workers: 1)
    },
    Measurement(name: "order-10m-w2", about: "10,000,000 rows in the order of an int64, one batch, two workers") {
      try order($0, "order-10m-w2", rows: 10_000_000, workers: 2)
    },
    Measurement(
      name: "order-10m-64mb", about: "10,000,000 rows in the order of an int64, operators keep at most 64 MB"
    ) {
      try order($0, "order-10m-64mb", rows: 10_000_000, workers: 1, limit: 64_000_000)
    },
    Measurement(
      name: "count-16m-64mb", about: "20,000,000 rows of 16,000,000 keys counted, operators keep at most 64 MB"
    ) {
      try count($0, "count-16m-64mb", rows: 20_000_000, keys: 16_000_000, limit: 64_000_000)
    },
  ]

  private static func options(workers: Int, limit: Int?) -> EngineOptions {
    var options = EngineOptions()
    options.isOneBatch = true
    options.workers = workers
    options.memoryLimit = limit
    return options
  }

  private static func order(_ bench: Bench, _ name: String, rows wanted: Int, workers: Int, limit: Int? = nil) throws {
    let rows = bench.rows(wanted)
    var plan = StreamPlan(rows: WindowedCount.schema)
    plan.operation = .sort([Ordering(.column("key"), isDescending: false)], limit: nil)
    let check = OrderCheck()
    try run(bench, name, plan, rows: rows, keys: .max, options(workers: workers, limit: limit), check)
    guard check.isInOrder, check.rows == rows else { throw BenchError("\(name): \(check.rows) rows, or not in order") }
  }

  private static func count(_ bench: Bench, _ name: String, rows wanted: Int, keys: Int, limit: Int) throws {
    let rows = bench.rows(wanted)
    let check = OrderCheck()
    try run(
      bench, name, WindowedCount.plan(WindowedCount.schema, window: .tumbling(.days(36_500))), rows: rows, keys: keys,
      options(workers: 1, limit: limit), check)
    guard check.sum == rows else { throw BenchError("\(name): \(check.sum) rows were counted of \(rows)") }
  }

  private static func run(
    _ bench: Bench, _ name: String, _ plan: StreamPlan, rows: Int, keys: Int, _ options: EngineOptions,
    _ check: OrderCheck
  ) throws {
    let engine = try MicroBatchEngine(
      plan, source: MadeRows(rows: rows, keys: keys), sink: check.sink, store: nil, options: options)
    try bench.measure(name, rows: rows, bytes: nil) {
      while try engine.step() != .finished {}
      var line = JSONLine()
      line.add("rows_written", Int(engine.report.rowsWritten))
      line.add("spilled_bytes", Int(engine.report.spilledBytes))
      line.add("peak_rss_bytes", SystemProcess.peakResidentBytes())
      return line
    }
    try engine.close()
  }
}
