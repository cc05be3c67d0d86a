import Strandline
import StrandlineStorage

/// What measurements share: where files go, how large they are, and the clock.
final class Bench {
  let directory: String
  let scale: Double
  private var counter = 0

  init(directory: String, scale: Double) throws {
    self.directory = directory
    self.scale = scale
    _ = try PosixDirectory.open(path: directory, create: true)
  }

  /// A number of rows, scaled.
  func rows(_ count: Int) -> Int { max(1, Int(Double(count) * scale)) }

  /// A path that no measurement of this run or an earlier one has used.
  func path(_ name: String) -> String {
    counter += 1
    return "\(directory)/\(name)-\(SystemProcess.id)-\(counter)"
  }

  /// Prints what machine the figures are of.
  func reportMachine() {
    var line = JSONLine()
    line.add("machine", MachineFacts.cpuName)
    line.add("cores", MachineFacts.cores)
    line.add("memory_bytes", MachineFacts.memoryBytes)
    line.add("kernel", MachineFacts.kernel)
    line.print()
  }

  /// Times a piece of work and prints its figures.
  ///
  /// - Parameters:
  ///   - bytes: the bytes that the work reads or writes; nil where the work itself says.
  ///   - work: does it, and returns further figures.
  func measure(_ name: String, rows: Int, bytes: Int?, _ work: () throws -> JSONLine) throws {
    let wall = SystemClock.monotonicNanos()
    let cpu = SystemClock.processCPUNanos()
    let more = try work()
    let cpuSeconds = Double(SystemClock.processCPUNanos() - cpu) / 1e9
    let wallSeconds = Double(SystemClock.monotonicNanos() - wall) / 1e9
    var line = JSONLine()
    line.add("name", name)
    line.add("rows", rows)
    line.add("wall_s", wallSeconds)
    line.add("cpu_s", cpuSeconds)
    line.add("rows_per_cpu_s", Double(rows) / cpuSeconds)
    if let bytes { line.add("bytes", bytes) }
    line.append(more)
    line.print()
  }
}

/// A JSON object on a line.
struct JSONLine {
  private var members: [String] = []

  init() {}

  mutating func add(_ name: String, _ value: Int) { members.append("\"\(name)\":\(value)") }
  mutating func add(_ name: String, _ value: String) { members.append("\"\(name)\":\"\(value)\"") }

  /// Three digits behind the point are what the clock is good for.
  mutating func add(_ name: String, _ value: Double) {
    let scaled = value >= 1000 ? value.rounded() : (value * 1_000_000).rounded() / 1_000_000
    members.append("\"\(name)\":\(scaled >= 1000 ? "\(Int(scaled))" : "\(scaled)")")
  }

  mutating func append(_ other: JSONLine) { members += other.members }

  func print() { Swift.print("{\(members.joined(separator: ","))}") }
}
