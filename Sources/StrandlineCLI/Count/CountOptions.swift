import ArgumentParser
import Strandline
import StrandlineColumns
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// What is read.
struct InputOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Files or patterns such as 'logs/*.ndjson', or - for standard input.",
      discussion: "Each file is a partition, read in its own order, gzip and zstd too. May be given several times.",
      valueName: "path"))
  var input: [String]

  @Flag(help: "The files are one rotated series, read by modification time, then name, as one partition.")
  var series = false

  @Option(help: "How the text is cut into rows; by the extension unless given.")
  var format: FormatArgument?

  @Option(
    help: ArgumentHelp("The columns of CSV files without a header line: a,b,c.", valueName: "names"))
  var columns: String?

  @Flag(help: "Go on reading as files grow and new ones come, until Ctrl-C or SIGTERM.")
  var follow = false

  @Option(help: "How long to wait before looking for more input, such as 50ms.")
  var poll = DurationArgument(millis: 50)

  func validate() throws {
    if input.isEmpty { throw ValidationError("Name an input: --input FILE, a pattern, or -") }
    if input.contains("-") && input.count > 1 {
      throw ValidationError("Standard input can't be read together with files.")
    }
    if input.contains("-") && (series || follow) {
      throw ValidationError("Standard input is read to its end, and is no series: leave out --follow and --series.")
    }
  }

  /// Whether standard input is read.
  var isStandardInput: Bool { input == ["-"] }

  /// The format of the text.
  var textFormat: TextFormat {
    (format ?? input.first.flatMap(FormatArgument.init(input:)) ?? .ndjson)
      .format(columns: columns.map { $0.split(separator: ",").map(String.init) })
  }
}

/// What is computed.
struct PlanOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The column of the event time: ISO 8601, or a number with --time-unit.", valueName: "col"))
  var time: String

  @Option(help: "The unit of times that are numbers: s, ms or us.")
  var timeUnit: TimeUnit?

  @Option(
    help: ArgumentHelp(
      "A column to group by; may be given several times.",
      discussion: """
        Types are int64, double, bool, timestamp and string. Without one the first 1,000 rows of the first file decide; \
        of standard input nothing is known ahead, so keys are strings and what is computed from is double unless said.
        """, valueName: "col[:type]"))
  var key: [ColumnArgument] = []

  @Option(
    help: ArgumentHelp(
      "The length of a window; a number needs a unit: 500ms, 10s, 1m, 2h or 1d.",
      discussion: """
        Or civil time in --zone, across changes of the clocks: hour, day, week, month, quarter, year, or several such as \
        2weeks. Or session:30m: a window per key that ends when it has brought no row for so long; a row is late when it is \
        behind the latest one by more than --delay. Or rows:100: so many rows of a key at a time. Or global: one window over \
        everything, written at the end, early or with changes.
        """, valueName: "length"))
  var window: WindowArgument

  @Option(help: ArgumentHelp("Windows overlap: a new one begins so often, such as 1m.", valueName: "length"))
  var every: DurationArgument?

  @Option(
    help: ArgumentHelp(
      "Totals so far: windows begin together and end with each step of --window, such as 1h, or hour.",
      valueName: "length"))
  var step: WindowArgument?

  @Option(help: "The time zone of windows of civil time, such as Europe/Berlin; UTC unless said.")
  var zone: String?

  @Option(help: "How much later than at full multiples of their length (or of --every) windows begin, such as 6h.")
  var offset = DurationArgument(seconds: 0)

  @Option(help: "How far a row may be behind the latest one of its file without being late, such as 10s.")
  var delay = DurationArgument(seconds: 0)

  @Option(help: "A row farther ahead of its file than this, such as 1d, is an error row.")
  var maxJump: DurationArgument?

  @Option(help: ArgumentHelp("Add the column sum_COL; may be given several times.", valueName: "col[:type]"))
  var sum: [ColumnArgument] = []

  @Option(help: ArgumentHelp("Add the column min_COL.", valueName: "col[:type]"))
  var min: [ColumnArgument] = []

  @Option(help: ArgumentHelp("Add the column max_COL.", valueName: "col[:type]"))
  var max: [ColumnArgument] = []

  @Option(help: ArgumentHelp("Add the column avg_COL.", valueName: "col[:type]"))
  var avg: [ColumnArgument] = []

  @Option(
    help: ArgumentHelp(
      "Add what an aggregate computes: \"approx_quantile(bytes, 0.99) as p99\"; may be given several times.",
      discussion: """
        count, sum, avg, min, max, var_pop, var_samp, stddev_pop, stddev_samp (x); first, last (x) by time; min_by, max_by \
        (x, y); top_k, bottom_k, collect (x, n); top_k_by, bottom_k_by (x, y, n); count(distinct x); \
        approx_count_distinct(x); approx_quantile(x, share); each also with filter (where CONDITION).
        """, valueName: "call [as name]"))
  var aggregate: [String] = []

  @Option(
    name: .customLong("where"),
    help: ArgumentHelp(
      "Keep the rows that fulfil a condition: \"status >= 500 and path <> '/health'\".", valueName: "expr"))
  var condition: String?

  @Option(help: ArgumentHelp("The type of a column that only --where names.", valueName: "col:type"))
  var type: [ColumnArgument] = []

  @Option(
    help: ArgumentHelp(
      "Which rows of windows are written: final, changes or all.",
      discussion: """
        final: each group once, when its window closes. changes: every group that a batch changed. all: after each batch \
        every group of every open window.
        """))
  var emit = Emission.final

  @Option(
    help: ArgumentHelp("Write open windows too, with --emit final: every so many batches, or so often, such as 5s."))
  var early: EarlyArgument?

  @Option(help: "How long windows take rows after they have ended; what changes then is written again.")
  var allowedLateness = DurationArgument(seconds: 0)

  @Flag(help: "Add the column change: 1, or -1 in a row that takes back an earlier one before it is corrected.")
  var retractions = false

  func validate() throws { _ = try cut() }

  private func requireNoCut(_ window: String) throws {
    if every != nil || step != nil || zone != nil || offset.micros != 0 {
      throw ValidationError("\(window) has no --every, --step, --zone and --offset.")
    }
  }

  /// How event time is cut.
  func cut() throws -> Window {
    if every != nil && step != nil { throw ValidationError("--every and --step are two kinds of windows: choose one.") }
    switch window {
    case .session(let gap):
      try requireNoCut("A session")
      return .session(gap: .fixed(gap.micros))
    case .rows(let count):
      try requireNoCut("A window of rows")
      return .rows(count)
    case .global:
      try requireNoCut("The global window")
      return .global
    case .length(let size):
      if zone != nil { throw ValidationError("--zone needs a window of civil time, such as --window day.") }
      if let every { return .sliding(size: size.micros, slide: every.micros, offset: offset.micros) }
      guard let step else { return .tumbling(size: size.micros, offset: offset.micros) }
      guard case .length(let step) = step else {
        throw ValidationError("--step is civil time, so --window must be: --window day --step hour.")
      }
      return .cumulating(size: size.micros, step: step.micros, offset: offset.micros)
    case .period(let period):
      if every != nil || offset.micros != 0 {
        throw ValidationError("Windows of civil time have no --every and no --offset.")
      }
      guard let step else { return .calendar(CalendarWindow(period, zone: zone ?? "UTC")) }
      guard case .period(let step) = step else {
        throw ValidationError("--window is civil time, so --step must be: --window day --step hour.")
      }
      return .calendar(CalendarWindow(step, within: period, zone: zone ?? "UTC"))
    }
  }
}

