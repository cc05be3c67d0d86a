import StrandlineStorage
import StrandlineTestKit
import Testing

@Suite("The simulated disk")
struct SimulatedDiskTests {
  private func content(_ directory: any Directory, _ name: String) throws -> [UInt8]? {
    guard try directory.entries().contains(where: { $0.name == name }) else { return nil }
    let file = try directory.open(name, .readOnly)
    return try file.read(at: 0, count: try file.size())
  }

  /// What the file `a` may hold after a crash now.
  private func states(_ disk: SimulatedDisk, _ limits: DrillLimits = DrillLimits()) throws -> Set<[UInt8]?> {
    let images = CrashImages(disk.crashPoint, limits: limits)
    return Set(try images.fates().map { try content(images.disk($0), "a") })
  }

  @Test("behaves as any directory does")
  func conformance() throws {
    try DirectoryConformance.run { SimulatedDisk() }
  }

  @Test("keeps what was synced, and shows every subset of what wasn't, sector by sector")
  func subsets() throws {
    let disk = SimulatedDisk()
    let file = try disk.open("a", .create)
    try file.write([UInt8](repeating: 1, count: 1024), at: 0)
    try file.sync()
    try disk.sync()
    try file.write([UInt8](repeating: 2, count: 1000), at: 12)
    var limits = DrillLimits()
    limits.samples = 0
    let images = CrashImages(disk.crashPoint, limits: limits)
    #expect(images.partCount == 2)
    let found = Set(try images.fates().filter { !$0.contains(.garbage) }.map { try content(images.disk($0), "a") })
    var expected: Set<[UInt8]?> = []
    for (first, second) in [(1, 1), (1, 2), (2, 1), (2, 2)] as [(UInt8, UInt8)] {
      var bytes = [UInt8](repeating: 1, count: 12) + [UInt8](repeating: first, count: 500)
      bytes += [UInt8](repeating: second, count: 500) + [UInt8](repeating: 1, count: 12)
      expected.insert(bytes)
    }
    #expect(found == expected)
    try file.sync()
    #expect(try states(disk) == [try content(disk, "a")])
  }

  @Test("may lose a file whose directory was not synced, and keeps one whose directory was")
  func names() throws {
    let disk = SimulatedDisk()
    let file = try disk.open("a", .create)
    try file.write([7], at: 0)
    try file.sync()
    #expect(try states(disk) == [nil, [7]])
    try disk.sync()
    #expect(try states(disk) == [[7]])
    try disk.open("b", .create).write([8], at: 0)
    try disk.rename("b", to: "a")
    #expect(try states(disk).isSuperset(of: [[7], [8], []]))
    try disk.remove("a")
    #expect(try states(disk).contains(nil))
    #expect(try states(disk).contains([7]))
  }

  @Test("draws garbage where bytes were not synced, and nowhere else")
  func garbage() throws {
    let disk = SimulatedDisk()
    let file = try disk.open("a", .create)
    try file.write([UInt8](repeating: 1, count: 512), at: 0)
    try file.sync()
    try disk.sync()
    try file.write([UInt8](repeating: 2, count: 512), at: 512)
    var limits = DrillLimits()
    limits.samples = 64
    let all = try states(disk, limits).compactMap { $0 }
    #expect(all.allSatisfy { $0.prefix(512) == [UInt8](repeating: 1, count: 512)[...] })
    #expect(all.contains { $0.count == 1024 && !$0.dropFirst(512).allSatisfy { $0 == 2 } })
  }

  @Test("fails at the chosen call of a kind, once or from then on", arguments: [false, true])
  func faults(forEver: Bool) throws {
    let disk = SimulatedDisk()
    let file = try disk.open("a", .create)
    disk.faults = [DiskFault(.write, number: 2, code: .noSpace, isForEver: forEver, effect: .half)]
    try file.write([1, 1], at: 0)
    #expect(throws: StorageError.self) { try file.write([2, 2], at: 2) }
    #expect(try content(disk, "a") == [1, 1, 2])
    if forEver {
      #expect(throws: StorageError.self) { try file.write([3], at: 0) }
    } else {
      try file.write([3], at: 0)
      #expect(try content(disk, "a") == [3, 1, 2])
    }
  }

  @Test("drops what a failed sync was to write: the next sync succeeds, and the bytes are gone")
  func droppedPages() throws {
    let disk = SimulatedDisk()
    let file = try disk.open("a", .create)
    try disk.sync()
    try file.write([1, 2, 3], at: 0)
    disk.faults = [DiskFault(.sync, number: 1, code: .inputOutput, effect: .dropped)]
    #expect(throws: StorageError.self) { try file.sync() }
    #expect(try content(disk, "a") == [1, 2, 3])
    try file.sync()
    #expect(try states(disk) == [[]])
    #expect(try content(disk.afterKill(), "a") == [1, 2, 3])
  }

  @Test("that ignores syncs loses what was synced: a check has something to find")
  func lyingDisk() throws {
    let disk = SimulatedDisk()
    disk.ignoresSync = true
    let file = try disk.open("a", .create)
    try file.write([1], at: 0)
    try file.sync()
    try disk.sync()
    #expect(try states(disk).contains(nil))
  }

  @Test("gives the same disks for the same seed")
  func repeatable() throws {
    func images() throws -> [[UInt8]?] {
      let disk = SimulatedDisk()
      let file = try disk.open("a", .create)
      try file.write([UInt8](repeating: 5, count: 9000), at: 0)
      let images = CrashImages(disk.crashPoint)
      return try images.fates().map { try content(images.disk($0), "a") }
    }
    #expect(try images() == images())
  }
}
