import Measuring
import StrandlineStorage

/// What a contestant came to over all rounds, beside ours.
struct ComparedRow {
  let contestant: Contestant
  let version: String
  /// A run of each round.
  var runs: [ComparedRun] = []
  /// Of ours in the same round, divided by its own rows per second of processor time; empty of ours.
  var ratios: [Double] = []

  /// Rows per second of processor time, the median of all rounds.
  var rowsPerCPUSecond: Double {
    Self.median(runs.map { Double(contestant.rows) / $0.cpuSeconds })
  }

  /// Commits or checkpoints a second on the wall, the median of all rounds; nil where the engine does not say.
  var commitsPerSecond: Double? {
    let rates = runs.compactMap { run in run.commits.map { $0 / run.wallSeconds } }
    return rates.isEmpty ? nil : Self.median(rates)
  }

  /// How many times as many rows ours does; 1 of ours.
  var ratio: Double { ratios.isEmpty ? 1 : Self.median(ratios) }

  var label: String { version.isEmpty ? contestant.engine.name : "\(contestant.engine.name) \(version)" }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  var line: JSONLine {
    var line = JSONLine()
    line.add("work", contestant.work.rawValue)
    line.add("engine", contestant.engine.rawValue)
    line.add("version", version)
    line.add("setting", contestant.setting)
    line.add("rows", contestant.rows)
    line.add("rounds", runs.count)
    line.add("cpu_s", Self.median(runs.map(\.cpuSeconds)))
    line.add("wall_s", Self.median(runs.map(\.wallSeconds)))
    line.add("rows_per_cpu_s", rowsPerCPUSecond)
    if let commitsPerSecond { line.add("commits_per_s", commitsPerSecond) }
    line.add("ours_is_times", ratio)
    return line
  }
}

/// The tables and plots of a comparison.
struct Comparison {
  var rows: [ComparedRow] = []

  /// A table per work, as Markdown.
  var markdown: String {
    var lines: [String] = []
    for work in CountingWork.allCases {
      let rows = rows.filter { $0.contestant.work == work }
      guard !rows.isEmpty else { continue }
      lines += ["**\(work.rawValue)**: \(work.about)", ""]
      lines += [
        "| engine | setting | rows | commits a second | rows per CPU-second | Strandline is |",
        "| --- | --- | --- | --- | --- | --- |",
      ]
      for row in rows {
        let ratio = row.contestant.engine == .strandline ? "" : "\(Self.short(row.ratio))×"
        let cells = [
          row.label, row.contestant.setting, Self.short(Double(row.contestant.rows)),
          row.commitsPerSecond.map(Self.short) ?? "", Self.short(row.rowsPerCPUSecond), ratio,
        ]
        lines.append("| \(cells.joined(separator: " | ")) |")
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  /// A plot of a work; nil where nothing was measured.
  func plot(_ work: CountingWork) -> BarPlot? {
    let rows = rows.filter { $0.contestant.work == work }
    guard rows.count > 1 else { return nil }
    return BarPlot(
      title: work.about,
      unit: "rows per second of processor time; \(MachineFacts.cpuName), \(MachineFacts.cores) cores",
      bars: rows.map { row in
        let isOurs = row.contestant.engine == .strandline
        let setting = row.contestant.engine == .flink ? ", \(row.contestant.arguments.joined(separator: " "))" : ""
        return BarPlot.Bar(
          row.label + setting, row.rowsPerCPUSecond,
          text: Self.short(row.rowsPerCPUSecond) + (isOurs ? "" : " (1/\(Self.short(row.ratio)))"), isEmphasised: isOurs
        )
      })
  }

  /// A number to three digits: 24.1 M, 813 k, 4.2.
  static func short(_ value: Double) -> String {
    for (unit, suffix) in [(1e6, " M"), (1e3, " k")] where value >= unit { return digits(value / unit) + suffix }
    return digits(value)
  }

  private static func digits(_ value: Double) -> String {
    if value >= 100 { return "\(Int(value.rounded()))" }
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
