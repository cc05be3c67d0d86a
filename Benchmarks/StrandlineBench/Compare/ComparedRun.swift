import StrandlineStorage

/// A contestant's run in a process of its own: what it printed, and its result.
struct ComparedRun {
  /// Seconds of processor time, of all of its processes, from the first row to the end; without what starting costs.
  let cpuSeconds: Double
  /// Seconds on the wall for the same.
  let wallSeconds: Double
  /// Commits or checkpoints that were completed; nil where the engine's program does not say.
  let commits: Double?
  /// The result: a sorted line per key and window.
  let result: String

  /// Runs a contestant and waits for it.
  init(_ contestant: Contestant, _ files: CompareFiles, path: String) throws {
    let checkpoints = "\(path)-checkpoints"
    let command = contestant.command(files, result: "\(path).csv", checkpoints: checkpoints)
    try self.init(command.path, command.arguments, path: path)
    // The engines' checkpoints are trees of files.
    _ = try ChildProcess("/bin/rm", ["-rf", checkpoints], error: .inherited).wait()
  }

  /// Runs a program that prints its figures as a JSON object on a line, and writes its result to `path`.csv.
  init(_ program: String, _ arguments: [String], path: String) throws {
    let output = "\(path).out"
    let errors = "\(path).err"
    let child = try ChildProcess(program, arguments, output: .file(output), error: .file(errors))
    let outcome = try child.wait()
    guard outcome == .exited(0) else {
      let last = try Files.text(errors).split(separator: "\n").suffix(5).joined(separator: "\n")
      throw BenchError(
        "\(program) \(arguments.joined(separator: " ")) ended with \(outcome):\n\(last)\nmore in \(errors)")
    }
    let printed = try Files.text(output).split { $0 == "\n" || $0 == "\r\n" }.last.map(String.init) ?? ""
    guard let cpu = Self.number("cpu_s", in: printed), let wall = Self.number("wall_s", in: printed) else {
      throw BenchError("\(program) printed no figures, but: \(printed)")
    }
    cpuSeconds = cpu
    wallSeconds = wall
    commits = Self.number("commits", in: printed)
    result = try Files.text("\(path).csv")
    for name in [output, errors, "\(path).csv"] { try Files.remove(name) }
  }

  /// The number of that name in a JSON object of numbers and texts.
  static func number(_ name: String, in object: String) -> Double? {
    guard let parts = object.split(separator: "\"\(name)\":", maxSplits: 1).last, parts.count < object.count else {
      return nil
    }
    return Double(parts.drop { $0 == " " }.prefix { $0.isNumber || "+-.eE".contains($0) })
  }
}
