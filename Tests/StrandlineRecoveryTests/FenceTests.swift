import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("a writer that has lost its store")
struct FenceTests {
  let workload = Workload(seed: 81, batches: 40, ticks: false)

  @Test("acknowledges nothing, and leaves what the next one wrote as it is", arguments: [1 << 16, 2 << 10])
  func takenOver(capacity: Int) throws {
    let settings = StoreSettings(mode: .log, segmentCapacity: capacity)
    let directory = MemoryDirectory()
    var old = try Session(directory.reopened(), settings)
    try old.run(workload, upTo: 10)

    try directory.remove(StoreNames.lock)
    var new = try Session(directory.reopened(), settings)
    #expect(new.next == 10)
    try new.run(workload, upTo: 12)

    // The old one wakes up. Its writes may also ask for a new segment, and so for a manifest of its own.
    var refusals = 0
    for number in 10..<30 {
      do {
        try old.write(number, of: workload)
        try old.store.sync()
        Issue.record("a writer without its store acknowledged batch \(number)")
      } catch let error as LogError {
        refusals += 1
        #expect(error.code == (refusals == 1 ? .fenced : .poisoned))
      }
      #expect(old.store.durableBatch == BatchID(9))
    }
    try new.run(workload, upTo: 20)
    try new.store.close()
    try expectRecovers(directory, to: 19, of: workload, settings)
  }

  @Test("does not roll a segment under the manifest of the next one")
  func rolling() throws {
    let settings = StoreSettings(mode: .log, segmentCapacity: 2 << 10, durability: .none)
    let directory = MemoryDirectory()
    var old = try Session(directory.reopened(), settings)
    try old.run(workload, upTo: 5)
    try old.store.sync(now: true)
    try directory.remove(StoreNames.lock)
    var new = try Session(directory.reopened(), settings)
    let manifest = try bytes(Manifest.name, directory)
    #expect(throws: LogError.self) { for number in 5..<40 { try old.write(number, of: workload) } }
    #expect(try bytes(Manifest.name, directory) == manifest)
    try new.run(workload, upTo: 8)
    try new.store.close()
    try expectRecovers(directory, to: 7, of: workload, settings)
  }

  @Test("is refused by the manifest's replacement as by the sync")
  func manifest() throws {
    let directory = MemoryDirectory()
    let session = try Session(directory.reopened(), StoreSettings())
    let lock: any DirectoryLock = try directory.copy().lock(StoreNames.lock, owner: "pid 9")
    lock.release()
    #expect {
      try ManifestFile.replace(session.store.manifest, in: directory, holding: lock)
    } throws: {
      ($0 as? LogError)?.code == .fenced
    }
  }
}
