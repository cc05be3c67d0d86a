import Strandline
import StrandlineLog
import StrandlineStorage

/// One fault: in the run itself, or in the recovery of a disk that a crash has left.
struct ErrorCase: Sendable, CustomStringConvertible {
  /// Which disk is recovered; nil for the run.
  var start: Int?
  var fault: DiskFault

  /// Such as `run,sync,12,inputOutput,dropped,once`.
  var description: String {
    [
      start.map { "recovery-\($0)" } ?? "run", fault.call?.rawValue ?? "any", "\(fault.number)",
      fault.code.description, fault.effect.rawValue, fault.isForEver ? "for-ever" : "once",
    ].joined(separator: ",")
  }
}

/// Puts one fault in, and checks what is left.
struct ErrorTrial: Sendable {
  let check: RecoveryCheck
  let limits: DrillLimits
  let starts: [UndisturbedRun.Moment]

  /// Every call of the run, and of the recoveries, with every error it may have.
  func cases(inRun disk: SimulatedDisk) throws -> [ErrorCase] {
    var cases = Self.cases(nil) { disk.calls(of: $0) }
    for index in starts.indices {
      let crashed = crashed(index)
      _ = try SubjectRun(check.subject, on: crashed)
      cases += Self.cases(index) { crashed.calls(of: $0) }
    }
    return cases
  }

  private func crashed(_ index: Int) -> SimulatedDisk { CrashImages(starts[index].point, limits: limits).disk([]) }

  private static func cases(_ start: Int?, _ count: (DiskCall) -> Int) -> [ErrorCase] {
    DiskCall.allCases.flatMap { call in
      (1...max(1, count(call))).flatMap { number in
        variants(call).flatMap { code, effect in
          [false, true].map { forEver in
            ErrorCase(
              start: start,
              fault: DiskFault(call, number: number, code: code, isForEver: forEver, effect: effect))
          }
        }
      }
    }
  }

  /// The errors that a call may have, and what it may have done by then.
  private static func variants(_ call: DiskCall) -> [(StorageError.Code, DiskFault.Effect)] {
    switch call {
    case .write, .preallocate:
      [(.inputOutput, .nothing), (.noSpace, .nothing), (.noSpace, .half), (.shortWrite, .half)]
    case .sync: [(.inputOutput, .nothing), (.inputOutput, .dropped), (.noSpace, .dropped), (.interrupted, .nothing)]
    case .create, .makeDirectory, .truncate, .rename: [(.inputOutput, .nothing), (.noSpace, .nothing)]
    case .syncDirectory: [(.inputOutput, .nothing), (.inputOutput, .dropped)]
    case .open: [(.inputOutput, .nothing), (.tooManyOpenFiles, .nothing)]
    case .read, .status, .remove, .openDirectory, .list, .lock, .close: [(.inputOutput, .nothing)]
    }
  }

  /// Tries a case.
  func attempt(_ trial: ErrorCase, _ report: inout DrillReport) {
    report.tried += 1
    report.distinct += 1
    do {
      if let start = trial.start {
        try failRecovery(trial, start, &report)
      } else {
        try failRun(trial, &report)
      }
    } catch {
      report.note("violation")
      report.violations.append(DrillViolation("fault \(trial): \(error)", replay: "\(trial)"))
    }
  }

  private func failRun(_ trial: ErrorCase, _ report: inout DrillReport) throws {
    let disk = SimulatedDisk()
    disk.faults = [trial.fault]
    var bounds = RecoveryCheck.Bounds(acknowledged: -1, issued: 0)
    do {
      let run = try SubjectRun(check.subject, on: disk)
      bounds.acknowledged = run.acknowledged
      repeat {
        bounds = RecoveryCheck.Bounds(acknowledged: run.acknowledged, issued: run.begun + 1)
      } while try run.step()
      try run.engine.close()
      report.note("no error: the fault changes nothing")
      guard try VisibleOutput(disk).files == check.expected.files else {
        throw RecoveryCheck.Finding(text: "the run ends well, and its output is not the undisturbed run's")
      }
    } catch {
      try expectTyped(error)
      report.note("ended with \(Self.name(error))")
    }
    try checkRemains(disk, bounds)
  }

  private func failRecovery(_ trial: ErrorCase, _ start: Int, _ report: inout DrillReport) throws {
    let disk = crashed(start)
    let moment = starts[start]
    disk.faults = [trial.fault]
    do {
      _ = try SubjectRun(check.subject, on: disk)
      report.note("recovered in spite of it")
    } catch {
      try expectTyped(error)
      report.note("recovery ended with \(Self.name(error))")
    }
    try checkRemains(disk, RecoveryCheck.Bounds(acknowledged: moment.acknowledged, issued: moment.issued))
  }

  /// Recovers what the page cache and what the device hold, once everything works again.
  private func checkRemains(_ disk: SimulatedDisk, _ bounds: RecoveryCheck.Bounds) throws {
    disk.faults = []
    let bounds = RecoveryCheck.Bounds(
      acknowledged: bounds.acknowledged, issued: min(bounds.issued, check.expected.batches.count - 1))
    let killed = disk.afterKill()
    try check.checkVisible(killed)
    let run = try check.recover(killed, bounds)
    try check.recoverAgain(killed, last: run.last)
    if run.last % limits.finishEvery == 0 { try check.finish(run, killed) }
    let images = CrashImages(disk.crashPoint, limits: limits)
    for fates in images.fates().prefix(limits.samples) {
      let cut = images.disk(fates)
      try check.checkVisible(cut)
      _ = try check.recover(cut, bounds)
    }
  }

  private func expectTyped(_ error: any Error) throws {
    switch error {
    case let error as StreamError where !error.message.isEmpty: break
    // The drill opens the directories of store and output itself.
    case is StorageError: break
    default: throw RecoveryCheck.Finding(text: "the run ends with an error that is not a stream's: \(error)")
    }
  }

  private static func name(_ error: any Error) -> String {
    guard let error = error as? StreamError else { return "storage" }
    return error.store?.code.name ?? error.code.name
  }
}
