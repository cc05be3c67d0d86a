import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import StrandlineTestKit

/// Rehearses the recovery of a user's own store on copies of it.
///
/// The store is copied and the copy verified from nothing. Its recovery is predicted, then measured in fresh processes, each
/// over a copy of its own. Then recovery is killed at random instants and done again, and copies are damaged. Whatever happens,
/// the state must be that of a batch that the store has committed, with the digest computed from nothing.
struct StoreDrill {
  private let options: DrillOptions
  private let directory: String
  private let started = SystemClock.monotonicNanos()
  private var random: SplitMix64
  private var meter: DrillMeter
  private var report = DrillReport(mode: "store")
  private var processStarts: [UInt64] = []

  /// Larger stores are not held in memory to be damaged.
  private static let damageBytesMax = 512 << 20
  private static let damages = 200

  init(_ options: DrillOptions, directory: String, meter: DrillMeter) {
    self.options = options
    self.directory = directory
    self.meter = meter
    random = SplitMix64(seed: options.seed)
  }

  private var elapsed: UInt64 { SystemClock.monotonicNanos() &- started }

  /// What is known of the store before anything happens to it.
  private struct Subject {
    var copy: StoreCopy
    var facts: StoreFacts
    var plan: RecoveryPlan
    var usedBytes: Int

    var last: BatchFacts? { plan.last }
  }

  /// Carries out the drill; violations are in the report.
  mutating func run(_ store: String) throws -> DrillResult {
    let subject = try prepare(store)
    var prediction: DrillPrediction?
    var groups: Int?
    if options.mode != .damage {
      meter.note("learning how fast this machine recovers")
      let forecast = try RecoveryForecast(
        learningIn: "\(directory)/learning", groups: Int(clamping: subject.plan.commit?.groups ?? 0), seed: options.seed
      )
      prediction = forecast.predict(subject.plan, usedBytes: subject.usedBytes)
      groups = try measure(subject)
      try kill(subject)
    }
    if options.mode != .kill && report.isGood { try damage(subject) }
    report.nanos = elapsed
    return result(store, subject, prediction, groups)
  }

  private mutating func prepare(_ store: String) throws -> Subject {
    meter.note("copying")
    let copy = try StoreCopy(of: store, to: "\(directory)/copy") { [meter] in
      meter.note("copying: \(Quantities.bytes($0))")
    }
    let access = try StoreAccess(path: copy.path)
    let found = try access.reader.verify(access.facts, empty: access.emptyState) { [meter] done, all in
      meter.note("verifying: \(Quantities.grouped(done)) of \(Quantities.count(all, "batch", "batches"))")
    }
    return Subject(
      copy: copy, facts: access.facts, plan: found.plan, usedBytes: StoreSummary.Log(access.facts).usedBytes)
  }

  // MARK: - Measuring

  /// Recovers copies in fresh processes; the groups of the state.
  private mutating func measure(_ subject: Subject) throws -> Int? {
    var groups: Int?
    for index in 0..<options.repeat {
      meter.note("recovering: \(index + 1) of \(options.repeat)")
      try withCopy(subject) { drill, path in
        let outcome = try drill.recover(path, subject, "recovery \(index + 1)")
        guard let outcome else { return }
        groups = Int(outcome.groups)
        drill.report.recoveries.append(outcome.sample)
        drill.processStarts.append(outcome.wallNanos &- min(outcome.wallNanos, outcome.sample.nanos))
        drill.report.note("recovered")
        // Recovering what was recovered changes nothing.
        if index == 0 { _ = try drill.recover(path, subject, "recovery of what was recovered") }
      }
    }
    return groups
  }

  /// Copies the copy, and removes it afterwards unless something was wrong.
  private mutating func withCopy(_ subject: Subject, _ body: (inout StoreDrill, String) throws -> Void) throws {
    report.tried += 1
    let path = "\(directory)/try-\(report.tried)"
    _ = try StoreCopy(of: subject.copy.path, to: path)
    let violations = report.violations.count
    try body(&self, path)
    if report.violations.count == violations { try PosixDirectory.removeAll(path: path) }
  }

  /// Recovers a copy to the end, and compares; nil when that fails, which is then in the report.
  private mutating func recover(
    _ path: String, _ subject: Subject, _ heading: String
  ) throws -> StoreRecoveryProcess.Outcome? {
    do {
      let outcome = try StoreRecoveryProcess(store: path, log: "\(path).log").run()
      let batch = subject.last.map { Int64(clamping: $0.batch.value) } ?? -1
      let digest = subject.last.map { "\(StateDigest($0.digest))" }
      if outcome.batch != batch {
        violate("\(heading): batch \(outcome.batch) was recovered, and \(batch) was committed")
      } else if digest.map({ $0 != outcome.digest }) ?? false {
        violate("\(heading): the state isn't that of batch \(batch)")
      }
      return outcome
    } catch let failure as Failure {
      report.note("recovery failed")
      violate("\(heading): \(failure.message)")
      return nil
    }
  }

