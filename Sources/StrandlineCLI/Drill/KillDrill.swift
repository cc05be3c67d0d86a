import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import StrandlineTestKit

/// A drill with processes: a run is killed at random instants and started again until it has finished, and compared with
/// one that wasn't.
///
/// After every kill the store is verified from nothing, and the digest of every batch is compared with the undisturbed run's.
/// A kill counts only if it hit a run that was at work; when a run finishes before all kills are spent, the next round
/// begins with a new store.
struct KillDrill {
  private let options: DrillOptions
  private let scale: DrillScale
  private let directory: String
  private let started = SystemClock.monotonicNanos()
  private var random: SplitMix64
  private var meter: DrillMeter
  private var report = DrillReport(mode: "kill")
  private var rounds = 0
  private var tornTails = 0
  private var logBytesMax = 0

  /// How many kills are spread over one run when only the time is limited.
  private static let killsPerRound = 20

  init(_ options: DrillOptions, directory: String, meter: DrillMeter) {
    self.options = options
    self.directory = directory
    self.meter = meter
    scale = options.scale
    random = SplitMix64(seed: options.seed)
  }

  private func child(_ name: String) -> CountChild {
    // The window is as long as a batch's rows of a partition, so that nearly every batch closes one and stages rows.
    var child = CountChild(directory: "\(directory)/\(name)", inputs: inputs)
    child.kind = options.outputKind
    child.window = "\(scale.batch * 4)ms"
    child.batchRows = scale.batch
    child.durability = options.durability.description
    child.state = options.state.checkpointMode.rawValue
    return child
  }

  private var inputs: [String] {
    (0..<scale.partitions).map { "\(directory)/input/views-\($0).ndjson" }
  }

  private var kills: Int { options.kills ?? (options.time == nil ? Self.killsPerRound : .max) }

  private var elapsed: UInt64 { SystemClock.monotonicNanos() &- started }

  /// Whether there are kills left to do, and time.
  private var goesOn: Bool { report.tried < kills && options.time.map { elapsed < $0.nanos } ?? true }

  /// Carries out the drill; violations are in the report.
  mutating func run() throws -> DrillResult {
    meter.note("making \(Quantities.grouped(scale.rows)) rows")
    try generate()
    meter.note("running undisturbed")
    let reference = try undisturbed()
    repeat { try round(reference) } while report.isGood && goesOn
    report.nanos = elapsed
    let batches = Int(reference.outcome.lastBatch) + 1
    var result = DrillResult(
      title: options.title, unit: DrillMode.kill.unit, report: report)
    result.facts = [
      DrillFact("rounds", "rounds", count: rounds),
      DrillFact("batches", "batches", count: batches),
      DrillFact(
        "rows_written", "result", .int(Int(reference.outcome.rowsWritten)),
        "\(Quantities.grouped(reference.outcome.rowsWritten)) rows"),
      DrillFact("torn_tails", "torn tails", count: tornTails),
      DrillFact("log_bytes_max", "log", .int(logBytesMax), "at most \(Quantities.bytes(logBytesMax))"),
    ]
    return result
  }

  private struct Reference {
    var outcome: CountOutcome
    var output: [UInt8]
    var digests: [Int64: String]
    /// How long the runs that are killed rest per batch: as long as they work, and half of it between staging and commit, so
    /// that kills hit every phase.
    var pace: DurationArgument

    /// How long a run that rests takes, without the start of its process.
    var pacedNanos: UInt64 { outcome.runNanos + UInt64(outcome.lastBatch + 1) * pace.nanos }
  }

  private func generate() throws(StorageError) {
    for (index, path) in inputs.enumerated() {
      try GenerateCommand.write(DrillSample.shape(scale, options.seed, partition: index), to: path)
    }
  }

  private func undisturbed() throws -> Reference {
    var undisturbed = child("undisturbed")
    undisturbed.traces = true
    let outcome = try undisturbed.finish()
    let workMillis = Int64(outcome.runNanos / UInt64(outcome.lastBatch + 1) / 1_000_000)
    return Reference(
      outcome: outcome, output: try undisturbed.outputBytes(),
      digests: Dictionary(try TracedBatch.all(in: undisturbed.trace).map { ($0.batch, $0.digest) }) { $1 },
      pace: options.pace ?? DurationArgument(millis: max(4, 2 * workMillis)))
  }

