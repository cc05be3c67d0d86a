import ArgumentParser
import StrandlineStorage

/// `strandline-bench count`: one counting query, in a process of its own.
struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Run one counting query over an input, write its result, and print its figures as a JSON object.",
    discussion: """
      EXAMPLES:
        strandline-bench count ysb-memory --rows 60000000 --store .build/store --result counts.csv
        strandline-bench count ysb-ndjson --rows 1000000 --input ysb.ndjson --campaigns campaigns.csv --result counts.csv
      """)

  @Argument(help: "ysb-memory, ysb-ndjson or csv.")
  var work: CountingWork

  @Option(help: "The rows; of a file, those that it has.")
  var rows: Int

  @Option(help: "The file of rows.")
  var input = ""

  @Option(help: "The table of campaigns, as CSV.")
  var campaigns = ""

  @Option(help: "The directory of a store, which is removed again; without it there are no commits.")
  var store: String?

  @Option(help: "The most rows of a batch.")
  var batchRows = YahooMeasurements.batchRows

  @Option(help: "The threads that compute.")
  var workers = 1

  @Option(help: "The file that takes the result: key, start of the window in ms, count; sorted.")
  var result: String

  @Flag(help: "Compare the result with what the input says.")
  var check = false

  func validate() throws {
    if rows < 1 || batchRows < 1 || workers < 1 {
      throw ValidationError("--rows, --batch-rows and --workers are at least 1")
    }
  }

  func run() throws {
    let run = try work.run(
      rows: rows, CountingWork.Input(file: input, campaigns: campaigns), batchRows: batchRows, store: store,
      workers: workers, checked: check)
    let file = try BytesFile(result)
    try file.append(Array(run.counts.lines.joined(separator: "\n").utf8) + [10])
    try file.close()
    run.line(work.rawValue).print()
  }
}
