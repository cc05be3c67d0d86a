import Dispatch
import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage
import Synchronization

/// Damages a store in every small way, and checks that recovery says so or comes to a state that it may come to.
///
/// # Overview
/// Every bit of every file is turned and every file cut at every length; files and records go missing, change places, stand
/// twice, come from another store or from an earlier time. This is done to a store whose run was killed and to one that was
/// closed. Recovery must either end with a typed error that names the damaged file, and leave the store as it was, or come
/// to a batch of the undisturbed run that is not before the last one proved durable, and report what it cut.
public struct DamageDrill: Drill {
  private let subject: DrillSubject
  private let limits: DrillLimits
  private let everyBit: Bool

  /// A drill of a subject.
  ///
  /// - Parameter everyBit: whether each bit of a byte is turned; otherwise one of them, another from byte to byte.
  public init(_ subject: DrillSubject, limits: DrillLimits = DrillLimits(), everyBit: Bool = true) {
    self.subject = subject
    self.limits = limits
    self.everyBit = everyBit
  }

  private struct Case: Sendable, CustomStringConvertible {
    var store: DamageableStore
    var damage: Damage
    var description: String { "\(store.name),\(damage)" }
  }

  /// Carries the drill out.
  public func run(clock: @Sendable () -> UInt64, progress: (DrillProgress) -> Void) throws -> DrillReport {
    let started = clock()
    let (expected, moments) = try UndisturbedRun.moments(subject)
    let check = RecoveryCheck(subject: subject, expected: expected)
    var cases = try stores(moments).flatMap { store in
      store.damages(everyBit: everyBit, every: limits.only == nil ? limits.stride : 1)
        .map { Case(store: store, damage: $0) }
    }
    if let only = limits.only {
      cases = cases.filter { "\($0)" == only }
      guard !cases.isEmpty else { throw RecoveryCheck.Finding(text: "'\(only)' is no case of this drill") }
    }
    var report = DrillReport(mode: "damage")
    let workers = SystemProcess.processorCount
    let slice = workers * 256
    for start in stride(from: 0, to: cases.count, by: slice) {
      let end = min(start + slice, cases.count)
      let next = Atomic(start)
      let merged = Mutex(DrillReport(mode: report.mode))
      let all = cases
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        var mine = DrillReport(mode: "damage")
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < end else { break }
          Self.attempt(all[index], check, &mine)
        }
        let done = mine
        merged.withLock { $0.merge(done) }
      }
      report.merge(merged.withLock { $0 })
      report.nanos = clock() - started
      progress(
        DrillProgress(
          tried: report.tried, fraction: Double(end) / Double(max(1, cases.count)), nanos: report.nanos))
      if let nanosMax = limits.nanosMax, report.nanos >= nanosMax { break }
      if report.violations.count >= 20 { break }
    }
    return report
  }

  /// A store whose run was killed behind two thirds of it, and one that was closed.
  private func stores(_ moments: [UndisturbedRun.Moment]) throws -> [DamageableStore] {
    let other = try UndisturbedRun.moments(subject, attempt: 9).moments
    guard let last = moments.last, let stranger = other.last else { return [] }
    let killed = moments[moments.count * 2 / 3]
    return try [("killed", killed), ("closed", last)].map { name, moment in
      let past = moments.filter { $0.point.number < moment.point.number }.map(\.point.state)
      return try DamageableStore(
        name, CrashImages(moment.point).disk([]), past: past, stranger: stranger.point.state.afterKill)
    }
  }

  private static func attempt(_ trial: Case, _ check: RecoveryCheck, _ report: inout DrillReport) {
    guard let disk = trial.store.disk(trial.damage), let before = trial.store.disk(trial.damage) else { return }
    report.tried += 1
    report.distinct += 1
    do {
      let run: SubjectRun
      do {
        run = try SubjectRun(check.subject, on: disk)
      } catch {
        report.note("\(trial.damage.kind): \(try refusal(error, trial.damage))")
        // Parts that are visible may prove more; one file doesn't.
        if check.subject.output == .file && trial.store.isAboveFloor(trial.damage) {
          throw RecoveryCheck.Finding(text: "damage above the floor is refused, and not cut: \(error)")
        }
        guard DamageableStore.isUnchanged(disk, before) else {
          throw RecoveryCheck.Finding(text: "the store was refused, and is not as it was")
        }
        return
      }
      let floor = try trial.store.floorBatch(trial.damage, before)
      try check.check(run, disk, RecoveryCheck.Bounds(acknowledged: floor, issued: trial.store.lastBatch))
      report.note("\(trial.damage.kind): \(try outcome(run, trial.store))")
    } catch {
      report.note("violation")
      report.violations.append(DrillViolation("damage \(trial): \(error)", replay: "\(trial)"))
    }
  }

  /// Makes sure that an error says what is wrong with which file.
  private static func refusal(_ error: any Error, _ damage: Damage) throws -> String {
    guard let error = error as? StreamError else {
      throw RecoveryCheck.Finding(text: "the error is not a stream's: \(error)")
    }
    guard let store = error.store else {
      // What the log has lost, the output may still prove: the sink then finds that it is ahead.
      guard error.code == .sink, error.file != nil else {
        throw RecoveryCheck.Finding(text: "the error names no file: \(error)")
      }
      return "refused, the output is ahead"
    }
    guard store.code == .corruption || store.code == .unsupportedFormat else {
      throw RecoveryCheck.Finding(text: "the error is \(store.code.name): \(error)")
    }
    guard let file = store.file, damage.file.map({ file.hasSuffix("/\($0)") }) ?? true else {
      throw RecoveryCheck.Finding(text: "the error names \(store.file ?? "no file"): \(error)")
    }
    if case .flip = damage, store.offset == nil {
      throw RecoveryCheck.Finding(text: "the error names no offset: \(error)")
    }
    return "refused, \(store.code.name)"
  }

  /// What a recovery came to, which must say so when it came to less.
  private static func outcome(_ run: SubjectRun, _ store: DamageableStore) throws -> String {
    guard let plan = run.engine.report.recovery?.plan else {
      throw RecoveryCheck.Finding(text: "a new store was made in place of the damaged one")
    }
    if !plan.degraded.isEmpty { return "survived, degraded" }
    if run.last < store.lastBatch {
      // A log that ends early without a trace is one whose end was never proved to be written.
      return plan.tail == nil ? "ends earlier, above the floor" : "torn tail cut"
    }
    return plan.tail == nil ? "harmless" : "torn tail cut"
  }
}
