import Foundation
import StrandlineStorage
import Testing

@Suite("Input files and patterns")
struct InputTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  private func path(_ name: String) -> String { "\(temporary.path)/\(name)" }

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

  @Test("a pattern gives its matches, sorted")
  func matches() throws {
    for name in ["b.json", "a.json", "c.txt", "B.json"] { try temporary.write("", to: name) }
    #expect(try Glob.expand(path("*.json")) == ["B.json", "a.json", "b.json"].map(path))
    #expect(try Glob.expand(path("?.txt")) == [path("c.txt")])
    #expect(try Glob.expand(path("[ab].json")) == ["a.json", "b.json"].map(path))
  }

  @Test("a pattern that matches nothing gives nothing, a plain path that is missing is an error")
  func noMatches() throws {
    #expect(try Glob.expand(path("*.json")) == [])
    #expect(try Glob.expand(path("missing/*.json")) == [])
    #expect(code { _ = try Glob.expand(path("missing.json")) } == .notFound)
    #expect(code { _ = try Glob.expand("a\0*") } == .invalidArgument)
  }

  @Test("a plain path is itself, and a wildcard can be escaped")
  func plainPaths() throws {
    for name in ["plain", "a*b", "axb"] { try temporary.write("", to: name) }
    #expect(try Glob.expand(path("plain")) == [path("plain")])
    #expect(try Glob.expand(path("a\\*b")) == [path("a*b")])
    #expect(!Glob.hasWildcard("a\\*b"))
    #expect(Glob.hasWildcard("a\\\\*b"))
    #expect(code { _ = try Glob.expand(path("a\\*c")) } == .notFound)
  }

  @Test("an input file is read at offsets, through links")
  func reading() throws {
    try temporary.write("hello", to: "file")
    try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "file")
    let file = try InputFile(path: path("link"))
    var buffer: [UInt8] = [0]
    #expect(try file.read(at: 1, into: &buffer, count: 3) == 3)
    #expect(try file.read(at: 4, into: &buffer, count: 100) == 1)
    #expect(try file.read(at: 5, into: &buffer, count: 100) == 0)
    #expect(try file.read(at: 0, into: &buffer, count: .max) == 5)
    #expect(buffer == [0] + Array("ellohello".utf8))
    try file.close()
    #expect(code { _ = try file.read(at: 0, into: &buffer, count: 1) } == .closed)
  }

  @Test("directories, pipes and devices are no input files")
  func notFiles() throws {
    // Unsafe: the path is passed as a zero-terminated copy.
    let made = unsafe mkfifo(path("pipe"), 0o600)
    try #require(made == 0)
    #expect(code { _ = try InputFile(path: temporary.path) } == .notAFile)
    #expect(code { _ = try InputFile(path: path("pipe")) } == .notAFile)
    #expect(code { _ = try InputFile(path: "/dev/null") } == .notAFile)
    #expect(code { _ = try InputFile(path: path("missing")) } == .notFound)
  }

  @Test("an open file keeps its identity when its path is taken by another")
  func identity() throws {
    try temporary.write("one", to: "log")
    let file = try InputFile(path: path("log"))
    #expect(try file.status() == FileStatus(path: path("log")))
    try FileManager.default.moveItem(atPath: path("log"), toPath: path("log.1"))
    try temporary.write("other", to: "log")
    let (old, new) = (try FileStatus(path: path("log.1")), try FileStatus(path: path("log")))
    #expect(try file.status() == old)
    #expect((new.device, new.inode) != (old.device, old.inode))
    #expect((old.size, new.size) == (3, 5))
    #expect(old.isRegular && old.modifiedNanos > 0)
    #expect(try !FileStatus(path: temporary.path).isRegular)
    #expect(code { _ = try FileStatus(path: path("missing")) } == .notFound)
  }
}