  private mutating func violate(_ text: String, replay: String? = nil) {
    report.violations.append(DrillViolation(text, replay: replay))
  }

  // MARK: - Killing

  /// Kills recoveries at random instants, one after the other over the same copy, and then lets one finish.
  private mutating func kill(_ subject: Subject) throws {
    let kills = options.kills ?? 10
    let usual = Distribution(report.recoveries.map(\.nanos))?.quantile(0.5) ?? 0
    let process = Distribution(processStarts)?.quantile(0.5) ?? 0
    var done = 0
    while done < kills && report.isGood {
      try withCopy(subject) { drill, path in
        // Several times over the same copy: a recovery that was killed is recovered by one that is killed.
        let nested = min(3, kills - done)
        for _ in 0..<nested {
          let recovery = StoreRecoveryProcess(store: path, log: "\(path).log")
          let child = try recovery.start()
          let delay = drill.random.below(usual + process + 1)
          if try child.wait(nanos: delay) == nil { try child.kill(.kill) }
          let ended = try child.wait()
          drill.report.note(ended == .killed(.kill) ? "recovery killed" : "recovery was faster than the kill")
          done += 1
          drill.report.tried += 1
          drill.meter.update(
            DrillProgress(tried: done, fraction: Double(done) / Double(max(1, kills)), nanos: drill.elapsed))
        }
        if try drill.recover(path, subject, "after \(nested) kills") != nil {
          drill.report.note("recovered after kills")
        }
      }
    }
  }

  // MARK: - Damage

  private mutating func damage(_ subject: Subject) throws {
    guard subject.copy.bytes <= Self.damageBytesMax else {
      report.note("not damaged: larger than \(Quantities.bytes(Self.damageBytesMax))")
      return
    }
    let whole = try subject.copy.inMemory()
    let check = StoreDamageCheck(subject.facts, stepsBack: options.plant == .stepBack)
    let files = Self.used(subject)
    let began = elapsed
    var tried = 0
    func isDone() -> Bool {
      if let time = options.time { return elapsed &- began >= time.nanos }
      return tried >= Self.damages
    }
    while !isDone() {
      let damage: StoreDamage
      if let only = options.only {
        guard let named = StoreDamage(only) else {
          throw Failure(.refused, code: "drill", "'\(only)' is no damage: flip:FILE:OFFSET:BIT or cut:FILE:SIZE")
        }
        damage = named
      } else {
        damage = StoreDamage.random(files, &random)
      }
      let copy = whole.copy()
      try damage.apply(to: copy)
      let outcome = check.outcome(copy, damage)
      report.note(outcome.name)
      report.tried += 1
      tried += 1
      if let wrong = outcome.wrong { violate("\(damage): \(wrong)", replay: "\(damage)") }
      if options.only != nil || !report.isGood { break }
      let share =
        options.time.map { Double(elapsed &- began) / Double($0.nanos) } ?? Double(tried) / Double(Self.damages)
      meter.update(DrillProgress(tried: tried, fraction: share, nanos: elapsed &- began))
    }
  }

  /// The files of the copy and how much of them is in use, the manifest last.
  private static func used(_ subject: Subject) -> [(name: String, used: Int)] {
    var ends: [String: Int] = [:]
    for segment in subject.facts.segments {
      if case .success(let scan) = segment.scan { ends[segment.entry.name.description] = scan.endOffset }
    }
    return subject.copy.files.map { ($0.name, min($0.size, ends[$0.name] ?? $0.size)) }
  }

  // MARK: - The report

  private func result(
    _ store: String, _ subject: Subject, _ prediction: DrillPrediction?, _ groups: Int?
  ) -> DrillResult {
    var result = DrillResult(
      title: "store: a copy of \(store), \(Quantities.bytes(subject.copy.bytes)), "
        + (subject.last.map { "up to batch \($0.batch)" } ?? "without a batch"),
      unit: ("fault", "recoveries and faults"), report: report)
    result.comparesRows = false
    result.prediction = prediction
    result.facts = [
      DrillFact("copied_bytes", "copied", .int(subject.copy.bytes), Quantities.bytes(subject.copy.bytes)),
      DrillFact("log_bytes_used", "log", .int(subject.usedBytes), "\(Quantities.bytes(subject.usedBytes)) to read"),
      DrillFact("batches", "batches", count: subject.facts.batches.count),
    ]
    if let groups { result.facts.append(DrillFact("groups", "groups", count: groups)) }
    if let starts = Distribution(processStarts) {
      result.facts.append(
        DrillFact(
          "process_ms_p50", "process", .double(Double(starts.quantile(0.5)) / 1e6),
          "\(Quantities.nanos(starts.quantile(0.5))) more from start to end, p50; what is read was in memory"))
    }
    return result
  }
}
