import Strandline
import StrandlineStorage

/// The demonstration: generate, count in a child process, kill it, go on, compare.
struct Demo {
  private let rows: Int
  private let seed: UInt64
  private let directory: String
  private let isQuiet: Bool
  /// The file that says that a directory is a demo's, and may be emptied.
  private static let marker = "made-by-strandline-demo"

  init(rows: Int, seed: UInt64, directory: String, isQuiet: Bool) {
    self.rows = rows
    self.seed = seed
    self.directory = directory
    self.isQuiet = isQuiet
  }

  private var sample: String { "\(directory)/views.ndjson" }

  private func say(_ line: String) throws(StorageError) {
    if !isQuiet { try Console.print(line) }
  }

  private func child(_ name: String, pace: String?) -> CountChild {
    var child = CountChild(directory: "\(directory)/\(name)", inputs: [sample])
    child.batchRows = max(1, rows / 120)
    child.pace = pace
    child.traces = pace != nil
    return child
  }

  /// Carries it out, and returns its figures.
  mutating func run() throws -> JSONValue {
    try prepare()
    try generate()
    let interrupted = child("killed", pace: "20ms")
    try say("")
    try say("2. Counting views per page and minute, resting 20 ms per batch so that it can be watched:")
    try say("   \(interrupted.commandLine)")
    let killedAt = try killHalfway(interrupted)
    try say("")
    try say("3. Starting the same command again:")
    let resumed = try resume(interrupted)
    try say("")
    try say("4. The same count over again in a new checkpoint, without rest and left alone:")
    let undisturbed = child("undisturbed", pace: nil)
    let outcome = try undisturbed.finish()
    try say(
      "   \(Quantities.grouped(outcome.rowsRead)) rows in \(Quantities.nanos(outcome.runNanos)), "
        + "\(Quantities.rate(outcome.rowsRead, outcome.runNanos)), a durable commit per batch")
    let comparison = OutputComparison(try interrupted.outputBytes(), with: try undisturbed.outputBytes())
    try say("")
    guard comparison.isEqual, resumed.outcome.rowsRead == outcome.rowsRead else {
      throw Failure(.damage, code: "demo", comparison.description, file: interrupted.output)
    }
    try say(
      "The killed run's output is the undisturbed run's, byte for byte: "
        + "\(Quantities.grouped(outcome.rowsWritten)) rows, \(Quantities.grouped(outcome.rowsLate)) late.")
    try showRows(interrupted)
    try say("Look at what is left:  strandline inspect \(interrupted.store)")
    return [
      "ok": .bool(true), "rows": .int(rows), "killed_at_rows": JSONValue(killedAt),
      "restored_batch": JSONValue(resumed.recovery?.batch),
      "batches_redone": JSONValue(resumed.recovery?.batchesRedone),
      "recovery_ms": resumed.recovery.map { .double(Double($0.nanos) / 1e6) } ?? .null,
      "rows_written": JSONValue(outcome.rowsWritten), "rows_late": JSONValue(outcome.rowsLate),
      "undisturbed_ms": .double(Double(outcome.runNanos) / 1e6), "output": .string(interrupted.output),
    ]
  }

  /// Empties the directory of an earlier demo; somebody else's is left alone.
  private func prepare() throws {
    if let found = try PosixDirectory.existing(directory), case let entries = try found.entries(), !entries.isEmpty {
      guard entries.contains(where: { $0.name == Self.marker }) else {
        throw Failure(
          .refused, code: "demo", "\(directory) holds something that isn't a demo's: name another directory with --dir",
          file: directory)
      }
      try PosixDirectory.removeAll(path: directory)
    }
    try TextFile(path: "\(directory)/\(Self.marker)").close()
  }

  private func generate() throws {
    var shape = PageViews.Shape()
    shape.rows = rows
    shape.seed = seed
    let started = SystemClock.monotonicNanos()
    let bytes = try GenerateCommand.write(shape, to: sample)
    try say(
      "1. Made \(Quantities.grouped(rows)) page views, out of order by up to 10 s: \(sample), "
        + "\(Quantities.bytes(bytes)) in \(Quantities.nanos(SystemClock.monotonicNanos() - started))")
  }

  /// Runs until half of the rows are committed, and kills the process; the number of rows that it had reported.
  private func killHalfway(_ child: CountChild) throws -> Int64 {
    let process = try child.start()
    let watch = DemoWatch(child, rows: rows, isQuiet: isQuiet)
    var seen: Int64 = 0
    while seen < Int64(rows) / 2 {
      if let ended = try process.wait(nanos: 5_000_000) {
        if ended == .exited(0) {
          throw Failure(.damage, code: "demo", "the run was over before it could be killed: give it more --rows")
        }
        throw child.failure(ended)
      }
      seen = try watch.look()
    }
    try process.kill(.kill)
    _ = try process.wait()
    watch.end()
    try say(
      "   killed with SIGKILL (process \(process.id)) after it had reported "
        + "\(Quantities.grouped(seen)) of \(Quantities.grouped(rows)) rows")
    return seen
  }

  private func resume(_ child: CountChild) throws -> (outcome: CountOutcome, recovery: CountRecovery?) {
    let started = SystemClock.monotonicNanos()
    let process = try child.start()
    let watch = DemoWatch(child, rows: rows, isQuiet: isQuiet)
    var recovery: CountRecovery?
    while true {
      let ended = try process.wait(nanos: 5_000_000)
      if recovery == nil, let found = try child.recoveries().last {
        recovery = found
        watch.end()
        try say(
          "   restored batch \(found.batch) (\(Quantities.count(found.groups, "group", "groups"))) in "
            + "\(Quantities.nanos(found.nanos)), redid \(Quantities.count(found.batchesRedone, "batch", "batches")), going on"
        )
      }
      guard let ended else {
        // Before that, the trace is still that of the run that was killed.
        if recovery != nil { _ = try watch.look() }
        continue
      }
      watch.end()
      guard ended == .exited(0) else { throw child.failure(ended) }
      let outcome = try child.outcome(nanos: SystemClock.monotonicNanos() - started)
      try say(
        "   done: \(Quantities.grouped(outcome.rowsRead)) rows in all, \(Quantities.grouped(outcome.lastBatch + 1)) batches, "
          + "\(Quantities.grouped(outcome.rowsWritten)) rows of result")
      return (outcome, recovery)
    }
  }

  private func showRows(_ child: CountChild) throws {
    let rows = try child.outputBytes().split(separator: UInt8(ascii: "\n"), maxSplits: 3).prefix(3)
    for row in rows { try say("   \(String(decoding: row, as: UTF8.self))") }
  }
}
