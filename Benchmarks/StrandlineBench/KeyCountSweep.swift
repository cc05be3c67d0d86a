import Strandline
import StrandlineColumns
import StrandlineState

/// Counts per key in one window, of keys that come uniformly by chance: the table is built, and grows, while the clock runs.
enum KeyCountSweep {
  static let measurements = [
    ("keys-100", 100), ("keys-1k", 1000), ("keys-10k", 10_000), ("keys-100k", 100_000), ("keys-1m", 1_000_000),
    ("keys-10m", 10_000_000),
  ].map { name, keys in
    Measurement(name: name, about: "count of \(keys) uniform int64 keys in one window, in memory, no store") {
      try run($0, name, keys: keys)
    }
  }

  private static func run(_ bench: Bench, _ name: String, keys: Int) throws {
    let batchRows = WindowedCount.batchRows
    let count = max(2, bench.rows(40_000_000) / batchRows)
    let batches = (0..<count).map { batch($0, keys: keys, rows: batchRows) }
    let sink = CountingSink()
    // The window is longer than all rows.
    let engine = try MicroBatchEngine(
      WindowedCount.plan(WindowedCount.schema, window: .tumbling(.seconds(3600))),
      source: BatchSource(WindowedCount.schema, partitions: [batches]), sink: sink.sink, store: nil)
    // The last batch closes the window and gives all rows: a figure of its own.
    let counted = (count - 1) * batchRows
    var groups = 0
    try bench.measure(name, rows: counted, bytes: counted * 16) {
      for _ in 1..<count { _ = try engine.step() }
      groups = engine.report.groups
      var line = JSONLine()
      line.add("keys", keys)
      line.add("groups", groups)
      line.add("batch_rows", batchRows)
      return line
    }
    try bench.measure("\(name)-close", rows: groups, bytes: nil) {
      while try engine.step() != .finished {}
      return JSONLine()
    }
    try engine.close()
    guard sink.sum == Int64(count * batchRows) else {
      throw BenchError("\(name): \(sink.sum) rows were counted of \(count * batchRows)")
    }
  }

  private static func batch(_ index: Int, keys: Int, rows: Int) -> ColumnBatch {
    var batch = WindowedCount.batch(index, keys: keys, rows: rows)
    batch.columns[1] = Column(.int64, words: batch.columns[1].words.map { KeyedStore.key(Int($0)) })
    return batch
  }
}
