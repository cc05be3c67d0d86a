import ArgumentParser
import Strandline
import StrandlineColumns
import StrandlineStorage
import Synchronization

/// A counting query that other engines do, too, with its input and a check of its result.
enum CountingWork: String, CaseIterable, ExpressibleByArgument {
  case memory = "ysb-memory"
  case lines = "ysb-ndjson"
  case csv

  /// What it is, in a line.
  var about: String {
    switch self {
    case .memory:
      "YSB in memory: rows of fixed width made before the clock; views, ad to campaign, count per 10 s"
    case .lines: "YSB from NDJSON of 7 texts: views, ad to campaign, count per 10 s"
    case .csv: "CSV of a time and one of 1,000 keys: count per key and 10 s"
    }
  }

  /// Where its input is.
  struct Input {
    /// The file; not used for rows in memory.
    var file: String
    /// The table of campaigns as CSV; used for YSB lines alone.
    var campaigns: String
  }

  /// Runs it in batches of `batchRows` rows and checks the result against what the input says.
  ///
  /// - Parameters:
  ///   - store: the directory of a store that is made and removed again; nil for none.
  ///   - workers: the threads that compute.
  ///   - checked: whether to compare the result with what it must be.
  /// - Returns: the result and its figures. The clock runs from the opening of the store and the input to the end of the run.
  func run(
    rows: Int, _ input: Input, batchRows: Int, store: String?, workers: Int = 1, checked: Bool
  ) throws -> CountingRun {
    let result = WindowCountsResult()
    let sink = result.sink
    let batches = self == .memory ? YahooRows.batches(rows, batchRows: batchRows) : []
    var options = EngineOptions()
    options.limits = BatchLimits(rows: batchRows, bytes: 1 << 30)
    options.rowsPerBatch = batchRows
    options.workers = workers
    let job =
      switch self {
      case .memory: YahooRows.job(BatchSource(AdEvent.schema, partitions: [batches]), sink)
      case .lines: YahooLines.job(input.file, campaigns: input.campaigns, sink)
      case .csv: TimedKeys.job(input.file, sink)
      }
    let wall = SystemClock.monotonicNanos()
    let cpu = SystemClock.processCPUNanos()
    let report = try job.runNow(store, options, StopSignal(), nil, nil)
    let run = CountingRun(
      rows: Int(report.rowsRead), cpuNanos: SystemClock.processCPUNanos() - cpu,
      wallNanos: SystemClock.monotonicNanos() - wall, batches: report.batches,
      commits: store == nil ? 0 : report.batches, workers: workers, counts: result.counts)
    if let store { try Files.removeStore(store) }
    guard run.rows == rows else { throw BenchError("\(rawValue): \(run.rows) rows were read of \(rows)") }
    if checked {
      let expected = self == .memory ? YahooRows.expected(batches) : try expected(input.file)
      guard run.counts == expected else {
        throw BenchError("\(rawValue): \(run.counts.total) rows were counted of \(expected.total), or under other keys")
      }
    }
    return run
  }

  /// Writes its input of that many rows; nothing for rows in memory.
  func write(rows: Int, to file: String) throws {
    guard self != .memory else { return }
    let output = try BytesFile(file)
    for start in stride(from: 0, to: rows, by: 1 << 17) {
      let range = start..<min(rows, start + 1 << 17)
      try output.append(self == .csv ? TimedKeys.lines(range) : YahooLines.lines(range))
    }
    try output.close()
  }

  /// What the result must be, from the file alone.
  private func expected(_ file: String) throws -> WindowCounts {
    var counts = WindowCounts()
    let input = try InputFile(path: file)
    var bytes: [UInt8] = []
    var position = 0
    while try input.read(at: position, into: &bytes, count: 1 << 24) > 0 {
      // An unfinished line is read again with what follows it.
      guard let end = bytes.lastIndex(of: 10) else { break }
      let whole = Array(bytes[...end])
      if self == .csv { TimedKeys.addExpected(whole, to: &counts) } else { YahooLines.addExpected(whole, to: &counts) }
      position += whole.count
      bytes.removeAll(keepingCapacity: true)
    }
    try input.close()
    return counts
  }
}

/// What a run of it came to.
struct CountingRun {
  var rows: Int
  var cpuNanos: UInt64
  var wallNanos: UInt64
  var batches: Int
  var commits: Int
  var workers: Int
  var counts: WindowCounts

  /// Its figures, as measurements print them.
  func line(_ name: String) -> JSONLine {
    var line = JSONLine()
    let (cpu, wall) = (Double(cpuNanos) / 1e9, Double(wallNanos) / 1e9)
    line.add("name", name)
    line.add("workers", workers)
    line.add("rows", rows)
    line.add("wall_s", wall)
    line.add("cpu_s", cpu)
    line.add("rows_per_cpu_s", Double(rows) / cpu)
    line.add("batch_rows", rows / max(1, batches))
    line.add("commits", commits)
    line.add("commits_per_s", Double(commits) / wall)
    return line
  }
}
