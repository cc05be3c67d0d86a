import Strandline
import StrandlineColumns
import StrandlineStorage
import Synchronization

/// The queries of the Nexmark benchmark over events in memory, by one worker and by two.
///
/// What a query gives is compared with DuckDB elsewhere (`make oracle`); here the results of one worker and of two must be the same
/// rows in the same order.
enum NexmarkMeasurements {
  static let measurements = NexmarkQuery.all.map { query in
    Measurement(name: "nexmark-\(query.name)", about: "Nexmark in memory: \(query.about); one worker, and two") {
      try run($0, query)
    }
  }

  /// Events of all kinds in a batch.
  private static let batchEvents = 131_072

  private static func run(_ bench: Bench, _ query: NexmarkQuery) throws {
    let rows = try NexmarkRows(bench.rows(1_000_000), perBatch: batchEvents)
    var results: [Int] = []
    var walls: [Double] = []
    for workers in 1...2 {
      let result = ResultRows()
      let job = try query.job(NexmarkStreams(rows), result.sink)
      var options = EngineOptions()
      options.workers = workers
      options.limits = BatchLimits(rows: batchEvents, bytes: 1 << 30)
      // The clock of the query in processing time: a second later with each batch.
      let clock = Atomic<Int64>(0)
      options.wallClock = { clock.load(ordering: .relaxed) }
      let (wall, cpu) = (SystemClock.monotonicNanos(), SystemClock.processCPUNanos())
      let report = try job.runNow(nil, options, StopSignal(), nil) { _ in clock.add(1_000_000, ordering: .relaxed) }
      let cpuSeconds = Double(SystemClock.processCPUNanos() - cpu) / 1e9
      walls.append(Double(SystemClock.monotonicNanos() - wall) / 1e9)
      var line = JSONLine()
      line.add("name", "nexmark-\(query.name)")
      line.add("workers", workers)
      line.add("rows", Int(report.rowsRead))
      line.add("rows_written", Int(report.rowsWritten))
      line.add("wall_s", walls[workers - 1])
      line.add("cpu_s", cpuSeconds)
      line.add("rows_per_cpu_s", Double(report.rowsRead) / cpuSeconds)
      if workers == 2 { line.add("speedup", walls[0] / walls[1]) }
      line.print()
      results.append(result.hash)
    }
    guard results[0] == results[1] else {
      throw BenchError("\(query.name): one worker and two give different rows, or in another order")
    }
  }
}

/// The rows of a result, to be compared when the clock has stopped.
private final class ResultRows: Sendable {
  private let batches = Mutex<[ColumnBatch]>([])

  var sink: CallbackSink {
    CallbackSink { [self] batch in batches.withLock { $0.append(batch) } }
  }

  /// A hash of all rows in their order, and of the batches that they came in.
  var hash: Int {
    var hasher = Hasher()
    for batch in batches.withLock({ $0 }) {
      for column in batch.columns {
        for row in 0..<batch.count {
          hasher.combine(column.isNull(row))
          if column.isNull(row) { continue }
          if column.type == .string { hasher.combine(column.text(row)) } else { hasher.combine(column.words[row]) }
        }
      }
    }
    return hasher.finalize()
  }
}
