import Foundation
import Glibc
import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

/// What stands where a file of a store should be.
enum Hostile: CaseIterable, CustomTestStringConvertible {
  case link, loop, nowhere, device, pipe, socket, directory

  var testDescription: String { "a \(self)" }

  /// Puts it at a path; a link leads to `target`.
  ///
  /// Unsafe: paths are passed as zero-terminated copies that live through the calls.
  func make(at path: String, target: String) throws {
    switch self {
    case .link: try check(unsafe symlink(target, path))
    case .loop: try check(unsafe symlink((path as NSString).lastPathComponent, path))
    case .nowhere: try check(unsafe symlink("/nonexistent/file", path))
    case .device: try check(unsafe symlink("/dev/zero", path))
    case .pipe: try check(unsafe mkfifo(path, 0o600))
    case .socket: try check(unsafe mknod(path, S_IFSOCK | 0o600, 0))
    case .directory: try check(unsafe mkdir(path, 0o700))
    }
  }

  private func check(_ result: Int32) throws {
    if result != 0 { throw CocoaError(.fileWriteUnknown) }
  }
}

/// A store on disk, and a place beside it that a link could lead to.
final class StoreOnDisk {
  let root: String
  let path: String
  let last: ScannedRecord
  static let workload = Workload(seed: 95, batches: 16)
  static let settings = StoreSettings(mode: .log, segmentCapacity: 4 << 10)

  init() throws {
    root = FileManager.default.temporaryDirectory.appendingPathComponent("strandline-\(UUID().uuidString)").path
    path = "\(root)/store"
    try FileManager.default.createDirectory(atPath: "\(root)/outside", withIntermediateDirectories: true)
    let directory = try PosixDirectory.open(path: path, create: true)
    do {
      var session = try Session(directory, Self.settings)
      try session.run(Self.workload, upTo: 10)
    }
    last = try #require(try records(directory).last)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: root)
    } catch {
      print("could not remove \(root): \(error)")
    }
  }

  func open() throws -> PosixDirectory { try PosixDirectory.open(path: path) }

  /// Moves a file outside, and puts something in its place.
  func replace(_ name: String, by hostile: Hostile) throws {
    let (inside, outside) = ("\(path)/\(name)", "\(root)/outside/\(name)")
    if FileManager.default.fileExists(atPath: inside) {
      try FileManager.default.moveItem(atPath: inside, toPath: outside)
    } else {
      try Data("outside".utf8).write(to: URL(fileURLWithPath: outside))
    }
    try hostile.make(at: inside, target: outside)
  }

  /// The files outside, which nothing may touch.
  func outside() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(root)/outside") {
      files[name] = try Data(contentsOf: URL(fileURLWithPath: "\(root)/outside/\(name)"))
    }
    return files
  }
}

@Suite("where a file of a store should be")
struct HostileFilesTests {
  private func refusal(_ body: () throws -> Void) throws -> LogError {
    try #require(throws: LogError.self) { try body() }
  }

  @Test(
    "something else is refused by name, neither followed, waited for nor changed", arguments: Hostile.allCases,
    ["MANIFEST", "LOCK", "segment"])
  func files(hostile: Hostile, name: String) throws {
    let store = try StoreOnDisk()
    let name = name == "segment" ? store.last.segment : name
    try store.replace(name, by: hostile)
    let outside = try store.outside()
    let writing = try refusal { _ = try Session(try store.open(), StoreOnDisk.settings) }
    #expect("\(writing)".contains(name), "\(writing)")
    #expect(writing.code != .noStore && writing.code != .locked, "\(writing)")
    let reader = StoreReader(try store.open(), clock: { 0 })
    if name == StoreNames.lock {
      _ = try reader.verify(try reader.facts(), empty: emptyState) { _, _ in }
    } else {
      let reading = try refusal { _ = try reader.verify(try reader.facts(), empty: emptyState) { _, _ in } }
      #expect("\(reading)".contains(name), "\(reading)")
    }
    #expect(try store.outside() == outside)
    // Put back, the store is what it was.
    try FileManager.default.removeItem(atPath: "\(store.path)/\(name)")
    try FileManager.default.moveItem(atPath: "\(store.root)/outside/\(name)", toPath: "\(store.path)/\(name)")
    try expectRecovers(try store.open(), to: 9, of: StoreOnDisk.workload, StoreOnDisk.settings)
  }

