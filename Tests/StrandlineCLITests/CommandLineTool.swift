import Foundation
import StrandlineStorage
import Testing

/// The built executable, run as a child in a directory of its own.
struct CommandLineTool {
  /// Where the test writes.
  let directory: String

  /// What a run came to.
  struct Result {
    var status: Int32
    var output: String
    var errors: String

    /// The last line of the output as an object.
    func json() throws -> [String: Any] { try CommandLineTool.object(output) }

    /// The last object on standard error.
    func errorJSON() throws -> [String: Any] {
      try CommandLineTool.object(errors.split(separator: "\n").filter { $0.hasPrefix("{") }.joined(separator: "\n"))
    }
  }

  /// A new directory below the system's temporary one.
  init() throws {
    directory = NSTemporaryDirectory() + "/strandline-cli-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  /// Removes the directory.
  func remove() { try? FileManager.default.removeItem(atPath: directory) }

  /// The executable, which is built next to the tests.
  static func executable() throws -> String {
    var places = [try SystemProcess.executablePath()]
    let arguments = CommandLine.arguments
    if let flag = arguments.firstIndex(of: "--test-bundle-path"), flag + 1 < arguments.count {
      places.append(arguments[flag + 1])
    }
    for place in places {
      var url = URL(fileURLWithPath: place)
      while url.path != "/" {
        url.deleteLastPathComponent()
        let candidate = url.appendingPathComponent("strandline").path
        if try Glob.hasFile(candidate) { return candidate }
      }
    }
    throw CocoaError(.fileNoSuchFile)
  }

  /// The path of a file in the directory.
  func path(_ name: String) -> String { "\(directory)/\(name)" }

  /// Starts the command; `tag` names the files that get what it prints.
  func start(_ arguments: [String], tag: String = "run", input: String? = nil) throws -> ChildProcess {
    for name in ["\(tag).out", "\(tag).err"] { try? FileManager.default.removeItem(atPath: path(name)) }
    return try ChildProcess(
      try Self.executable(), arguments, input: input.map { .file($0) } ?? .null, output: .file(path("\(tag).out")),
      error: .file(path("\(tag).err")))
  }

  /// Runs the command to its end.
  @discardableResult
  func run(_ arguments: String..., input: String? = nil) throws -> Result {
    try run(arguments, input: input)
  }

  /// Runs the command to its end.
  @discardableResult
  func run(_ arguments: [String], input: String? = nil) throws -> Result {
    let tag = UUID().uuidString
    return try result(of: try start(arguments, tag: tag, input: input), tag: tag)
  }

  /// Waits for a child, and reads what it printed.
  func result(of child: ChildProcess, tag: String = "run") throws -> Result {
    let outcome = try #require(try child.wait(nanos: 60_000_000_000), "the command hangs")
    guard case .exited(let status) = outcome else {
      return Result(status: -1, output: text("\(tag).out"), errors: text("\(tag).err"))
    }
    return Result(status: status, output: text("\(tag).out"), errors: text("\(tag).err"))
  }

  /// The text of a file in the directory; empty where there is none.
  func text(_ name: String) -> String { (try? String(contentsOfFile: path(name), encoding: .utf8)) ?? "" }

  /// Writes a file in the directory.
  func write(_ text: String, to name: String) throws {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
  }

  /// Adds text to a file in the directory.
  func append(_ text: String, to name: String) throws {
    let handle = try #require(FileHandle(forWritingAtPath: path(name)))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(text.utf8))
    try handle.close()
  }

  /// Waits until a condition holds.
  func wait(_ what: String, until condition: () throws -> Bool) throws {
    for _ in 0..<2000 {
      if try condition() { return }
      SystemClock.sleep(nanos: 10_000_000)
    }
    Issue.record("it took too long: \(what)")
  }

  /// The last line of a text as an object.
  static func object(_ text: String) throws -> [String: Any] {
    let line = try #require(text.split(separator: "\n").last, "nothing was printed")
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  /// Rows of JSON lines.
  static func rows(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }
}

extension Glob {
  /// Whether there is a regular file at a path.
  fileprivate static func hasFile(_ path: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    return try FileStatus(path: path).isRegular
  }
}

/// Runs a body with a tool whose directory is removed afterwards.
func withTool(_ body: (CommandLineTool) throws -> Void) throws {
  let tool = try CommandLineTool()
  defer { tool.remove() }
  try body(tool)
}
