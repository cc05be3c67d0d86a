public import StrandlineStorage

/// What every `Directory` has to do, as a suite that any implementation can be run through.
///
/// It does not depend on a test framework: the first rule that is broken is thrown as a ``Violation``.
///
/// Durability is not part of it; what survives a crash is for the simulated disk to show.
public enum DirectoryConformance {
  /// A rule that a directory broke.
  public struct Violation: Error, Sendable, CustomStringConvertible {
    /// The name of the rule.
    public let rule: String
    /// What was found instead.
    public let finding: String

    /// The rule and the finding.
    public var description: String { "\(rule): \(finding)" }
  }

  /// A rule: its name, and a check that throws when an empty directory does not keep to it.
  struct Rule: Sendable {
    let name: String
    let check: @Sendable (any Directory) throws -> Void
  }

  /// The names of the rules, in the order in which they are checked.
  public static var ruleNames: [String] { rules.map(\.name) }

  /// Checks every rule, each with a directory of its own.
  ///
  /// - Parameter makeDirectory: gives a new, empty directory; called once per rule.
  /// - Throws: the first ``Violation``, or what `makeDirectory` throws.
  public static func run(makeDirectory: () throws -> any Directory) throws {
    for rule in rules {
      let directory = try makeDirectory()
      do {
        try rule.check(directory)
      } catch let error as Finding {
        throw Violation(rule: rule.name, finding: error.text)
      } catch {
        throw Violation(rule: rule.name, finding: "unexpected error: \(error)")
      }
    }
  }

  private static let rules = nameRules + fileRules + openFileRules + subdirectoryRules + lockRules
}

// MARK: - Names

extension DirectoryConformance {
  private static let nameRules = [
    Rule(name: "a new directory is empty") { directory in
      try expect(try directory.entries(), [])
    },
    Rule(name: "a created file is empty, listed and can be opened") { directory in
      let file = try directory.open("a", .create)
      try expect(file.name, "a")
      try expect(try file.size(), 0)
      try expect(try directory.entries(), [DirectoryEntry(name: "a", kind: .file)])
      try expect(try directory.open("a", .readOnly).size(), 0)
      try expect(try directory.open("a", .readWrite).size(), 0)
    },
    Rule(name: "creating does not touch a file that exists") { directory in
      try directory.open("a", .create).write([1, 2, 3], at: 0)
      try expect(.alreadyExists) { _ = try directory.open("a", .create) }
      try expect(try content(directory, "a"), [1, 2, 3])
    },
    Rule(name: "a missing file is not found, and not created by looking for it") { directory in
      try expect(.notFound) { _ = try directory.open("a", .readOnly) }
      try expect(.notFound) { _ = try directory.open("a", .readWrite) }
      try expect(.notFound) { try directory.remove("a") }
      try expect(.notFound) { try directory.rename("a", to: "b") }
      try expect(try directory.entries(), [])
    },
    Rule(name: "entries are sorted by name") { directory in
      let names = ["b", "a.log", "B", "00000002-1.log", "00000001-1.log", "a"]
      for name in names { _ = try directory.open(name, .create) }
      try expect(try directory.entries().map(\.name), names.sorted())
    },
    Rule(name: "a rename moves the content and the name") { directory in
      try directory.open("a", .create).write([1], at: 0)
      try directory.rename("a", to: "b")
      try expect(try content(directory, "b"), [1])
      try expect(.notFound) { _ = try directory.open("a", .readOnly) }
      try directory.rename("b", to: "b")
      try expect(try content(directory, "b"), [1])
    },
    Rule(name: "a rename replaces a file of that name") { directory in
      try directory.open("a", .create).write([1], at: 0)
      try directory.open("b", .create).write([2, 2], at: 0)
      try directory.rename("a", to: "b")
      try expect(try content(directory, "b"), [1])
      try expect(try directory.entries().map(\.name), ["b"])
    },
    Rule(name: "a removed file is gone, and its name is free") { directory in
      try directory.open("a", .create).write([1], at: 0)
      try directory.remove("a")
      try expect(try directory.entries(), [])
      try expect(.notFound) { _ = try directory.open("a", .readOnly) }
      try expect(try directory.open("a", .create).size(), 0)
    },
    Rule(name: "names that could leave the directory are refused") { directory in
      _ = try directory.open("fine", .create)
      let long = String(repeating: "x", count: 256)
      for name in ["", ".", "..", "a/b", "/a", "../a", "a\0b", "a b", "ä", "a\n", long] {
        try expect(.invalidName) { _ = try directory.open(name, .create) }
        try expect(.invalidName) { _ = try directory.open(name, .readOnly) }
        try expect(.invalidName) { try directory.rename("fine", to: name) }
        try expect(.invalidName) { try directory.rename(name, to: "fine") }
        try expect(.invalidName) { try directory.remove(name) }
        try expect(.invalidName) { _ = try directory.subdirectory(name, create: true) }
        try expect(.invalidName) { _ = try directory.lock(name, owner: "suite") }
      }
      try expect(try directory.entries().map(\.name), ["fine"])
      _ = try directory.open(String(long.dropLast()), .create)
      _ = try directory.open("A-Z_a.z0..9", .create)
    },
  ]
}