  /// One store from its making to its end.
  private mutating func round(_ reference: Reference) throws {
    rounds += 1
    var child = child("round-\(rounds)")
    child.fault = options.plant
    child.pace = reference.pace.description
    while report.isGood {
      let process = try child.start()
      let began = SystemClock.monotonicNanos()
      let ended: ChildProcess.Outcome
      if goesOn {
        let delay = delay(reference)
        if let early = try process.wait(nanos: delay) {
          ended = early
        } else {
          try process.kill(.kill)
          ended = try process.wait()
          if ended == .killed(.kill) {
            report.tried += 1
            try check(child, reference, delay)
            show()
            continue
          }
        }
      } else {
        ended = try process.wait()
      }
      guard ended == .exited(0) else {
        report.note("a run that failed")
        report.violations.append(DrillViolation(child.failure(ended).message))
        break
      }
      try compare(try child.outcome(nanos: SystemClock.monotonicNanos() - began), child, reference)
      break
    }
    report.recoveries += try child.recoveries().map(\.sample)
  }

  private mutating func show() {
    let time = options.time.map { Double(elapsed) / Double($0.nanos) } ?? 0
    let share = kills == .max ? time : max(time, Double(report.tried) / Double(max(kills, 1)))
    meter.update(DrillProgress(tried: report.tried, fraction: share, nanos: elapsed))
  }

  /// When the next kill comes: anywhere from the start of the process on, so that all of them together take about one run.
  private mutating func delay(_ reference: Reference) -> UInt64 {
    let start = reference.outcome.nanos &- min(reference.outcome.nanos, reference.outcome.runNanos)
    let killsPerRun = kills == .max ? Self.killsPerRound : kills
    let share = reference.pacedNanos / UInt64(killsPerRun + 1)
    return random.below(2 * (start + share) + 1)
  }

  /// Looks at what a kill has left.
  private mutating func check(_ child: CountChild, _ reference: Reference, _ delay: UInt64) throws {
    let heading = "kill \(report.tried) after \(Quantities.nanos(delay))"
    guard let directory = try PosixDirectory.existing(child.store), try ManifestFile.read(directory) != nil else {
      report.note("killed before the store was made")
      return
    }
    do {
      let access = try StoreAccess(path: child.store)
      let found = try access.reader.verify(access.facts, empty: access.emptyState) { _, _ in }
      for batch in access.facts.batches {
        let digest = "\(StateDigest(batch.digest))"
        if let right = reference.digests[Int64(clamping: batch.batch.value)], right != digest {
          violate("\(heading): the state after batch \(batch.batch) isn't the undisturbed run's")
          return
        }
      }
      let last = access.facts.batches.last?.batch
      for published in try child.publishedBatches() where last.map({ BatchID(published) > $0 }) ?? true {
        violate("\(heading): the output of batch \(published) is visible, and was never committed")
      }
      logBytesMax = max(logBytesMax, StoreSummary.Log(access.facts).fileBytes)
      if found.plan.tail != nil { tornTails += 1 }
      report.note(found.plan.tail == nil ? "the store was whole" : "a torn tail above the floor")
    } catch let error as LogError {
      report.note("a store that can't be recovered")
      violate("\(heading): \(error)")
    }
  }

  private mutating func violate(_ text: String) {
    report.violations.append(DrillViolation(text))
  }

  /// Compares a round that has finished with the undisturbed run.
  private mutating func compare(_ outcome: CountOutcome, _ child: CountChild, _ reference: Reference) throws {
    let comparison = OutputComparison(try child.outputBytes(), with: reference.output)
    report.lost += comparison.lost
    report.duplicated += comparison.duplicated
    report.outOfOrder += comparison.outOfOrder
    report.wrong += comparison.wrong
    if !comparison.isEqual { violate(comparison.description) }
    let numbers = [outcome.rowsRead, outcome.rowsLate, outcome.rowsWritten, outcome.lastBatch]
    let right = [
      reference.outcome.rowsRead, reference.outcome.rowsLate, reference.outcome.rowsWritten,
      reference.outcome.lastBatch,
    ]
    if numbers != right {
      violate("rows read, late and written and the last batch are \(numbers), and \(right) in the undisturbed run")
    }
  }
}
