import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage
import Synchronization

/// The batch that closes a window of a million keys, against writing its rows: what the others wait for.
enum WindowClosing {
  static let measurements = [
    Measurement(
      name: "close-1m", about: "the batch that closes a window of 1,000,000 keys, and what of it is writing rows"
    ) {
      try run($0, keys: 1_000_000)
    }
  ]

  private static func run(_ bench: Bench, keys wanted: Int) throws {
    let keys = bench.rows(wanted)
    // Every key once, in an order that no table has; then a row that closes the window.
    let size = WindowedCount.batchRows
    var batches = stride(from: 0, to: keys, by: size).map { start in
      let rows = start..<min(start + size, keys)
      return batch(rows.map { Int64(truncatingIfNeeded: $0 &* 7_919 % keys) }, at: 1)
    }
    batches.append(batch([0], at: 20_000_000))
    let path = bench.path("closed.ndjson")
    let timed = TimedSink(try FileSink(path: path, format: .jsonLines))
    let engine = try MicroBatchEngine(
      WindowedCount.plan(WindowedCount.schema), source: BatchSource(WindowedCount.schema, partitions: [batches]),
      sink: timed, store: nil)
    var steps: [UInt64] = []
    try bench.measure("close-1m", rows: keys, bytes: nil) {
      while true {
        let started = SystemClock.monotonicNanos()
        if try engine.step() == .finished { break }
        steps.append(SystemClock.monotonicNanos() - started)
        if engine.report.rowsWritten > 0 { break }
      }
      let closing = Double(steps.last ?? 0) / 1e6
      let writing = Double(timed.nanos) / 1e6
      var line = JSONLine()
      line.add("closing_batch_ms", closing)
      line.add("writing_rows_ms", writing)
      line.add("closing_without_writing_ms", closing - writing)
      line.add("median_other_batch_ms", Double(steps.dropLast().sorted()[(steps.count - 1) / 2]) / 1e6)
      return line
    }
    // With its last row the input ends, and that row's window closes too.
    guard engine.report.rowsWritten == UInt64(keys + 1) else {
      throw BenchError("close-1m: \(engine.report.rowsWritten) rows were written of \(keys + 1)")
    }
    try engine.close()
    try Files.remove(path)
  }

  private static func batch(_ keys: [Int64], at time: Int64) -> ColumnBatch {
    ColumnBatch(
      WindowedCount.schema,
      columns: [Column(.timestamp, words: Array(repeating: time, count: keys.count)), Column(.int64, words: keys)])
  }
}

/// A sink that says how long it takes to stage and publish.
private final class TimedSink: Sink {
  private let sink: any Sink
  private let spent = Atomic<UInt64>(0)

  init(_ sink: any Sink) { self.sink = sink }

  var nanos: UInt64 { spent.load(ordering: .relaxed) }
  var guarantee: DeliveryGuarantee { sink.guarantee }
  var description: String { sink.description }

  func checkUnused() throws(StreamError) { try sink.checkUnused() }
  func publishedThrough() throws(StreamError) -> BatchID? { try sink.publishedThrough() }
  func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter { Writer(try sink.open(opening), self) }

  private final class Writer: SinkWriter {
    private let writer: any SinkWriter
    private let timed: TimedSink

    init(_ writer: any SinkWriter, _ timed: TimedSink) {
      self.writer = writer
      self.timed = timed
    }

    var position: [UInt8] { writer.position }

    func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8] {
      let started = SystemClock.monotonicNanos()
      defer { timed.spent.add(SystemClock.monotonicNanos() - started, ordering: .relaxed) }
      return try writer.stage(batch, rows)
    }

    func publish(_ batch: BatchID, _ receipt: [UInt8]) throws(StreamError) {
      let started = SystemClock.monotonicNanos()
      defer { timed.spent.add(SystemClock.monotonicNanos() - started, ordering: .relaxed) }
      try writer.publish(batch, receipt)
    }

    func close() throws(StreamError) { try writer.close() }
  }
}