/// Where results go.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file (its name has an extension) to which every batch is appended, or a directory that gets a part per batch.",
      discussion: """
        Both hold each row exactly once, whatever happens. Without this option rows go to standard output, where the last \
        ones may come again after a kill.
        """, valueName: "path"))
  var output: String?

  @Option(help: "The format of the output; by the extension, else ndjson.")
  var outputFormat: FormatArgument?

  @Option(
    help: ArgumentHelp(
      "Where late rows go, with the columns that are read: a file or a directory, as for --output.", valueName: "path"))
  var late: String?

  /// Whether rows go to standard output.
  var isStandardOutput: Bool { output == nil || output == "-" }

  /// An output of the same description that makes nothing.
  func unopened() throws(StorageError) -> CountSinks {
    CountSinks(result: try unopened(output), late: try late.map { (path) throws(StorageError) in try unopened(path) })
  }

  /// Opens the outputs.
  func sinks() throws(StreamError) -> CountSinks {
    CountSinks(result: try sink(output), late: try late.map { (path) throws(StreamError) in try sink(path) })
  }

  private func format(_ path: String?) -> TextFormat {
    (outputFormat ?? path.flatMap(FormatArgument.init(path:)) ?? .ndjson).format()
  }

  private func unopened(_ path: String?) throws(StorageError) -> any Sink {
    guard let path, path != "-" else { return StandardOutputSink(format: format(path)) }
    let nowhere = MemoryDirectory(path: path)
    if StreamOutput.isFile(path) { return FileSink(nowhere, name: "output", format: format(path)) }
    return PartsSink(try PosixDirectory.existing(path) ?? nowhere, format: format(path))
  }

  private func sink(_ path: String?) throws(StreamError) -> any Sink {
    guard let path, path != "-" else { return StandardOutputSink(format: format(path)) }
    if StreamOutput.isFile(path) { return try FileSink(path: path, format: format(path)) }
    return try PartsSink(path: path, format: format(path))
  }
}

/// Where the rows of a run of `count` go.
struct CountSinks {
  var result: any Sink
  var late: (any Sink)?
}

