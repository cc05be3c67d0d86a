/// An engine with its settings, at one work.
struct Contestant {
  let engine: Engine
  let work: CountingWork
  /// How it is set, in a few words.
  let setting: String
  /// The rows that it is given: slow ones get fewer.
  let rows: Int
  /// Arguments of its program that only this setting has.
  var arguments: [String] = []

  /// Everybody who can be compared, work by work; ours comes first.
  ///
  /// - Parameter scale: multiplies the rows.
  static func all(scale: Double) -> [Contestant] {
    func rows(_ count: Int) -> Int { max(1000, Int(Double(count) * scale)) }
    let memory = rows(30_000_000)
    let lines = rows(6_000_000)
    let csv = rows(20_000_000)
    var all = [
      Contestant(engine: .strandline, work: .memory, setting: "a commit every 131,072 rows", rows: memory)
    ]
    for interval in ["1s", "10ms"] {
      for source in ["generator", "loop"] {
        all.append(
          Contestant(
            engine: .flink, work: .memory,
            setting:
              "checkpoints every \(interval == "1s" ? "1 s" : "10 ms"), \(source == "loop" ? "deprecated" : "documented") source",
            rows: memory, arguments: [interval, source]))
      }
    }
    all += [
      Contestant(engine: .strandline, work: .lines, setting: "a commit every 65,536 rows", rows: lines),
      Contestant(engine: .duckdb, work: .lines, setting: "one thread, nothing kept", rows: lines),
      Contestant(engine: .spark, work: .lines, setting: "batches of 100,000 rows", rows: rows(1_000_000)),
      Contestant(engine: .bytewax, work: .lines, setting: "recovery, epochs of 1 s", rows: rows(200_000)),
      Contestant(engine: .strandline, work: .csv, setting: "a commit every 65,536 rows", rows: csv),
      Contestant(engine: .duckdb, work: .csv, setting: "one thread, nothing kept", rows: csv),
      Contestant(engine: .spark, work: .csv, setting: "batches of 100,000 rows", rows: rows(1_000_000)),
      Contestant(engine: .bytewax, work: .csv, setting: "recovery, epochs of 1 s", rows: rows(200_000)),
    ]
    return all
  }

  /// The program that does the work, and its arguments.
  ///
  /// - Parameter run: names what this run alone may write: its result, and a directory for checkpoints.
  func command(_ files: CompareFiles, result: String, checkpoints: String) -> (path: String, arguments: [String]) {
    switch engine {
    case .strandline:
      return (files.ours, ours(files, result: result) + ["--store", checkpoints])
    case .flink:
      // Flink opens packages of Java as its own start script does.
      let opens = ["java.base/java.lang", "java.base/java.util"].map { "--add-opens=\($0)=ALL-UNNAMED" }
      let settings = ["-Xmx4g", "-Dlog4j.configurationFile=\(files.programs)/log4j2.properties"]
      return (
        files.java,
        opens + settings + ["-cp", files.flinkClasses, "FlinkYahoo", "\(rows)", arguments[0], checkpoints, result]
          + [arguments[1]]
      )
    case .duckdb:
      return (
        files.python,
        [files.program(engine), work.rawValue, files.input(work, rows), files.campaigns, result]
      )
    case .spark, .bytewax:
      let input = engine == .spark ? files.parts(work, rows) : files.input(work, rows)
      return (
        files.python, [files.program(engine), work.rawValue, input, files.campaigns, result, checkpoints]
      )
    }
  }

  /// Arguments of ours for the work over that many rows, whoever else does it.
  func ours(_ files: CompareFiles, result: String) -> [String] {
    ["count", work.rawValue, "--rows", "\(rows)", "--input", files.input(work, rows), "--campaigns", files.campaigns]
      + ["--batch-rows", work == .memory ? "131072" : "65536", "--result", result, "--check"]
  }
}
