import Foundation
import StrandlineStorage
import Testing

@Suite("Directories of the operating system")
struct PosixDirectoryTests {
  private let temporary: TemporaryDirectory
  private let directory: PosixDirectory

  init() throws {
    temporary = try TemporaryDirectory()
    directory = try PosixDirectory.open(path: temporary.path)
  }

  private func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: "\(temporary.path)/\(path)")[.posixPermissions] as? Int ?? -1
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(temporary.path)/\(name)", withDestinationPath: target)
  }

  private func code(_ body: () throws -> Void) -> StorageError.Code? {
    do {
      try body()
      return nil
    } catch let error as StorageError {
      return error.code
    } catch {
      return .other
    }
  }

  @Test("a missing directory is not found, and nothing is created")
  func missing() {
    let path = "\(temporary.path)/a/b"
    #expect(code { _ = try PosixDirectory.open(path: path) } == .notFound)
    #expect(code { _ = try PosixDirectory.open(path: "") } == .invalidArgument)
    #expect(!FileManager.default.fileExists(atPath: "\(temporary.path)/a"))
  }

  @Test("directories on the way are created, for this user only", arguments: ["a/b/c", "a//b/c/", "./a/b/../b/c"])
  func intermediateDirectories(path: String) throws {
    let created = try PosixDirectory.open(path: "\(temporary.path)/\(path)", create: true)
    _ = try created.open("file", .create)
    _ = try created.subdirectory("inner", create: true)
    for part in ["a", "a/b", "a/b/c", "a/b/c/inner"] { #expect(try mode(part) == 0o700, "\(part)") }
    #expect(try mode("a/b/c/file") == 0o600)
    let again = try PosixDirectory.open(path: "\(temporary.path)/\(path)", create: true)
    #expect(try again.entries().map(\.name) == ["file", "inner"])
  }

  @Test("a file is no directory")
  func fileAsDirectory() throws {
    try temporary.write("x", to: "file")
    #expect(code { _ = try PosixDirectory.open(path: "\(temporary.path)/file") } == .notADirectory)
    #expect(code { _ = try PosixDirectory.open(path: "\(temporary.path)/file", create: true) } == .notADirectory)
    #expect(code { _ = try PosixDirectory.open(path: "\(temporary.path)/file/x", create: true) } == .notADirectory)
  }

  @Test("symbolic links inside a directory are seen but not followed")
  func symbolicLinks() throws {
    try temporary.write("secret", to: "target")
    try FileManager.default.createDirectory(
      atPath: "\(temporary.path)/inner", withIntermediateDirectories: false)
    try link("file-link", to: "target")
    try link("directory-link", to: "inner")
    try link("dangling", to: "nowhere")
    #expect(try directory.entries().filter { $0.kind == .symbolicLink }.count == 3)
    for mode in [OpenMode.readOnly, .readWrite] {
      #expect(code { _ = try directory.open("file-link", mode) } == .notAFile)
      #expect(code { _ = try directory.open("dangling", mode) } == .notAFile)
    }
    #expect(code { _ = try directory.open("dangling", .create) } == .alreadyExists)
    #expect(code { _ = try directory.subdirectory("directory-link", create: true) } == .notADirectory)
    #expect(code { _ = try directory.lock("file-link", owner: "test") } == .notAFile)
    #expect(code { _ = try directory.lock("dangling", owner: "test") } == .notAFile)
    #expect(!FileManager.default.fileExists(atPath: "\(temporary.path)/nowhere"))
  }

  @Test("a pipe is refused at once instead of waited for", arguments: [OpenMode.readOnly, .readWrite])
  func pipe(mode: OpenMode) throws {
    // Unsafe: the path is passed as a zero-terminated copy.
    let made = unsafe mkfifo("\(temporary.path)/pipe", 0o600)
    try #require(made == 0)
    #expect(code { _ = try directory.open("pipe", mode) } == .notAFile)
    #expect(try directory.entries() == [DirectoryEntry(name: "pipe", kind: .other)])
  }

  @Test("a directory stays the same when its path leads elsewhere")
  func movedDirectory() throws {
    let inner = try directory.subdirectory("inner", create: true)
    _ = try inner.open("before", .create)
    try FileManager.default.moveItem(atPath: "\(temporary.path)/inner", toPath: "\(temporary.path)/moved")
    try FileManager.default.createDirectory(
      atPath: "\(temporary.path)/inner", withIntermediateDirectories: false)
    _ = try inner.open("after", .create)
    #expect(try inner.entries().map(\.name) == ["after", "before"])
    #expect(FileManager.default.fileExists(atPath: "\(temporary.path)/moved/after"))
  }

  @Test("preallocated bytes take up space, so that a full device shows early")
  func preallocatedBlocks() throws {
    let file = try directory.open("segment", .create)
    try file.preallocate(3 << 20)
    try file.sync()
    var status = stat()
    // Unsafe: the call fills the structure that it is given.
    let outcome = unsafe stat("\(temporary.path)/segment", &status)
    try #require(outcome == 0)
    #expect(status.st_size == 3 << 20)
    #expect(status.st_blocks * 512 >= 3 << 20)
  }

  @Test("the owner's text is stripped of what a terminal would act on")
  func hostileOwner() throws {
    let lock = try directory.lock("LOCK", owner: "pid 1\u{1B}[2J")
    let error = #expect(throws: StorageError.self) { try directory.lock("LOCK", owner: "me") }
    #expect(error?.description.contains("pid 1?[2J") == true)
    #expect(try lock.stillHeld())
  }

  @Test("a lock is taken by one of many who want it at the same time")
  func lockRace() async throws {
    let directory = directory
    let taken = await withTaskGroup(of: (any DirectoryLock)?.self) { group in
      for index in 0..<32 {
        group.addTask {
          do {
            return try directory.lock("LOCK", owner: "task \(index)")
          } catch {
            return nil
          }
        }
      }
      var locks: [any DirectoryLock] = []
      for await lock in group { if let lock { locks.append(lock) } }
      return locks
    }
    #expect(taken.count == 1)
    #expect(try taken.first?.stillHeld() == true)
  }

  @Test("closing a file while others read it ends their reads cleanly")
  func closeWhileReading() async throws {
    for round in 0..<10 {
      let file = try directory.open("race-\(round)", .create)
      try file.write([UInt8](repeating: 7, count: 4096), at: 0)
      let wrong = await withTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            var wrong = 0
            for _ in 0..<200 {
              do throws(StorageError) {
                let bytes = try file.read(at: 0, count: 4096)
                if bytes != [UInt8](repeating: 7, count: 4096) { wrong += 1 }
              } catch {
                if error.code != .closed { wrong += 1 }
                break
              }
            }
            return wrong
          }
        }
        group.addTask {
          do {
            try file.close()
            return 0
          } catch {
            return 1
          }
        }
        return await group.reduce(0, +)
      }
      #expect(wrong == 0)
    }
  }
}
