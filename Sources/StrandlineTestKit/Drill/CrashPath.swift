import Strandline
import StrandlineBytes
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage

/// Crashes, one inside the recovery from the other, and what came of them.
///
/// A case is written as `412:kl/8:k`: at change 412 of the run, of two unsynced parts the first was kept and the second lost;
/// at change 8 of the recovery that followed, one part was kept.
struct CrashPath {
  let check: RecoveryCheck
  let limits: DrillLimits
  let moments: [UndisturbedRun.Moment]
  var seen = SeenDisks()
  private(set) var report = DrillReport(mode: "disk")

  init(check: RecoveryCheck, limits: DrillLimits, moments: [UndisturbedRun.Moment], seen: SeenDisks = SeenDisks()) {
    self.check = check
    self.limits = limits
    self.moments = moments
    self.seen = seen
  }

  /// Tries every disk that a crash at a moment of the run may leave.
  mutating func interrupt(at moment: UndisturbedRun.Moment) {
    let bounds = RecoveryCheck.Bounds(acknowledged: moment.acknowledged, issued: moment.issued)
    // To go on to the end takes as long as many recoveries: once in a while is enough.
    var goesOn = moment.point.number % limits.finishEvery == 0
    for (fates, disk) in images(of: moment.point) {
      let name = "\(moment.point.number):\(Self.letters(fates))"
      guard seen.insert(Self.hash(disk, bounds)) else { continue }
      attempt(disk, bounds, name, depth: limits.depth, goesOn: goesOn)
      goesOn = false
    }
  }

  /// The disks of a crash point, made one by one.
  private func images(of point: CrashPoint) -> some Sequence<([Fate], SimulatedDisk)> {
    let images = CrashImages(point, limits: limits)
    return images.fates().lazy.map { ($0, images.disk($0)) }
  }

  /// Recovers one disk and checks it; interrupts the recovery, too, down to a depth.
  private mutating func attempt(
    _ disk: SimulatedDisk, _ bounds: RecoveryCheck.Bounds, _ name: String, depth: Int, goesOn: Bool
  ) {
    report.tried += 1
    report.distinct += 1
    do {
      try check.checkVisible(disk)
      disk.recordsCrashPoints = depth > 0
      let run = try check.recover(disk, bounds)
      let points = disk.takeCrashPoints()
      disk.recordsCrashPoints = false
      note(run)
      try check.recoverAgain(disk, last: run.last)
      if depth > 0 { interruptRecovery(points, bounds, name, depth: depth - 1) }
      if goesOn { try check.finish(run, disk) }
    } catch {
      fail(error, name)
    }
  }

  private mutating func fail(_ error: any Error, _ name: String) {
    report.note("violation")
    report.violations.append(DrillViolation("crash at \(name): \(error)", replay: name))
  }

  /// Crashes in a recovery: at some of its calls, some of the disks that may be left.
  private mutating func interruptRecovery(
    _ points: [CrashPoint], _ bounds: RecoveryCheck.Bounds, _ name: String, depth: Int
  ) {
    guard !points.isEmpty else { return }
    var random = DrillRandom(seed: limits.seed, Int(truncatingIfNeeded: XXH64.hash(Array(name.utf8))))
    for _ in 0..<limits.branches {
      let point = points[random.below(points.count)]
      let images = CrashImages(point, limits: limits)
      let all = images.fates()
      let fates = all[random.below(all.count)]
      let disk = images.disk(fates)
      guard seen.insert(Self.hash(disk, bounds)) else { continue }
      attempt(disk, bounds, "\(name)/\(point.number):\(Self.letters(fates))", depth: depth, goesOn: false)
    }
  }

  private mutating func note(_ run: SubjectRun) {
    guard let recovery = run.engine.report.recovery, let plan = recovery.plan else {
      report.note("no store yet: a new one")
      return
    }
    report.note(plan.tail == nil ? "recovered" : "recovered, a torn tail cut")
    if !plan.carry.isEmpty { report.note("of these with records carried") }
  }

  // MARK: - Replaying

  /// Tries one case alone.
  ///
  /// - Throws: when the name is none.
  func replay(_ name: String, into report: inout DrillReport) throws {
    var path = self
    let steps = try name.split(separator: "/").map { try Self.step($0) }
    guard let first = steps.first, let moment = moments.first(where: { $0.point.number == first.number }) else {
      throw RecoveryCheck.Finding(text: "'\(name)' is no case of this drill: the run has no such change")
    }
    let bounds = RecoveryCheck.Bounds(acknowledged: moment.acknowledged, issued: moment.issued)
    var disk = CrashImages(moment.point, limits: limits).disk(first.fates)
    for step in steps.dropFirst() {
      disk.recordsCrashPoints = true
      _ = try check.recover(disk, bounds)
      guard let point = disk.takeCrashPoints().first(where: { $0.number == step.number }) else {
        throw RecoveryCheck.Finding(text: "'\(name)' is no case of this drill: the recovery has no such change")
      }
      disk = CrashImages(point, limits: limits).disk(step.fates)
    }
    path.attempt(disk, bounds, name, depth: 0, goesOn: true)
    report.merge(path.report)
  }

  private static func step(_ text: Substring) throws -> (number: Int, fates: [Fate]) {
    let halves = text.split(separator: ":", omittingEmptySubsequences: false)
    let fates = halves.last.map { $0.utf8.compactMap { Fate(rawValue: $0) } } ?? []
    guard halves.count == 2, let number = Int(halves[0]), fates.count == halves[1].utf8.count else {
      throw RecoveryCheck.Finding(text: "'\(text)' is no step of a case, such as 412:kl")
    }
    return (number, fates)
  }

  private static func letters(_ fates: [Fate]) -> String {
    String(decoding: fates.map(\.rawValue), as: UTF8.self)
  }

  /// A hash of everything on a disk and of the bounds; it is compared within this process only.
  private static func hash(_ disk: SimulatedDisk, _ bounds: RecoveryCheck.Bounds) -> Int {
    var hasher = Hasher()
    hasher.combine(bounds.acknowledged)
    hasher.combine(bounds.issued)
    let state = disk.state
    for (number, directory) in state.directories.sorted(by: { $0.key < $1.key }) {
      for (name, node) in directory.names.sorted(by: { $0.key < $1.key }) {
        hasher.combine(number)
        hasher.combine(name)
        hasher.combine(node)
        // Unsafe: the bytes are read inside the closure only.
        unsafe state.files[node]?.content.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
      }
    }
    return hasher.finalize()
  }
}
