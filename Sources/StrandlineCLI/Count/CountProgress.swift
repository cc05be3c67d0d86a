import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage
import Synchronization

/// What `count` says while it runs, and at its end.
final class CountProgress: Sendable {
  private struct State {
    var started = SystemClock.monotonicNanos()
    var lastShown: UInt64 = 0
    var hasAnnounced = false
  }

  private let options: RunOptions
  private let showsLine: Bool
  private let trace: TextFile?
  private let state = Mutex(State())

  init(_ options: RunOptions, follows: Bool) throws(StorageError) {
    self.options = options
    showsLine = !options.quiet && !options.json && StandardOutput.isErrorTerminal
    trace = try options.trace.map { (path) throws(StorageError) in try TextFile(path: path) }
  }

  /// Is called when the run begins and after each batch, on the run's thread.
  func update(_ report: RunReport) {
    let now = SystemClock.monotonicNanos()
    let (announces, shows, elapsed) = state.withLock { state in
      let announces = !state.hasAnnounced
      state.hasAnnounced = true
      let shows = showsLine && now &- state.lastShown > 100_000_000
      if shows { state.lastShown = now }
      return (announces, shows, now &- state.started)
    }
    if announces {
      announce(report)
      return
    }
    if shows { Console.progress(Self.line(report, elapsed)) }
    if let trace, let batch = report.computedBatch {
      let line: JSONValue = [
        "batch": JSONValue(batch.value), "digest": .string("\(report.digest)"), "rows": JSONValue(report.rowsRead),
        "acknowledged": JSONValue(report.durableBatch?.value),
      ]
      trace.appendLine(line.description)
    }
    if let pace = options.pace { SystemClock.sleep(nanos: pace.nanos) }
  }

  private func announce(_ report: RunReport) {
    guard let recovery = report.recovery, let last = recovery.plan?.last?.batch else { return }
    if options.json {
      Console.note(CountReport.recovery(recovery, report).description)
    } else if !options.quiet {
      Console.note(
        "restored batch \(last) (\(Quantities.count(report.groups, "group", "groups"))) in "
          + "\(Quantities.nanos(recovery.nanos)), redid "
          + "\(Quantities.count(recovery.figures.batchesRedone, "batch", "batches")), going on")
      for change in recovery.planChanges { Console.note("the plan has changed, and was carried over: \(change)") }
      for snapshot in recovery.plan?.degraded ?? [] {
        Console.note("degraded: \(snapshot.text); an older one and the log replaced it")
      }
      if let tail = recovery.plan?.tail {
        Console.note("cut a torn tail: \(tail.reason); kept as \(recovery.quarantined ?? "nothing")")
      }
    }
  }

  private static func line(_ report: RunReport, _ elapsed: UInt64) -> String {
    var parts = [
      "\(Quantities.grouped(report.rowsRead)) rows", Quantities.rate(report.rowsThisRun, elapsed),
      Quantities.count(report.batches, "batch", "batches"), "\(Quantities.grouped(report.rowsLate)) late",
    ]
    if let watermark = CountReport.watermark(report) { parts.append("watermark \(watermark)") }
    return parts.joined(separator: " · ")
  }

  /// Says what the run came to.
  func end(_ report: RunReport, nanos: UInt64, wasStopped: Bool, reportsOnOutput: Bool) throws(StorageError) {
    if showsLine { Console.endProgress() }
    if options.json {
      let json = CountReport.json(report, nanos: nanos, wasStopped: wasStopped).description
      if reportsOnOutput { try Console.print(json) } else { Console.note(json) }
      return
    }
    if options.quiet { return }
    if !report.canMeetRecoveryBudget {
      Console.note(
        "the recovery budget can't be kept: restoring a snapshot of \(Quantities.count(report.groups, "group", "groups")) alone "
          + "takes longer; a recovery is predicted to take \(Quantities.nanos(report.predictedRecoveryNanos))")
    }
    let ending = report.isFinished ? "done" : wasStopped ? "stopped" : "open for more"
    Console.note(
      "\(ending): \(Quantities.grouped(report.rowsThisRun)) rows in \(Quantities.nanos(nanos)) "
        + "(\(Quantities.rate(report.rowsThisRun, nanos))), \(Quantities.count(report.batches, "batch", "batches")); "
        + "in all \(Quantities.grouped(report.rowsRead)) read, \(Quantities.grouped(report.rowsLate)) late, "
        + "\(Quantities.grouped(report.rowsRefused)) refused, \(Quantities.grouped(report.rowsWritten)) written")
  }
}
