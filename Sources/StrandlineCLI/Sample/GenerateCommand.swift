import ArgumentParser
import Strandline
import StrandlineStorage

/// `strandline generate`: the sample data.
struct GenerateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Make a sample of page views: JSON lines with some disorder, the same for the same seed.",
    discussion: """
      Every row has the members at, page, user, status and bytes.

      Examples:
        strandline generate --rows 1000000 --output views.ndjson
        strandline generate --rows 5000 --disorder 30s \\
          | strandline count --input - --time at --key page --window 1m
      """)

  @Option(help: "How many rows.")
  var rows = 1_000_000

  @Option(help: "What the random draws begin with.")
  var seed: UInt64 = 1

  @Option(help: "The time of the first row, ISO 8601.")
  var start = "2026-01-01T00:00:00Z"

  @Option(help: "The time from row to row, with its unit: us, ms, s, m, h or d.")
  var step = DurationArgument(millis: 1)

  @Option(help: "How much older than its turn a row may be, such as 10s.")
  var disorder = DurationArgument(seconds: 10)

  @Option(help: "How many pages there are.")
  var pages = 1000

  @Option(help: ArgumentHelp("Where to write; standard output unless given.", valueName: "file"))
  var output: String?

  @Flag(help: "Print a JSON object about what was made, on standard error.")
  var json = false

  func validate() throws {
    if rows < 0 || pages < 1 || disorder.micros < 0 {
      throw ValidationError("--rows and --disorder are not negative, and there is at least one page.")
    }
    if Timestamp(iso8601: start) == nil { throw ValidationError("--start is a time such as 2026-01-01T00:00:00Z.") }
  }

  func run() async throws {
    try await Failure.reporting(json: json) {
      var shape = PageViews.Shape()
      shape.rows = rows
      shape.seed = seed
      shape.start = Timestamp(iso8601: start)?.microseconds ?? shape.start
      shape.step = step.micros
      shape.disorder = disorder.micros
      shape.pages = pages
      let bytes = try Self.write(shape, to: output)
      if json { Console.note((["rows": .int(rows), "bytes": .int(bytes)] as JSONValue).description) }
    }
  }

  /// Writes the rows to a file, or to standard output; the number of bytes.
  @discardableResult
  static func write(_ shape: PageViews.Shape, to path: String?) throws(StorageError) -> Int {
    var views = PageViews(shape)
    var bytes: [UInt8] = []
    let file = try path.map { (path) throws(StorageError) in try TextFile(path: path) }
    var written = 0
    var hasMore = true
    while hasMore {
      bytes.removeAll(keepingCapacity: true)
      hasMore = views.append(8192, to: &bytes)
      if let file {
        try file.append(bytes)
      } else {
        // Unsafe: what a byte is made of is itself, so all of it is initialised.
        try StandardOutput.write(unsafe bytes.span.bytes)
      }
      written += bytes.count
    }
    try file?.close()
    return written
  }
}
