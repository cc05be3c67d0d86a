import ArgumentParser
import Measuring
import StrandlineStorage

/// The same work on other engines: results checked equal, and how many times as fast ours is.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Run the same work on Flink, DuckDB, Spark and Bytewax; print ratios per CPU-second.",
    discussion: """
      `make peers` installs them. Each run is a process of its own; in each round everybody runs in turn, ours first. Time is \
      that of all processors, from the first row to the end of the job: starting (the JVM, the imports, Flink's and \
      Spark's first job) isn't counted. A result that differs from ours is an error. Slow ones get fewer rows, and ours \
      is checked over as many.

      EXAMPLES:
        strandline-bench compare
        strandline-bench compare flink,duckdb --rounds 5 --table compare.md --plots docs/plots
      """)

  @Argument(help: "Engines, with commas: flink, duckdb, spark, bytewax; all unless given.")
  var engines = "flink,duckdb,spark,bytewax"

  @Option(help: "Only the work of this name: ysb-memory, ysb-ndjson, csv.")
  var work: CountingWork?

  @Option(help: "How often everybody runs.")
  var rounds = 3

  @Option(help: "Multiplies the rows.")
  var scale = 1.0

  @Option(help: "Where inputs are written; they are kept for the next comparison.")
  var directory = ".build/compare"

  @Option(help: "Where `make peers` has installed the engines.")
  var peers = ".build/peers"

  @Option(help: "Where our programs for them are.")
  var programs = "Benchmarks/Peers"

  @Option(help: "A file that takes the tables as Markdown.")
  var table: String?

  @Option(help: "A directory that takes a plot per work as SVG.")
  var plots: String?

  func validate() throws {
    for name in engines.split(separator: ",") where Engine(rawValue: String(name)) == nil {
      throw ValidationError("no engine is called '\(name)': flink, duckdb, spark, bytewax")
    }
    if rounds < 1 { throw ValidationError("--rounds is at least 1") }
    if scale <= 0 { throw ValidationError("--scale is more than 0") }
  }

  func run() throws {
    let chosen = [Engine.strandline] + engines.split(separator: ",").compactMap { Engine(rawValue: String($0)) }
    guard try Files.exists("\(peers)/python/requirements.txt") else {
      throw ValidationError("\(peers) holds no engines: run `make peers`")
    }
    let files = try CompareFiles(directory: directory, peers: peers, programs: programs)
    let bench = try Bench(directory: directory, scale: scale)
    bench.reportMachine()
    let works = CountingWork.allCases.filter { work.map { [$0] }?.contains($0) ?? true }
    var comparison = Comparison()
    for work in works {
      let contestants = Contestant.all(scale: scale).filter { $0.work == work && chosen.contains($0.engine) }
      // Work that nobody else does is nothing to compare.
      if contestants.count > 1 { comparison.rows += try compare(contestants, files, bench) }
    }
    for row in comparison.rows { row.line.print() }
    print("\n\(comparison.markdown)")
    if let table { try replace(table, comparison.markdown) }
    if let plots {
      for work in works {
        if let plot = comparison.plot(work) { try replace("\(plots)/\(work.rawValue).svg", plot.svg) }
      }
    }
  }

  private func compare(
    _ contestants: [Contestant], _ files: CompareFiles, _ bench: Bench
  ) throws -> [ComparedRow] {
    var rows: [ComparedRow] = []
    // What the result must be, by the number of rows: ours, which has been checked against the input.
    var expected: [Int: String] = [:]
    for contestant in contestants {
      try files.prepare(contestant)
      rows.append(ComparedRow(contestant: contestant, version: try files.version(contestant.engine)))
      if expected[contestant.rows] == nil {
        let path = bench.path("reference")
        expected[contestant.rows] =
          try ComparedRun(files.ours, contestant.ours(files, result: "\(path).csv"), path: path).result
      }
    }
    for round in 0..<rounds {
      for index in rows.indices {
        let contestant = contestants[index]
        let run = try ComparedRun(contestant, files, path: bench.path(contestant.engine.rawValue))
        try check(run, of: contestant, expected[contestant.rows] ?? "")
        rows[index].runs.append(run)
        if index == 0 { continue }
        let ours = Double(contestants[0].rows) / rows[0].runs[round].cpuSeconds
        rows[index].ratios.append(ours / (Double(contestant.rows) / run.cpuSeconds))
      }
    }
    return rows
  }

  /// Compares a result with ours, then with ours and a mistake, which must be noticed.
  private func check(_ run: ComparedRun, of contestant: Contestant, _ expected: String) throws {
    let name = "\(contestant.engine.name), \(contestant.work.rawValue)"
    if let difference = ResultDifference(run.result, expected: expected) {
      throw BenchError("\(name): the result differs from ours: \(difference)")
    }
    for mistake in ResultDifference.mistakes(in: expected)
    where ResultDifference(run.result, expected: mistake) == nil {
      throw BenchError("\(name): the comparison does not notice a mistake")
    }
  }

  private func replace(_ path: String, _ text: String) throws {
    let file = try BytesFile(path)
    try file.append(Array(text.utf8))
    try file.close()
  }
}
