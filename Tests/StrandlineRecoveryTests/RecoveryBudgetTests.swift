import StrandlineLog
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("the time of a recovery")
struct RecoveryBudgetTests {
  @Test("is predicted from the bytes that recovery will read, after every batch", arguments: [1, 300, 1024])
  func backlog(smallest: Int) throws {
    let workload = Workload(seed: 95, batches: 60, keys: 400, rows: 8, closes: false)
    let settings = StoreSettings(mode: .log, shards: 2, segmentCapacity: 4 << 10, smallestSlice: smallest)
    let directory = MemoryDirectory()
    for start in [0, 20, 40] {
      var session = try Session(directory.reopened(), settings)
      for number in start..<start + 20 {
        try session.commit(number, of: workload)
        let facts = try facts(directory.copy())
        let plan = try RecoveryPlanner.plan(facts)
        var backlog = RecoveryBacklog(shardCount: 2)
        for batch in facts.batches { backlog.note(batch.sections) }
        #expect(backlog.work == plan.work, "batch \(number)")
        let predicted = session.store.speeds.predictedNanos(plan.work, logBytes: session.store.bytesOnDisk)
        #expect(session.store.outlook.nanos == predicted, "batch \(number)")
      }
      let read = try Session(directory.copy(), settings).report.figures
      let work = try RecoveryPlanner.plan(facts(directory.copy())).work
      #expect(read.snapshotBytes == work.snapshotBytes && read.redoBytes == work.redoBytes)
    }
  }

  @Test("is learned from large enough recoveries, and not from small ones")
  func speeds() {
    var speeds = RecoverySpeeds()
    var report = RecoveryReport()
    report.figures.snapshotBytes = 100
    report.figures.snapshotNanos = 1_000_000
    report.nanos = 3_000_000
    speeds.learn(from: report, logBytes: 100)
    #expect(speeds.nanosPerSnapshotByte == RecoverySpeeds().nanosPerSnapshotByte)
    #expect(speeds.fixedNanos == 2_000_000)
    report.figures.snapshotBytes = 1_000_000
    report.figures.snapshotNanos = 8_000_000
    report.figures.redoBytes = 500_000
    report.figures.redoNanos = 10_000_000
    report.figures.readNanos = 1_000_000
    report.factsNanos = 3_000_000
    report.nanos = 27_000_000
    speeds.learn(from: report, logBytes: 2_000_000)
    #expect(speeds.nanosPerSnapshotByte == 8 && speeds.nanosPerRedoByte == 20 && speeds.nanosPerLogByte == 2)
    #expect(speeds.fixedNanos == 5_000_000)
    var work = RecoveryWork()
    work.snapshotBytes = 1_000_000
    work.redoBytes = 500_000
    #expect(speeds.predictedNanos(work, logBytes: 2_000_000) == 27_000_000)
  }

  private func outlook(_ nanos: UInt64, least: UInt64, cycle: UInt64) -> CheckpointPolicy.Outlook {
    CheckpointPolicy.Outlook(nanos: nanos, leastNanos: least, cycleNanos: cycle)
  }

  @Test("is kept by more slices, or by a snapshot, where that is possible at all")
  func policy() {
    var policy = CheckpointPolicy(mode: .auto)
    let usual = policy.snapshotShare
    let late = outlook(300, least: 100, cycle: 400)
    func takesSnapshot(_ outlook: CheckpointPolicy.Outlook) -> Bool {
      policy.takesSnapshot(groups: 1 << 40, changed: 1, hasBase: true, outlook: outlook)
    }
    // Without a budget nothing changes.
    #expect(policy.share(late) == usual && policy.canMeetBudget(late) && !takesSnapshot(late))
    policy.recoveryBudgetNanos = 1000
    #expect(policy.share(late) == usual && !takesSnapshot(late))
    policy.recoveryBudgetNanos = 200
    #expect(policy.share(late) == 4 && policy.canMeetBudget(late) && takesSnapshot(late))
    policy.mode = .log
    #expect(policy.share(late) == 4 && !takesSnapshot(late))
    policy.recoveryBudgetNanos = 100
    #expect(policy.share(late) == 16)
    policy.recoveryBudgetNanos = 99
    #expect(policy.share(late) == usual && !policy.canMeetBudget(late))
    policy.mode = .auto
    #expect(!takesSnapshot(late), "what can't be kept is not paid for")
  }

  @Test("is shorter with a budget than without, and the budget is said to be out of reach when it is")
  func budget() throws {
    let workload = Workload(seed: 96, batches: 90, keys: 400, rows: 8, ticks: false, closes: false)
    func redo(_ budget: UInt64?) throws -> (bytes: Int, canMeet: Bool, least: UInt64) {
      let directory = MemoryDirectory()
      var settings = StoreSettings(mode: .log, shards: 2, segmentCapacity: 4 << 10, smallestSlice: 1)
      settings.recoveryBudgetNanos = budget
      var session = try Session(directory, settings)
      var bytes = 0
      for number in 0..<90 {
        try session.commit(number, of: workload)
        if number >= 60 { bytes += try RecoveryPlanner.plan(facts(directory.copy())).work.redoBytes }
      }
      try expectRecovers(directory.copy(), to: 89, of: workload, settings)
      let outlook = session.store.outlook
      return (bytes, session.store.policy.canMeetBudget(outlook), outlook.leastNanos)
    }
    let usual = try redo(nil)
    let short = try redo(usual.least + 15_000)
    let impossible = try redo(0)
    #expect(short.bytes < usual.bytes && short.canMeet && usual.canMeet)
    #expect(impossible.bytes == usual.bytes && !impossible.canMeet)
  }
}
