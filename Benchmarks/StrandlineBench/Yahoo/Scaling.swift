import Strandline

/// The same work by one worker and by two, in turn.
enum Scaling {
  static let measurements = [
    measurement("scaling-ysb-memory", .memory, rows: 60_000_000, hasStore: false),
    measurement("scaling-ysb-memory-store", .memory, rows: 60_000_000, hasStore: true),
    measurement("scaling-ysb-ndjson", .lines, rows: 6_000_000, hasStore: false),
    measurement("scaling-csv", .csv, rows: 20_000_000, hasStore: false),
  ]

  private static let rounds = 5
  /// A batch has morsels for both workers, several times over.
  private static let batchRows = 524_288

  private static func measurement(_ name: String, _ work: CountingWork, rows: Int, hasStore: Bool) -> Measurement {
    Measurement(name: name, about: "\(work.about); two workers against one, in turn") { bench in
      let rows = bench.rows(rows)
      let input = CountingWork.Input(file: bench.path(name), campaigns: bench.path("campaigns.csv"))
      try work.write(rows: rows, to: input.file)
      try Files.write(YahooLines.campaigns, to: input.campaigns)
      var ratios: [Double] = []
      for round in 0..<rounds {
        var walls: [Double] = []
        for workers in 1...2 {
          let run = try work.run(
            rows: rows, input, batchRows: batchRows, store: hasStore ? bench.path("\(name)-store") : nil,
            workers: workers, checked: round == 0)
          run.line(name).print()
          walls.append(Double(run.wallNanos))
        }
        ratios.append(walls[0] / walls[1])
      }
      var line = JSONLine()
      line.add("name", "\(name)-ratio")
      line.add("median", ratios.sorted()[rounds / 2])
      line.add("least", ratios.min() ?? 0)
      line.add("most", ratios.max() ?? 0)
      line.print()
      if work != .memory { try Files.remove(input.file) }
      try Files.remove(input.campaigns)
    }
  }
}