// MARK: - Files

extension DirectoryConformance {
  private static let fileRules = [
    Rule(name: "what was written is read back, and less only at the end") { directory in
      let file = try directory.open("a", .create)
      try file.write([1, 2, 3, 4, 5], at: 0)
      try expect(try file.size(), 5)
      try expect(try file.read(at: 0, count: 5), [1, 2, 3, 4, 5])
      try expect(try file.read(at: 1, count: 3), [2, 3, 4])
      try expect(try file.read(at: 3, count: 10), [4, 5])
      try expect(try file.read(at: 5, count: 1), [])
      try expect(try file.read(at: 1000, count: 1), [])
      try expect(try file.read(at: 0, count: 0), [])
    },
    Rule(name: "reading into a buffer appends and says how much") { directory in
      let file = try directory.open("a", .create)
      try file.write([1, 2, 3], at: 0)
      var buffer: [UInt8] = [9]
      try expect(try file.read(at: 1, into: &buffer, count: 1), 1)
      try expect(try file.read(at: 0, into: &buffer, count: 100), 3)
      try expect(try file.read(at: 3, into: &buffer, count: 100), 0)
      try expect(buffer, [9, 2, 1, 2, 3])
    },
    Rule(name: "asking for far too much gives what there is") { directory in
      let file = try directory.open("a", .create)
      try file.write([1, 2, 3], at: 0)
      try expect(try file.read(at: 1, count: .max - 1), [2, 3])
      try expect(try file.read(at: 1 << 40, count: 1 << 40), [])
    },
    Rule(name: "writing over a part leaves the rest") { directory in
      let file = try directory.open("a", .create)
      try file.write([1, 2, 3, 4], at: 0)
      try file.write([9, 9], at: 1)
      try file.write([8, 8], at: 3)
      try file.write([], at: 0)
      try expect(try file.read(at: 0, count: 10), [1, 9, 9, 8, 8])
    },
    Rule(name: "a gap reads as zeros, and writing nothing makes none") { directory in
      let file = try directory.open("a", .create)
      try file.write([1], at: 0)
      try file.write([2], at: 5000)
      try file.write([], at: 9000)
      try expect(try file.size(), 5001)
      try expect(try file.read(at: 0, count: 5001), [1] + [UInt8](repeating: 0, count: 4999) + [2])
    },
    Rule(name: "many bytes travel whole") { directory in
      let bytes = (0..<150_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
      let file = try directory.open("a", .create)
      try file.write(bytes, at: 3)
      try expect(try file.read(at: 3, count: bytes.count) == bytes, true)
    },
    Rule(name: "truncating cuts, or extends with zeros") { directory in
      let file = try directory.open("a", .create)
      try file.write([1, 2, 3], at: 0)
      try file.truncate(to: 2)
      try expect(try file.read(at: 0, count: 10), [1, 2])
      try file.truncate(to: 4)
      try expect(try file.read(at: 0, count: 10), [1, 2, 0, 0])
      try file.truncate(to: 0)
      try expect(try file.size(), 0)
    },
    Rule(name: "preallocating extends with zeros and never cuts") { directory in
      let file = try directory.open("a", .create)
      try file.write([1, 2, 3], at: 0)
      try file.preallocate(2)
      try expect(try file.size(), 3)
      try file.preallocate(1_100_000)
      try expect(try file.size(), 1_100_000)
      try expect(try file.read(at: 0, count: 5), [1, 2, 3, 0, 0])
      let zeros = [UInt8](repeating: 0, count: 1_100_000 - 3)
      try expect(try file.read(at: 3, count: zeros.count + 1) == zeros, true)
    },
    Rule(name: "syncing changes nothing that can be seen") { directory in
      let file = try directory.open("a", .create)
      try file.write([1], at: 0)
      try file.sync()
      try directory.sync()
      try directory.open("a", .readOnly).sync()
      try expect(try content(directory, "a"), [1])
    },
    Rule(name: "negative and overflowing offsets are refused") { directory in
      let file = try directory.open("a", .create)
      try expect(.invalidArgument) { _ = try file.read(at: -1, count: 1) }
      try expect(.invalidArgument) { _ = try file.read(at: 0, count: -1) }
      try expect(.invalidArgument) { _ = try file.read(at: .max, count: 1) }
      try expect(.invalidArgument) { try file.write([1], at: -1) }
      try expect(.invalidArgument) { try file.write([1], at: .max) }
      try expect(.invalidArgument) { try file.truncate(to: -1) }
      try expect(.invalidArgument) { try file.preallocate(-1) }
      try expect(try file.size(), 0)
    },
  ]

  private static let openFileRules = [
    Rule(name: "all who have a file open see the same bytes") { directory in
      let first = try directory.open("a", .create)
      let second = try directory.open("a", .readWrite)
      let reader = try directory.open("a", .readOnly)
      try first.write([1], at: 0)
      try second.write([2], at: 1)
      try expect(try first.read(at: 0, count: 9), [1, 2])
      try expect(try reader.read(at: 0, count: 9), [1, 2])
    },
    Rule(name: "a file opened to be read can't be changed") { directory in
      try directory.open("a", .create).write([1, 2], at: 0)
      let file = try directory.open("a", .readOnly)
      try expect(.permission) { try file.write([9], at: 0) }
      try expect(.permission) { try file.truncate(to: 0) }
      try expect(.permission) { try file.preallocate(100) }
      try expect(try file.read(at: 0, count: 9), [1, 2])
    },
    Rule(name: "a closed file does nothing any more, and closing it again is allowed") { directory in
      let file = try directory.open("a", .create)
      try file.write([1], at: 0)
      try file.close()
      try file.close()
      try expect(.closed) { _ = try file.size() }
      try expect(.closed) { _ = try file.read(at: 0, count: 1) }
      try expect(.closed) { _ = try file.read(at: 0, count: 0) }
      try expect(.closed) { try file.write([1], at: 0) }
      try expect(.closed) { try file.sync() }
      try expect(.closed) { try file.truncate(to: 0) }
      try expect(.closed) { try file.preallocate(100) }
      try expect(try content(directory, "a"), [1])
    },
    Rule(name: "an open file outlives its name") { directory in
      let removed = try directory.open("a", .create)
      try removed.write([1], at: 0)
      try directory.remove("a")
      try removed.write([2], at: 1)
      try expect(try removed.read(at: 0, count: 9), [1, 2])
      try directory.open("a", .create).write([7], at: 0)
      try expect(try removed.read(at: 0, count: 9), [1, 2])
      try expect(try content(directory, "a"), [7])
    },
    Rule(name: "a rename leaves open files what they were") { directory in
      let moved = try directory.open("a", .create)
      let replaced = try directory.open("b", .create)
      try moved.write([1], at: 0)
      try replaced.write([2], at: 0)
      try directory.rename("a", to: "b")
      try moved.write([3], at: 1)
      try replaced.write([4], at: 1)
      try expect(try content(directory, "b"), [1, 3])
      try expect(try replaced.read(at: 0, count: 9), [2, 4])
    },
  ]
}

// MARK: - Directories and locks

extension DirectoryConformance {
  private static let subdirectoryRules = [
    Rule(name: "a subdirectory is created only when that is asked for") { directory in
      try expect(.notFound) { _ = try directory.subdirectory("d", create: false) }
      try expect(try directory.entries(), [])
      let made = try directory.subdirectory("d", create: true)
      try expect(try directory.entries(), [DirectoryEntry(name: "d", kind: .directory)])
      try made.open("a", .create).write([1], at: 0)
      try made.sync()
      try expect(try content(directory.subdirectory("d", create: true), "a"), [1])
      try expect(try content(directory.subdirectory("d", create: false), "a"), [1])
      try expect(.notFound) { _ = try directory.open("a", .readOnly) }
    },
    Rule(name: "a file is no directory, and a directory no file") { directory in
      _ = try directory.open("f", .create)
      _ = try directory.subdirectory("d", create: true)
      try expect(.notADirectory) { _ = try directory.subdirectory("f", create: false) }
      try expect(.notADirectory) { _ = try directory.subdirectory("f", create: true) }
      try expect(.notAFile) { _ = try directory.open("d", .readOnly) }
      try expect(.notAFile) { _ = try directory.open("d", .readWrite) }
      try expect(.alreadyExists) { _ = try directory.open("d", .create) }
      try expect(.notAFile) { try directory.remove("d") }
      try expect(.notAFile) { try directory.rename("f", to: "d") }
      try expect(.notADirectory) { try directory.rename("d", to: "f") }
      try expect(.notAFile) { _ = try directory.lock("d", owner: "suite") }
      try expect(try directory.entries().map(\.name), ["d", "f"])
    },
    Rule(name: "a path tells where an error came from") { directory in
      let inner = try directory.subdirectory("d", create: true)
      do {
        _ = try inner.open("missing", .readOnly)
        throw Finding(text: "a missing file was opened")
      } catch let error as StorageError {
        try expect(error.path, "\(directory.path)/d/missing")
      }
    },
  ]

