import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage

/// Memory over 100 million rows of a bounded key set, made while they are read.
enum SteadyMemory {
  static let measurements = [
    Measurement(name: "memory-100m", about: "peak memory after 10 and after 100 million generated rows") {
      try run($0)
    },
    Measurement(name: "memory-10m-keys", about: "peak memory of 10,000,000 int64 keys with a count") { try keyed($0) },
  ]

  /// Each key comes twice, in an order that jumps. The window stays open: what giving it would take is not the table's.
  private static func keyed(_ bench: Bench) throws {
    let keys = bench.rows(10_000_000)
    let engine = try MicroBatchEngine(
      WindowedCount.plan(WindowedCount.schema, window: .tumbling(.seconds(3600))),
      source: GeneratedSource(rows: 2 * keys, keys: keys), sink: CountingSink().sink, store: nil,
      options: {
        var options = EngineOptions()
        options.leavesOpen = true
        return options
      }())
    let before = SystemProcess.peakResidentBytes()
    try bench.measure("memory-10m-keys", rows: 2 * keys, bytes: nil) {
      while try engine.step() != .finished {}
      let peak = SystemProcess.peakResidentBytes()
      var line = JSONLine()
      line.add("keys", engine.report.groups)
      line.add("peak_bytes", peak)
      line.add("bytes_per_key", Double(peak - before) / Double(keys))
      return line
    }
    let groups = engine.report.groups
    try engine.close()
    guard groups == keys else { throw BenchError("\(groups) keys are counted of \(keys)") }
  }

  private static func run(_ bench: Bench) throws {
    let rows = bench.rows(100_000_000)
    let sink = CountingSink()
    let path = bench.path("memory-store")
    let engine = try MicroBatchEngine(
      WindowedCount.plan(WindowedCount.schema), source: GeneratedSource(rows: rows, keys: nil), sink: sink.sink,
      store: try PosixDirectory.open(path: path, create: true))
    var early = 0
    try bench.measure("memory-100m", rows: rows, bytes: rows * 16) {
      while try engine.step() != .finished {
        if early == 0 && engine.report.rowsRead >= UInt64(rows / 10) { early = SystemProcess.peakResidentBytes() }
      }
      var line = JSONLine()
      line.add("batch_rows", WindowedCount.batchRows)
      line.add("commits", engine.report.batches)
      line.add("peak_bytes_at_tenth", early)
      line.add("peak_bytes", SystemProcess.peakResidentBytes())
      return line
    }
    try engine.close()
    try Files.removeStore(path)
    guard sink.sum == Int64(rows) else { throw BenchError("\(sink.sum) rows were counted of \(rows)") }
  }
}

/// Rows that are made when they are read.
private struct GeneratedSource: Source {
  let rows: Int
  /// The number of keys, which come in turn; nil for 1,000 by chance.
  let keys: Int?
  var schema: Schema { WindowedCount.schema }

  func open(columns: Schema, recovered: [PartitionRecord]) -> any SourceReader {
    Reader(GeneratedPartition(rows, keys))
  }

  private final class Reader: SourceReader {
    private var partition: GeneratedPartition?
    init(_ partition: GeneratedPartition) { self.partition = partition }
    func discover() -> [any PartitionReader] {
      defer { partition = nil }
      return partition.map { [$0] } ?? []
    }
  }
}

private final class GeneratedPartition: PartitionReader {
  let name = "generated"
  var identity: [UInt8] { [] }
  private(set) var offset: UInt64 = 0
  private let rows: Int
  private let keys: Int?

  init(_ rows: Int, _ keys: Int?) {
    self.rows = rows
    self.keys = keys
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) -> PartitionProgress {
    let count = min(WindowedCount.batchRows, rows - Int(offset))
    if count > 0 {
      var made = WindowedCount.batch(Int(offset) / WindowedCount.batchRows, keys: 1000, rows: WindowedCount.batchRows)
      if count < WindowedCount.batchRows {
        made = ColumnBatch(made.schema, columns: made.columns.map { $0.gathered(Array(0..<Int32(count))) })
      }
      if let keys {
        // Scattered over 40 bits, as identifiers are: the number of a row says its key.
        let first = Int(offset)
        made.columns[1] = Column(.int64, words: (first..<first + count).map { KeyedStore.key($0 % keys) })
      }
      batch = made
    }
    offset += UInt64(count)
    return Int(offset) == rows ? .finished : .more
  }
}
