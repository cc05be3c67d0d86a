import Strandline
import StrandlineColumns
import StrandlineStorage

/// A run of `count` in a child process, over page views.
struct CountChild {
  /// Where results go.
  enum OutputKind: String, CaseIterable {
    case file
    case parts
  }

  /// The directory of everything that the run writes.
  let directory: String
  let inputs: [String]
  var kind = OutputKind.file
  var window = "1m"
  var delay = "10s"
  var batchRows = 65_536
  var durability = "batch"
  var state = "auto"
  var pace: String?
  var fault: Fault?
  var traces = false
  var leavesOpen = false

  var store: String { "\(directory)/store" }
  var output: String { "\(directory)/\(kind == .file ? "counts.ndjson" : "counts")" }
  var trace: String { "\(directory)/trace.ndjson" }
  private var reportPath: String { "\(directory)/report.ndjson" }
  private var logPath: String { "\(directory)/log.ndjson" }

  private var arguments: [String] {
    var arguments = ["count"] + Self.planArguments(window: window, delay: delay)
    arguments += [
      "--batch-rows", "\(batchRows)", "--durability", durability, "--state", state, "--output", output,
      "--output-format", "ndjson", "--checkpoint", store, "--json",
    ]
    arguments += ["--input"] + inputs
    if let pace { arguments += ["--pace", pace] }
    if let fault { arguments += ["--fault", fault.rawValue] }
    if leavesOpen { arguments.append("--leave-open") }
    if traces { arguments += ["--trace", trace] }
    return arguments
  }

  /// What is computed of page views.
  static func planArguments(window: String, delay: String) -> [String] {
    ["--time", "at", "--key", "page:string", "--sum", "bytes:int64", "--window", window, "--delay", delay]
  }

  /// The command line, for people.
  var commandLine: String { (["strandline"] + arguments).joined(separator: " ") }

  /// Starts the run. What it says is appended to files in its directory.
  func start() throws(StorageError) -> ChildProcess {
    _ = try PosixDirectory.open(path: directory, create: true)
    return try ChildProcess(
      try SystemProcess.executablePath(), arguments, output: .file(reportPath), error: .file(logPath))
  }

  /// Runs to the end.
  ///
  /// - Throws: `Failure` with what the child said when it doesn't end well.
  func finish() throws -> CountOutcome {
    let started = SystemClock.monotonicNanos()
    let outcome = try start().wait()
    guard outcome == .exited(0) else { throw failure(outcome) }
    return try self.outcome(nanos: SystemClock.monotonicNanos() - started)
  }

  /// What a child that ended by itself has reported.
  func outcome(nanos: UInt64) throws -> CountOutcome {
    guard let outcome = try CountOutcome.last(in: reportPath, nanos: nanos) else {
      throw Failure(.damage, code: "drill", "a run has ended without a report: see \(directory)")
    }
    return outcome
  }

  /// The recoveries of all runs in the directory, in order.
  func recoveries() throws -> [CountRecovery] { try CountRecovery.all(in: logPath) }

  /// An error for a child that didn't end well.
  func failure(_ outcome: ChildProcess.Outcome) -> Failure {
    var log: [UInt8] = []
    if let read = try? EventLog.bytes(logPath) { log = read }
    let lines = String(decoding: log, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("error: ") }
    return Failure(
      .damage, code: "drill", "a run ended with \(outcome): \(lines.last.map(String.init) ?? "it said nothing")")
  }

  /// The output's bytes: of the file, or of all parts in order.
  func outputBytes() throws -> [UInt8] {
    guard kind == .parts else { return try EventLog.bytes(output) }
    var bytes: [UInt8] = []
    for entry in try PosixDirectory.open(path: output).entries() where entry.name.hasPrefix("part-") {
      bytes += try EventLog.bytes("\(output)/\(entry.name)")
    }
    return bytes
  }

  /// The batches whose parts are visible.
  func publishedBatches() throws(StorageError) -> [UInt64] {
    guard kind == .parts, let directory = try PosixDirectory.existing(output) else { return [] }
    return try directory.entries().compactMap { entry in
      guard entry.name.hasPrefix("part-") else { return nil }
      return UInt64(entry.name.dropFirst(5).prefix { $0 != "." })
    }
  }
}
