import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// A drill: a run is killed at random instants and started again until it has finished, and compared with one that wasn't.
///
/// After every kill the store is verified from nothing, and the digest of every batch is compared with the undisturbed run's.
/// A kill counts only if it hit a run that was at work; when a run finishes before all kills are spent, the next round
/// begins with a new store.
struct Drill {
  private let options: DrillOptions
  private let directory: String
  private var random: SplitMix64
  private let say: (String) -> Void
  private(set) var verdict = DrillVerdict()

  init(_ options: DrillOptions, directory: String, say: @escaping (String) -> Void) {
    self.options = options
    self.directory = directory
    self.say = say
    random = SplitMix64(seed: options.seed)
  }

  private func child(_ name: String) -> CountChild {
    // The window is as long as a batch's rows of a partition, so that nearly every batch closes one and stages rows.
    var child = CountChild(directory: "\(directory)/\(name)", inputs: inputs)
    child.kind = options.outputKind
    child.window = "\(options.batch * 4)ms"
    child.batchRows = options.batch
    child.durability = options.durability.description
    child.state = options.state.rawValue
    return child
  }

  private var inputs: [String] {
    (0..<options.partitions).map { "\(directory)/input/views-\($0).ndjson" }
  }

  /// Carries out the drill; violations are in the verdict.
  mutating func run() throws {
    try generate()
    var undisturbed = child("undisturbed")
    undisturbed.traces = true
    let outcome = try undisturbed.finish()
    let workMillis = Int64(outcome.runNanos / UInt64(outcome.lastBatch + 1) / 1_000_000)
    let reference = Reference(
      outcome: outcome, output: try undisturbed.outputBytes(),
      digests: Dictionary(try TracedBatch.all(in: undisturbed.trace).map { ($0.batch, $0.digest) }) { $1 },
      pace: options.pace ?? DurationArgument(millis: max(4, 2 * workMillis)))
    verdict.batches = Int(outcome.lastBatch) + 1
    verdict.rowsWritten = Int(outcome.rowsWritten)
    say(
      "undisturbed: \(Quantities.grouped(outcome.rowsRead)) rows, \(Quantities.count(verdict.batches, "batch", "batches")), "
        + "\(Quantities.grouped(outcome.rowsWritten)) rows of result in \(Quantities.nanos(outcome.nanos))")
    while verdict.isGood && (verdict.rounds == 0 || verdict.kills < options.kills) { try round(reference) }
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
    var shape = PageViews.Shape()
    shape.pages = options.keys
    shape.step = 4000
    for (index, path) in inputs.enumerated() {
      shape.rows = options.rows / options.partitions + (index < options.rows % options.partitions ? 1 : 0)
      shape.seed = options.seed &* 1000 &+ UInt64(index)
      try GenerateCommand.write(shape, to: path)
    }
  }

  /// One store from its making to its end.
  private mutating func round(_ reference: Reference) throws {
    verdict.rounds += 1
    var child = child("round-\(verdict.rounds)")
    child.fault = options.plant
    child.pace = reference.pace.description
    while verdict.isGood {
      let started = SystemClock.monotonicNanos()
      let process = try child.start()
      let ended: ChildProcess.Outcome
      if verdict.kills < options.kills {
        let delay = delay(reference)
        if let early = try process.wait(nanos: delay) {
          ended = early
        } else {
          try process.kill(.kill)
          ended = try process.wait()
          if ended == .killed(.kill) {
            verdict.kills += 1
            try check(child, reference, delay)
            continue
          }
        }
      } else {
        ended = try process.wait()
      }
      guard ended == .exited(0) else {
        verdict.violations.append(child.failure(ended).message)
        break
      }
      try compare(try child.outcome(nanos: SystemClock.monotonicNanos() - started), child, reference)
      break
    }
    for recovery in try child.recoveries() {
      verdict.recoveryNanos.append(recovery.nanos)
      verdict.batchesRedone += Int(recovery.batchesRedone)
    }
  }

  /// When the next kill comes: anywhere from the start of the process on, so that all of them together take about one run.
  private mutating func delay(_ reference: Reference) -> UInt64 {
    let start = reference.outcome.nanos &- min(reference.outcome.nanos, reference.outcome.runNanos)
    let share = reference.pacedNanos / UInt64(options.kills + 1)
    return random.below(2 * (start + share) + 1)
  }

  /// Looks at what a kill has left.
  private mutating func check(_ child: CountChild, _ reference: Reference, _ delay: UInt64) throws {
    let heading = "kill \(verdict.kills) after \(Quantities.nanos(delay))"
    guard let directory = try PosixDirectory.existing(child.store), try ManifestFile.read(directory) != nil else {
      say("\(heading): before the store was made")
      return
    }
    do {
      let access = try StoreAccess(path: child.store)
      let report = try access.reader.verify(access.facts, empty: access.emptyState) { _, _ in }
      for batch in access.facts.batches {
        let digest = "\(StateDigest(batch.digest))"
        if let right = reference.digests[Int64(clamping: batch.batch.value)], right != digest {
          verdict.violations.append("\(heading): the state after batch \(batch.batch) isn't the undisturbed run's")
          return
        }
      }
      let last = access.facts.batches.last?.batch
      for published in try child.publishedBatches() where last.map({ BatchID(published) > $0 }) ?? true {
        verdict.violations.append("\(heading): the output of batch \(published) is visible, and was never committed")
      }
      verdict.logBytesMax = max(verdict.logBytesMax, StoreSummary.Log(access.facts).fileBytes)
      if report.plan.tail != nil { verdict.tornTails += 1 }
      say("\(heading): batch \(last.map { "\($0)" } ?? "none") is committed, the store is whole")
    } catch let error as LogError {
      verdict.violations.append("\(heading): \(error)")
    }
  }

  /// Compares a round that has finished with the undisturbed run.
  private mutating func compare(_ outcome: CountOutcome, _ child: CountChild, _ reference: Reference) throws {
    let comparison = OutputComparison(try child.outputBytes(), with: reference.output)
    verdict.lost += comparison.lost
    verdict.duplicated += comparison.duplicated
    verdict.outOfOrder += comparison.outOfOrder
    verdict.wrong += comparison.wrong
    if !comparison.isEqual { verdict.violations.append(comparison.description) }
    let numbers = [outcome.rowsRead, outcome.rowsLate, outcome.rowsWritten, outcome.lastBatch]
    let right = [
      reference.outcome.rowsRead, reference.outcome.rowsLate, reference.outcome.rowsWritten,
      reference.outcome.lastBatch,
    ]
    if numbers != right {
      verdict.violations.append(
        "rows read, late and written and the last batch are \(numbers), and \(right) in the undisturbed run")
    }
    if comparison.isEqual && numbers == right {
      say("round \(verdict.rounds): the output is the undisturbed run's, byte for byte")
    }
  }
}