  private static let lockRules = [
    Rule(name: "a lock keeps everybody else out and says who has it") { directory in
      let lock = try directory.lock("LOCK", owner: "pid 4711")
      try expect(try lock.stillHeld(), true)
      do {
        _ = try directory.lock("LOCK", owner: "pid 1")
        throw Finding(text: "a lock was taken twice")
      } catch let error as StorageError {
        try expect(error.code, .locked)
        try expect(error.description.contains("pid 4711"), true)
      }
      try expect(try lock.stillHeld(), true)
    },
    Rule(name: "a lock holds between two openings of a directory") { directory in
      let lock = try directory.subdirectory("d", create: true).lock("LOCK", owner: "first")
      try expect(.locked) { _ = try directory.subdirectory("d", create: false).lock("LOCK", owner: "second") }
      lock.release()
      _ = try directory.subdirectory("d", create: false).lock("LOCK", owner: "second")
    },
    Rule(name: "a released lock is free, and is held no more") { directory in
      let first = try directory.lock("LOCK", owner: "a long name of an owner")
      first.release()
      first.release()
      try expect(try first.stillHeld(), false)
      let second = try directory.lock("LOCK", owner: "second")
      first.release()
      try expect(try second.stillHeld(), true)
      do {
        _ = try directory.lock("LOCK", owner: "third")
        throw Finding(text: "releasing a lock twice released somebody else's")
      } catch let error as StorageError {
        try expect(error.description.contains("second"), true)
        try expect(error.description.contains("long"), false)
      }
    },
    Rule(name: "a lock that is forgotten is free") { directory in
      _ = try directory.lock("LOCK", owner: "first")
      _ = try directory.lock("LOCK", owner: "second")
    },
    Rule(name: "different locks don't hinder each other") { directory in
      let first = try directory.lock("A", owner: "first")
      let second = try directory.lock("B", owner: "second")
      try expect(try first.stillHeld() && second.stillHeld(), true)
    },
    Rule(name: "a lock whose file was removed or replaced is held no more") { directory in
      let removed = try directory.lock("LOCK", owner: "first")
      try directory.remove("LOCK")
      try expect(try removed.stillHeld(), false)
      let next = try directory.lock("LOCK", owner: "second")
      try expect(try removed.stillHeld(), false)
      try expect(try next.stillHeld(), true)
      _ = try directory.open("other", .create)
      try directory.rename("other", to: "LOCK")
      try expect(try next.stillHeld(), false)
    },
  ]
}

// MARK: - Checking

extension DirectoryConformance {
  private struct Finding: Error {
    let text: String
  }

  private static func content(_ directory: any Directory, _ name: String) throws -> [UInt8] {
    let file = try directory.open(name, .readOnly)
    return try file.read(at: 0, count: try file.size())
  }

  private static func expect<Value: Equatable>(_ found: Value, _ expected: Value, line: Int = #line) throws {
    guard found == expected else {
      throw Finding(text: "\(found) instead of \(expected) (line \(line) of the suite)")
    }
  }

  private static func expect(
    _ code: StorageError.Code, line: Int = #line, _ body: () throws -> Void
  ) throws {
    do {
      try body()
    } catch let error as StorageError {
      guard error.code == code else {
        throw Finding(text: "\(error.code) instead of \(code) (line \(line) of the suite): \(error)")
      }
      return
    }
    throw Finding(text: "no error instead of \(code) (line \(line) of the suite)")
  }
}
