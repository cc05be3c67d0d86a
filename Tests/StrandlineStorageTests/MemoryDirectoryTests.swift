import StrandlineStorage
import Testing

@Suite("Directories in memory")
struct MemoryDirectoryTests {
  @Test("a copy has the files of that moment and goes its own way")
  func copy() throws {
    let original = MemoryDirectory(path: "store")
    let file = try original.open("a", .create)
    try file.write([1, 2, 3], at: 0)
    try original.subdirectory("d", create: true).open("b", .create).write([4], at: 0)
    let copy = original.copy()
    try file.write([9], at: 0)
    try original.remove("a")
    try copy.subdirectory("d", create: false).open("b", .readWrite).write([5], at: 0)
    #expect(try copy.open("a", .readOnly).read(at: 0, count: 9) == [1, 2, 3])
    #expect(try original.entries().map(\.name) == ["d"])
    #expect(try original.subdirectory("d", create: false).open("b", .readOnly).read(at: 0, count: 9) == [4])
    #expect(copy.path == "store")
  }

  @Test("a copy of a subdirectory is that directory")
  func copyOfSubdirectory() throws {
    let original = MemoryDirectory()
    let inner = try #require(try original.subdirectory("d", create: true) as? MemoryDirectory)
    _ = try inner.open("a", .create)
    #expect(try inner.copy().entries().map(\.name) == ["a"])
  }

  @Test("a lock does not go over to a copy, but holds for other handles")
  func locks() throws {
    let directory = MemoryDirectory()
    let lock = try directory.lock("LOCK", owner: "first")
    let copied = try directory.copy().lock("LOCK", owner: "copy")
    #expect(try copied.stillHeld())
    let error = #expect(throws: StorageError.self) { try directory.reopened().lock("LOCK", owner: "second") }
    #expect(error?.code == .locked)
    lock.release()
    _ = try directory.reopened().lock("LOCK", owner: "second")
  }

  @Test("counts add up over files and subdirectories, and can be subtracted")
  func counting() throws {
    let directory = CountingDirectory(MemoryDirectory())
    let inner = try directory.subdirectory("d", create: true)
    let file = try inner.open("a", .create)
    try file.write([1, 2, 3], at: 0)
    try file.write([4], at: 3)
    try file.sync()
    let before = directory.counts
    _ = try file.read(at: 0, count: 100)
    try inner.sync()
    try directory.sync()
    try inner.rename("a", to: "b")
    try inner.remove("b")
    var expected = StorageCounts()
    expected.opens = 1
    expected.writes = 2
    expected.bytesWritten = 4
    expected.fileSyncs = 1
    #expect(before == expected)
    var later = StorageCounts()
    later.reads = 1
    later.bytesRead = 4
    later.directorySyncs = 2
    later.renames = 1
    later.removes = 1
    #expect(directory.counts - before == later)
  }
}
