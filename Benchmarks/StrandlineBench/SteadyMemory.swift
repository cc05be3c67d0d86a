import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage

/// Memory over 100 million rows of a bounded key set, made while they are read.
enum SteadyMemory {
  static let measurements = [
    Measurement(name: "memory-100m", about: "peak memory after 10 and after 100 million generated rows") { try run($0) }
  ]

  private static func run(_ bench: Bench) throws {
    let rows = bench.rows(100_000_000)
    let sink = CountingSink()
    let path = bench.path("memory-store")
    let engine = try MicroBatchEngine(
      WindowedCount.plan(WindowedCount.schema), source: GeneratedSource(rows: rows), sink: sink.sink,
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
  var schema: Schema { WindowedCount.schema }

  func open(columns: Schema, recovered: [PartitionRecord]) -> any SourceReader {
    Reader(GeneratedPartition(rows))
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

  init(_ rows: Int) { self.rows = rows }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) -> PartitionProgress {
    let count = min(WindowedCount.batchRows, rows - Int(offset))
    if count > 0 {
      var made = WindowedCount.batch(Int(offset) / WindowedCount.batchRows, keys: 1000, rows: WindowedCount.batchRows)
      if count < WindowedCount.batchRows {
        made = ColumnBatch(made.schema, columns: made.columns.map { $0.gathered(Array(0..<Int32(count))) })
      }
      batch = made
    }
    offset += UInt64(count)
    return Int(offset) == rows ? .finished : .more
  }
}