/// How state is kept.
struct CheckpointArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The directory of the checkpoint, which is made when it is missing; without it nothing survives the process.",
      valueName: "dir"))
  var checkpoint: String?

  @Option(
    help: ArgumentHelp(
      "When a batch becomes durable: batch, group:10ms or none.",
      discussion: """
        batch syncs every batch; neither a kill nor a power cut loses anything that was committed. group:10ms syncs \
        several batches together; output is published up to that much later, and nothing published is lost. none leaves \
        it to the system: a kill loses nothing, a power cut may lose the last batches, and output may then be ahead of \
        the checkpoint.
        """, valueName: "when"))
  var durability = DurabilityArgument.batch

  @Option(help: "What a commit holds: snapshot, log (what changed), or auto, whichever costs less.")
  var state = CheckpointMode.auto

  @Option(help: "The shards of a new checkpoint, a power of two; 16 unless said. fork changes them.")
  var shards: Int?

  @Option(
    help: ArgumentHelp(
      "How long a recovery may take, such as 200ms: commits then write as much more as that needs.",
      discussion: "The report says what a recovery is predicted to take, and whether the budget can be kept at all.",
      valueName: "time"))
  var recoveryBudget: DurationArgument?

  @Option(help: "How many of the last batches stay restorable.")
  var retain = 8

  @Flag(help: "Fail when there is no checkpoint yet, rather than start a new one.")
  var mustExist = false

  @Flag(help: "Say what opening the checkpoint would come to, and change nothing.")
  var dryRun = false

  func validate() throws {
    if let shards, shards < 1 || shards > 4096 || shards & (shards - 1) != 0 {
      throw ValidationError("--shards is a power of two from 1 to 4096.")
    }
    if retain < 1 { throw ValidationError("--retain is at least 1.") }
    if dryRun && checkpoint == nil { throw ValidationError("--dry-run needs --checkpoint.") }
    if mustExist && checkpoint == nil { throw ValidationError("--must-exist needs --checkpoint.") }
  }
}

/// How a run goes and ends.
struct RunOptions: ParsableArguments {
  @Option(help: "The most rows that a batch takes of a partition.")
  var batchRows = 65_536

  @Option(help: "The most bytes that a batch takes of a partition.")
  var batchBytes = 16 << 20

  @Option(help: "How many threads compute: as many as there are processors unless said. Results don't depend on it.")
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "How much memory windows may take, such as 512MB: what is beyond goes to a temporary directory.",
      discussion: """
        For inputs that end, without --checkpoint, --follow and --leave-open, and for final results. Rows then come ordered \
        within parts of the keys, not over all of them.
        """, valueName: "bytes"))
  var memoryLimit: BytesArgument?

  @Option(
    help: ArgumentHelp(
      "With --memory-limit: the directory for what is beyond it; that of TMPDIR, or /tmp, unless said.",
      valueName: "dir"))
  var spillDirectory: String?

  @Option(help: "What happens to a row that can't be used: fail the run, or skip and count it.")
  var onError = RowErrorArgument.fail

  @Option(
    help: ArgumentHelp("With --on-error skip: where such rows are written, with place and reason.", valueName: "file"))
  var rejects: String?

  @Flag(help: "Leave windows open when the input ends, so that a later run can go on with more of it.")
  var leaveOpen = false

  @Option(
    help: ArgumentHelp(
      "With --follow: a file that has brought no row for so long, such as 30s, no longer holds windows open.",
      valueName: "time"))
  var idleAfter: DurationArgument?

  @Flag(help: "Print the plan as a tree, with what is kept, and run nothing.")
  var explain = false

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  @Flag(help: "Print a JSON object per event: the report on standard output (on standard error where rows go there).")
  var json = false

  // For drills: so much sleep after each batch that a kill can hit between two of them.
  @Option(help: .hidden)
  var pace: DurationArgument?

  // For drills: a mistake that a drill has to find.
  @Option(help: .hidden)
  var fault: Fault?

  // For drills: the bytes of a segment, so that a short run fills several.
  @Option(help: .hidden)
  var segmentBytes: Int?

  // For drills: a file that gets batch and digest of every commit.
  @Option(help: .hidden)
  var trace: String?

  func validate() throws {
    if batchRows < 1 || batchBytes < 1 { throw ValidationError("A batch takes at least one row and one byte.") }
    if let workers, workers < 1 { throw ValidationError("--workers is at least 1.") }
    if let segmentBytes, segmentBytes < 4096 { throw ValidationError("A segment has at least 4096 bytes.") }
    if spillDirectory != nil && memoryLimit == nil {
      throw ValidationError("--spill-directory needs --memory-limit.")
    }
    if memoryLimit != nil && leaveOpen {
      throw ValidationError("--memory-limit is for runs that compute all at once: leave out --leave-open.")
    }
    if rejects != nil && onError == .fail { throw ValidationError("--rejects needs --on-error skip.") }
  }
}

/// The policy for rows that can't be used, on the command line.
enum RowErrorArgument: String, ExpressibleByArgument, CaseIterable {
  case fail
  case skip
}
