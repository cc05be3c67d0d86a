import StrandlineStorage

/// Where a comparison has its inputs, and where the peers are.
struct CompareFiles {
  /// What is written and kept for the next comparison.
  let directory: String
  /// What `make peers` has installed.
  let peers: String
  /// Our programs for them.
  let programs: String
  /// The program of ours.
  let ours: String

  init(directory: String, peers: String, programs: String) throws {
    self.directory = directory
    self.peers = peers
    self.programs = programs
    ours = try SystemProcess.executablePath()
  }

  var java: String { "\(peers)/java" }
  var python: String { "\(peers)/python/bin/python" }
  var flinkClasses: String { "\(peers)/classes:\(peers)/jars/*" }
  var campaigns: String { "\(directory)/campaigns.csv" }

  func program(_ engine: Engine) -> String { "\(programs)/\(engine.rawValue)_peer.py" }
  func input(_ work: CountingWork, _ rows: Int) -> String { "\(directory)/\(work.rawValue)-\(rows)" }
  func parts(_ work: CountingWork, _ rows: Int) -> String { "\(directory)/\(work.rawValue)-\(rows)-parts" }

  /// Writes what a contestant reads, unless an earlier comparison has.
  func prepare(_ contestant: Contestant) throws {
    let (work, rows) = (contestant.work, contestant.rows)
    guard work != .memory else { return }
    if try !Files.exists(campaigns) { try Files.write(YahooLines.campaigns, to: campaigns) }
    let file = input(work, rows)
    if try !Files.exists(file) {
      // The name is given to a whole file alone.
      try work.write(rows: rows, to: file + ".part")
      let parent = try PosixDirectory.open(path: directory)
      try parent.rename("\(work.rawValue)-\(rows).part", to: "\(work.rawValue)-\(rows)")
    }
    guard contestant.engine == .spark else { return }
    let batch = 100_000
    for (number, start) in stride(from: 0, to: rows, by: batch).enumerated() {
      // A name of one width, so that the order of names is that of numbers.
      let digits = "\(number)"
      let name = "\(parts(work, rows))/part-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      if try Files.exists(name) { continue }
      let range = start..<min(rows, start + batch)
      let header = work == .csv && start > 0 ? Array("at,key\n".utf8) : []
      try Files.write(header + (work == .csv ? TimedKeys.lines(range) : YahooLines.lines(range)), to: name)
    }
  }

  /// The version of an engine, as it was installed.
  func version(_ engine: Engine) throws -> String {
    guard let package = engine.package else { return "" }
    let text = try Files.text("\(peers)/python/requirements.txt")
    for line in text.split(separator: "\n") where line.hasPrefix("\(package)==") {
      return String(line.dropFirst(package.count + 2))
    }
    throw BenchError("\(peers) does not hold \(package): run `make peers`")
  }
}
