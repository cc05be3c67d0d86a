import ArgumentParser
import Strandline
import StrandlineStorage
import Synchronization

/// `strandline-bench nexmark run`: the queries, over files of events.
struct NexmarkRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the queries over generated events, and write their results; print a JSON object for each.",
    discussion: """
      EXAMPLES:
        strandline-bench nexmark run --input .build/nexmark --output .build/nexmark/results
        strandline-bench nexmark run --input .build/nexmark --output .build/nexmark/results --only q17
      """)

  @Option(help: "The directory that holds persons, auctions and bids as NDJSON.")
  var input: String

  @Option(help: "The directory for results, which are replaced: q00.ndjson and so on.")
  var output: String

  @Option(help: "Only the query of this name.")
  var only: String?

  @Option(help: "The most rows of a partition in a batch.")
  var batchRows = 10_000

  func validate() throws {
    if batchRows < 1 { throw ValidationError("--batch-rows is at least 1") }
    if let only, !NexmarkQuery.all.contains(where: { $0.name == only }) {
      throw ValidationError("no query has the name '\(only)': \(NexmarkQuery.all.map(\.name).joined(separator: ", "))")
    }
  }

  func run() throws {
    for query in NexmarkQuery.all where only.map({ query.name == $0 }) ?? true {
      let result = "\(output)/\(query.name).ndjson"
      if try Files.exists(result) { try Files.remove(result) }
      let job = try query.job(NexmarkStreams(directory: input), try FileSink(path: result, format: .jsonLines))
      var options = EngineOptions()
      options.limits = BatchLimits(rows: query.name == "q12" ? 1000 : batchRows)
      // The clock of queries in processing time: a second later with each report, of which the first is before any batch.
      let clock = Atomic<Int64>(-1_000_000)
      if query.name == "q12" { options.wallClock = { clock.load(ordering: .relaxed) } }
      let started = SystemClock.processCPUNanos()
      let report = try job.runNow(nil, options, StopSignal(), nil) { _ in clock.add(1_000_000, ordering: .relaxed) }
      var line = JSONLine()
      line.add("query", query.name)
      line.add("about", query.about)
      line.add("rows_read", Int(report.rowsRead))
      line.add("rows_written", Int(report.rowsWritten))
      line.add("cpu_s", Double(SystemClock.processCPUNanos() - started) / 1e9)
      line.print()
    }
  }
}
