import Dispatch
import Strandline
public import StrandlineStorage
import Synchronization

/// Fails the N-th call of a run, for every N and every kind of call, and checks what the run says and what it leaves.
///
/// # Overview
/// A failed call must end the run with a typed error, or change nothing of the result. Afterwards the process is taken for
/// dead: what its page cache and what the device hold are both recovered and checked as in ``DiskDrill``, with calls that
/// work again. Recovery itself is failed in the same way. A call fails once or from then on, with nothing done, with half
/// of a write done, or, for syncs, with the pages dropped.
public struct ErrorDrill: Drill {
  private let subject: DrillSubject
  private let limits: DrillLimits
  private let errors: [StorageError.Code]?

  /// A drill of a subject.
  ///
  /// - Parameter errors: the errors to put in; nil for all that a call of its kind may have.
  public init(_ subject: DrillSubject, limits: DrillLimits = DrillLimits(), errors: [StorageError.Code]? = nil) {
    self.subject = subject
    self.limits = limits
    self.errors = errors
  }

  /// Carries the drill out.
  public func run(clock: @Sendable () -> UInt64, progress: (DrillProgress) -> Void) throws -> DrillReport {
    let started = clock()
    let disk = SimulatedDisk()
    let (expected, moments) = try UndisturbedRun.moments(subject, on: disk)
    let trial = ErrorTrial(
      check: RecoveryCheck(subject: subject, expected: expected), limits: limits, starts: Self.starts(moments))
    var cases = try trial.cases(inRun: disk).filter { errors?.contains($0.fault.code) ?? true }
    if let only = limits.only {
      cases = cases.filter { "\($0)" == only }
      guard !cases.isEmpty else { throw RecoveryCheck.Finding(text: "'\(only)' is no case of this drill") }
    } else if limits.stride > 1 {
      cases = cases.enumerated().filter { $0.offset % limits.stride == 0 }.map(\.element)
    }
    var report = try Self.run(cases, trial, started, limits.nanosMax, clock, progress)
    report.nanos = clock() - started
    return report
  }

  /// The disks whose recovery is failed: a crash in the beginning, in the middle and at the end.
  private static func starts(_ moments: [UndisturbedRun.Moment]) -> [UndisturbedRun.Moment] {
    [moments.count / 5, moments.count / 2, moments.count * 9 / 10].filter { $0 < moments.count }.map { moments[$0] }
  }

  private static func run(
    _ cases: [ErrorCase], _ trial: ErrorTrial, _ started: UInt64, _ nanosMax: UInt64?,
    _ clock: @Sendable () -> UInt64, _ progress: (DrillProgress) -> Void
  ) throws -> DrillReport {
    var report = DrillReport(mode: "errors")
    let workers = SystemProcess.processorCount
    let slice = workers * 16
    for start in stride(from: 0, to: cases.count, by: slice) {
      let end = min(start + slice, cases.count)
      let next = Atomic(start)
      let merged = Mutex(DrillReport(mode: report.mode))
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        var mine = DrillReport(mode: "errors")
        while true {
          let index = next.add(1, ordering: .relaxed).oldValue
          guard index < end else { break }
          trial.attempt(cases[index], &mine)
        }
        let done = mine
        merged.withLock { $0.merge(done) }
      }
      report.merge(merged.withLock { $0 })
      let nanos = clock() - started
      progress(
        DrillProgress(tried: report.tried, fraction: Double(end) / Double(max(1, cases.count)), nanos: nanos))
      if let nanosMax, nanos >= nanosMax { break }
      if report.violations.count >= 20 { break }
    }
    return report
  }
}
