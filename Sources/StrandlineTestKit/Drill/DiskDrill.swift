import Dispatch
import StrandlineStorage
import Synchronization

/// Cuts the power at every call of a run that changes something, recovers every disk that this may leave, and checks it.
///
/// # Overview
/// The subject is run once, and the disk is kept as it was before each call. For each of these moments ``CrashImages`` gives
/// the disks that may be left. Each is recovered; batches, state, digest and output must be those of the undisturbed run, no
/// acknowledged batch may be missing and none that was not begun may be there; recovering again must change nothing. Of each
/// moment some are run to their end. With a depth, recovery is interrupted in the same way, one time inside the other.
///
/// A disk that was checked before with the same bounds isn't checked again. With a time limit the drill goes on with other
/// seeds until it is over.
public struct DiskDrill: Drill {
  private let limits: DrillLimits
  private let makeSubject: @Sendable (UInt64) -> DrillSubject

  /// A drill of a subject.
  public init(_ subject: DrillSubject, limits: DrillLimits = DrillLimits()) {
    self.init(limits: limits) { _ in subject }
  }

  /// A drill of a subject for each seed: rounds that follow the first have other rows, too.
  public init(limits: DrillLimits = DrillLimits(), subject: @escaping @Sendable (UInt64) -> DrillSubject) {
    self.limits = limits
    makeSubject = subject
  }

  /// Carries the drill out.
  public func run(clock: @Sendable () -> UInt64, progress: (DrillProgress) -> Void) throws -> DrillReport {
    let started = clock()
    var report = DrillReport(mode: "disk")
    var round = limits
    repeat {
      let subject = makeSubject(round.seed)
      let (undisturbed, moments) = try UndisturbedRun.moments(subject)
      let check = RecoveryCheck(subject: subject, expected: undisturbed)
      if let only = limits.only {
        let crash = CrashPath(check: check, limits: round, moments: moments)
        try crash.replay(only, into: &report)
        break
      }
      try Self.round(check, round, moments, started, clock, progress, &report)
      round.seed &+= 1
    } while report.isGood && limits.nanosMax.map { clock() - started < $0 } ?? false
    report.nanos = clock() - started
    return report
  }

  /// One undisturbed run and all its moments, spread over the cores.
  private static func round(
    _ check: RecoveryCheck, _ limits: DrillLimits, _ moments: [UndisturbedRun.Moment], _ started: UInt64,
    _ clock: @Sendable () -> UInt64, _ progress: (DrillProgress) -> Void, _ report: inout DrillReport
  ) throws {
    let workers = max(1, SystemProcess.processorCount)
    let seen = SeenDisks()
    // A slice at a time, so that progress can be told and the time looked at on this thread.
    let slice = workers * 8
    for start in stride(from: 0, to: moments.count, by: slice) {
      let part = Array(moments[start..<min(start + slice, moments.count)])
      let merged = Mutex(DrillReport(mode: report.mode))
      let next = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        var crash = CrashPath(check: check, limits: limits, moments: moments, seen: seen)
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < part.count else { break }
          crash.interrupt(at: part[index])
        }
        let mine = crash.report
        merged.withLock { $0.merge(mine) }
      }
      report.merge(merged.withLock { $0 })
      let nanos = clock() - started
      let fraction = Double(min(start + slice, moments.count)) / Double(max(1, moments.count))
      progress(
        DrillProgress(
          tried: report.tried,
          fraction: limits.nanosMax.map { min(1, Double(nanos) / Double(max(1, $0))) } ?? fraction, nanos: nanos))
      if let end = limits.nanosMax, nanos >= end { break }
      if report.violations.count >= 20 { break }
    }
  }
}

/// The disks that were checked before, by a hash of what is on them and of what is asked of them.
final class SeenDisks: Sendable {
  private let hashes = Mutex<Set<Int>>([])

  /// Notes a disk.
  ///
  /// - Returns: whether it was not there before.
  func insert(_ hash: Int) -> Bool { hashes.withLock { $0.insert(hash).inserted } }
}
