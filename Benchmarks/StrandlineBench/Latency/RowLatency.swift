import Measuring
import Strandline
import StrandlineStorage

/// From the moment at which a row is due until the batch that counts it is committed and what it changed is in the output file.
enum RowLatency {
  static let measurements = [
    Measurement(
      name: "latency-50k",
      about: "due to published and committed, 50,000 rows a second, against raw write and fdatasync"
    ) { try run($0, "latency-50k", perSecond: 50_000, seconds: 20) },
    Measurement(
      name: "latency-500k", about: "the same at 500,000 rows a second"
    ) { try run($0, "latency-500k", perSecond: 500_000, seconds: 10) },
  ]

  private static func run(_ bench: Bench, _ name: String, perSecond: Int, seconds: Int) throws {
    let rows = bench.rows(perSecond * seconds)
    let path = bench.path(name)
    let output = "\(path).ndjson"
    let raw = try RawLog(try PosixDirectory.open(path: path + "-raw", create: true))
    let schedule = RowSchedule(rows: rows, perSecond: perSecond)
    let job = Stream(TimedKey.self, source: ScheduledSource(schedule: schedule), follows: true)
      .eventTime(\.at, delay: .zero)
      .grouped(by: { $0.key }, in: .tumbling(.seconds(10)))
      .aggregate(KeyCount.self) { .init(key: $0.key, window: $0.window, count: .count) }
      .emit(.changes)
      .write(to: ScheduledSink(inner: try FileSink(path: output, format: .jsonLines), schedule: schedule))
    var options = EngineOptions()
    // Whoever wants rows soon looks for them often.
    options.pollNanos = 100_000
    let stop = StopSignal()
    let cpu = SystemClock.processCPUNanos()
    let report = try job.runNow(path, options, stop, nil) { report in
      if report.rowsRead == UInt64(rows) { stop.stop() }
    }
    let cpuNanos = SystemClock.processCPUNanos() - cpu
    let bytes = report.logBytesWritten / report.batches
    var raws = Histogram()
    for _ in 0..<500 {
      let started = SystemClock.monotonicNanos()
      try raw.write(bytes)
      raws.record(SystemClock.monotonicNanos() - started)
    }
    let waits = schedule.waits
    var line = JSONLine()
    line.add("name", name)
    line.add("rows", rows)
    line.add("rows_per_s", perSecond)
    line.add("cpu_s", Double(cpuNanos) / 1e9)
    line.add("commits", report.batches)
    line.add("record_bytes", bytes)
    for (label, fraction) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1)] {
      line.add("latency_ms_\(label)", Double(waits.value(at: fraction)) / 1e6)
    }
    for (label, fraction) in [("p50", 0.5), ("p99", 0.99)] {
      line.add("raw_sync_ms_\(label)", Double(raws.value(at: fraction)) / 1e6)
    }
    try Files.remove(output)
    try Files.removeStore(path)
    try Files.removeStore(path + "-raw")
    guard waits.count == rows else { throw BenchError("\(name): \(waits.count) rows were published of \(rows)") }
    line.print()
  }
}
