import ArgumentParser
import Strandline

/// `strandline-bench oracle`: runs random plans, for another engine to check.
struct OracleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oracle",
    abstract: "Run random plans over random rows, and write rows, results, and the SQL that must come to the same.",
    discussion: """
      Each case has a directory: its tables as NDJSON, a file per partition, and result.ndjson. cases.ndjson holds the SQL. \
      Oracle/semantics.py runs it with DuckDB and compares. `make oracle` does both.

      EXAMPLES:
        strandline-bench oracle --seed 7 --output .build/oracle/semantics
      """)

  @Option(help: "What the draws begin with.")
  var seed: UInt64 = 1

  @Option(help: "How many cases of each kind.")
  var cases = 40

  @Option(help: "Only kinds whose name contains this.")
  var only: String?

  @Option(help: "The directory for the cases.")
  var output: String

  func run() throws {
    var made: [OracleCase] = []
    for (kind, make) in Self.kinds where only.map({ kind.contains($0) }) ?? true {
      for number in 0..<cases {
        // Each case has draws of its own, so that it is the same alone and with the others.
        var random = OracleRandom(seed: seed &* 1_000_003 &+ UInt64(number))
        var next = try make(&random)
        next.name = "\(kind)-\(number)"
        next.options.limits = BatchLimits(rows: 1 + random.below(200))
        do {
          try next.run(in: "\(output)/\(next.name)")
        } catch {
          throw BenchError("case \(next.name) of seed \(seed) failed: \(error)\n\(next.sql)")
        }
        made.append(next)
      }
    }
    try OracleManifest.write(made, to: output)
    var line = JSONLine()
    line.add("seed", Int(truncatingIfNeeded: seed))
    line.add("cases", made.count)
    line.print()
  }

  /// The kinds of cases, each with what makes one.
  private static let kinds: [(String, @Sendable (inout OracleRandom) throws -> OracleCase)] = [
    ("mapped", { try MappingCases.make(&$0) }), ("expression", { try ExpressionCases.make(&$0) }),
    ("overlapping", { try GroupingCases.overlapping(&$0) }),
    ("join", { try JoinCases.make(&$0) }), ("top", { try TopCases.make(&$0) }),
    ("chained", { try ChainedCases.make(&$0) }),
    ("session", { try GroupingCases.session(&$0) }), ("keeping", { try GroupingCases.keeping(&$0) }),
    ("tumbling", { try GroupingCases.tumbling(&$0) }), ("calendar", { try GroupingCases.calendar(&$0) }),
  ]
}