  @Test("of quarantined bytes something else is refused by name, and a torn tail stays", arguments: Hostile.allCases)
  func quarantine(hostile: Hostile) throws {
    if hostile == .directory { return }
    let store = try StoreOnDisk()
    try flip(store.last.segment, try store.open(), at: store.last.offset + 90)
    try store.replace(StoreNames.quarantine, by: hostile)
    let outside = try store.outside()
    let error = try refusal { _ = try Session(try store.open(), StoreOnDisk.settings) }
    #expect("\(error)".contains(StoreNames.quarantine), "\(error)")
    #expect(try store.outside() == outside)
    try FileManager.default.removeItem(atPath: "\(store.path)/\(StoreNames.quarantine)")
    let session = try Session(try store.open(), StoreOnDisk.settings)
    #expect(session.next == 9 && session.report.quarantined != nil)
  }

  @Test("that nothing needs something else is left alone and reported", arguments: Hostile.allCases)
  func others(hostile: Hostile) throws {
    let store = try StoreOnDisk()
    let names = ["00000099-1.log", "MANIFEST-9.tmp", "0-0.log", "..log", "notes"]
    for name in names { try store.replace(name, by: hostile) }
    let outside = try store.outside()
    let session = try Session(try store.open(), StoreOnDisk.settings)
    try expect(session.state, isAfter: 9, of: StoreOnDisk.workload)
    #expect(session.report.plan?.unknown == names.sorted())
    #expect(try store.outside() == outside)
    let left = try FileManager.default.contentsOfDirectory(atPath: store.path)
    for name in names { #expect(left.contains(name)) }
  }

  @Test("a file of a terabyte is not read to its end", arguments: ["segment", "orphan", "manifest"])
  func sparse(_ victim: String) throws {
    let store = try StoreOnDisk()
    let directory = try store.open()
    switch victim {
    case "segment":
      try directory.open(store.last.segment, .readWrite).truncate(to: 1 << 40)
      let error = try refusal { _ = try Session(directory, StoreOnDisk.settings) }
      #expect(error.code == .corruption && error.file?.hasSuffix(store.last.segment) == true)
    case "orphan":
      // As large as a segment may be: what is longer is not looked at.
      try directory.open("00000099-1.log", .create).truncate(to: 1 << 28)
      try expectRecovers(directory, to: 9, of: StoreOnDisk.workload, StoreOnDisk.settings)
    default:
      try directory.open(Manifest.name, .readWrite).truncate(to: 1 << 40)
      let error = try refusal { _ = try Session(directory, StoreOnDisk.settings) }
      #expect(error.code == .corruption && error.file?.hasSuffix(Manifest.name) == true)
    }
  }

  @Test("a fork follows no link, and is made nowhere but in an empty directory", arguments: Hostile.allCases)
  func fork(hostile: Hostile) throws {
    let store = try StoreOnDisk()
    let target = try PosixDirectory.open(path: "\(store.root)/new", create: true)
    try hostile.make(at: "\(store.root)/new/00000001-1.log", target: "\(store.root)/outside/x")
    let error = try refusal {
      _ = try StoreFork(of: try store.open(), options: StoreForkOptions(clock: { 0 }, random: { 3 })).make(
        from: nil, into: target, empty: emptyState)
    }
    #expect("\(error)".contains("00000001-1.log"))
    #expect(try store.outside().isEmpty)
  }
}
