import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("a crash")
struct CrashTests {
  static let settings = [
    StoreSettings(mode: .snapshot, shards: 2, segmentCapacity: 4 << 10),
    StoreSettings(mode: .log, shards: 4, segmentCapacity: 2 << 10),
    StoreSettings(mode: .log, shards: 2, segmentCapacity: 2 << 10, durability: .group(nanos: 12_000)),
  ]
  static let batches = 16

  /// What a run that was cut short had acknowledged and had begun to write.
  struct Outcome {
    var acknowledged: Int
    var issued: Int
  }

  /// Commits batches until the disk stops.
  private func run(_ disk: CrashDisk, _ workload: Workload, _ settings: StoreSettings, upTo end: Int) -> Outcome {
    var outcome = Outcome(acknowledged: -1, issued: -1)
    do {
      var session = try Session(disk, settings)
      outcome = Outcome(acknowledged: session.next - 1, issued: session.next - 1)
      for number in session.next..<end {
        outcome.issued = number
        try session.write(number, of: workload)
        if try session.store.sync() {
          outcome.acknowledged = session.store.durableBatch.map { Int($0.value) } ?? -1
          session.store.published(before: BatchID(UInt64(number) + 1))
        }
      }
      try session.store.close()
      outcome.acknowledged = end - 1
    } catch {
      // The disk stopped, which is what this is about.
    }
    return outcome
  }

  /// Expects a directory to recover to something between acknowledged and issued, and to go on from there.
  private func check(
    _ image: MemoryDirectory, _ outcome: Outcome, _ workload: Workload, _ settings: StoreSettings, _ comment: Comment
  ) throws {
    var session = try Session(image, settings)
    let last = session.next - 1
    #expect(last >= outcome.acknowledged && last <= outcome.issued, comment)
    if last >= 0 { try expect(session.state, isAfter: last, of: workload, comment) }
    try session.run(workload, upTo: last + 2)
    try expect(session.state, isAfter: last + 1, of: workload, comment)
  }

  @Test("at any call of a run loses nothing acknowledged and invents nothing", arguments: settings)
  func whileCommitting(settings: StoreSettings) throws {
    let workload = Workload(seed: 21, batches: Self.batches + 2)
    var crashAt = 1
    while true {
      let disk = try CrashDisk(MemoryDirectory(), crashAt: crashAt)
      let outcome = run(disk, workload, settings, upTo: Self.batches)
      var random = SeededRandom(seed: UInt64(crashAt))
      try check(try disk.afterKill(), outcome, workload, settings, "killed at call \(crashAt)")
      for _ in 0..<3 {
        try check(
          try disk.afterPowerCut(&random), outcome, workload, settings, "power cut at call \(crashAt), seed \(crashAt)")
      }
      if disk.calls < crashAt { break }
      crashAt += 1
    }
    // A disk that never stops would prove nothing.
    #expect(crashAt > 2 * Self.batches)
  }

  @Test("at any call of a recovery loses nothing committed", arguments: settings)
  func whileRecovering(settings: StoreSettings) throws {
    let workload = Workload(seed: 22, batches: Self.batches + 4)
    let start = try CrashDisk(MemoryDirectory())
    var session = try Session(start, settings)
    try session.run(workload, upTo: Self.batches)
    _ = try session.store.sync(now: true)
    // Two batches above the floor, the second one torn: something to carry and something to cut.
    try session.write(Self.batches, of: workload)
    try session.write(Self.batches + 1, of: workload)
    let store = try start.afterKill()
    let torn = try #require(try records(store).last)
    try flip(torn.segment, store, at: torn.offset + torn.header.frameLength - 16)

    var crashAt = 1
    while true {
      let disk = try CrashDisk(store, crashAt: crashAt)
      let outcome = run(disk, workload, settings, upTo: Self.batches + 2)
      let expected = Outcome(
        acknowledged: max(outcome.acknowledged, Self.batches - 1), issued: max(outcome.issued, Self.batches))
      var random = SeededRandom(seed: UInt64(crashAt))
      var images = [try disk.afterKill()]
      for _ in 0..<3 { images.append(try disk.afterPowerCut(&random)) }
      for image in images {
        // A second crash in the recovery from the first.
        let again = try CrashDisk(image, crashAt: 1 + Int(random.next() % 20))
        let second = run(again, workload, settings, upTo: Self.batches + 2)
        let both = Outcome(
          acknowledged: max(expected.acknowledged, second.acknowledged), issued: max(expected.issued, second.issued))
        try check(try again.afterPowerCut(&random), both, workload, settings, "twice, first at call \(crashAt)")
        try check(image, expected, workload, settings, "at call \(crashAt)")
      }
      if disk.calls < crashAt { break }
      crashAt += 1
    }
    #expect(crashAt > 10)
  }

  @Test("that loses synced bytes is noticed: the crash tests can fail")
  func negativeControl() throws {
    let workload = Workload(seed: 23, batches: 12)
    let settings = StoreSettings(mode: .snapshot, segmentCapacity: 1 << 16)
    let disk = try CrashDisk(MemoryDirectory())
    let outcome = run(disk, workload, settings, upTo: 10)
    let image = try disk.afterKill()
    let last = try #require(try records(image).last)
    // Without its last records the store is older than what was acknowledged, and says so.
    try patch(last.segment, image, at: 300, Array(repeating: 0, count: last.offset + last.header.frameLength - 300))
    #expect(outcome.acknowledged == 9)
    let session = try Session(image, settings)
    #expect(session.next - 1 < outcome.acknowledged)
  }
}
