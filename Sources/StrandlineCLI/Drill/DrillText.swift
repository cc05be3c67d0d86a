import StrandlineTestKit

/// A drill's report for people, a line per figure.
struct DrillText {
  private let result: DrillResult

  init(_ result: DrillResult) { self.result = result }

  private var report: DrillReport { result.report }

  /// The report.
  var lines: [String] {
    var lines = [Self.line("drill", result.title), Self.line("tried", tried)]
    for (index, outcome) in report.outcomes.enumerated() {
      lines.append(Self.line(index == 0 ? "outcomes" : "", "\(Quantities.grouped(outcome.count)) × \(outcome.name)"))
    }
    if result.comparesRows {
      lines.append(
        Self.line(
          "rows",
          "\(report.lost) lost, \(report.duplicated) duplicated, \(report.outOfOrder) out of order, \(report.wrong) wrong"
        ))
    }
    lines += recoveries
    for fact in result.facts { lines.append(Self.line(fact.title, fact.text)) }
    for violation in report.violations {
      lines.append(Self.line("VIOLATION", violation.text))
      lines.append(Self.line("  again", result.replay(violation)))
    }
    return lines + [report.isGood ? "passed" : "FAILED"]
  }

  private static func line(_ title: String, _ text: String) -> String {
    title + String(repeating: " ", count: max(1, 12 - title.count)) + text
  }

  private var tried: String {
    var text = Quantities.count(report.tried, result.unit.one, result.unit.many)
    if report.distinct > 0 { text += ", \(Quantities.grouped(report.distinct)) distinct" }
    text += " in \(Quantities.nanos(report.nanos))"
    if report.distinct > 0 { text += ", \(Quantities.grouped(Int(report.distinctPerSecond))) distinct a second" }
    return text
  }

  private var recoveries: [String] {
    guard let whole = Distribution(report.recoveries.map(\.nanos)) else { return [] }
    var lines = [Self.line("recovery", "\(Self.summary(whole)), of \(Quantities.grouped(whole.count))")]
    if let part = Distribution(report.recoveries.map(\.snapshotNanos)) {
      lines.append(Self.line("  snapshot", Self.summary(part)))
    }
    if let part = Distribution(report.recoveries.map(\.redoNanos)) {
      lines.append(Self.line("  redo", Self.summary(part)))
    }
    if let prediction = result.prediction {
      lines.append(
        Self.line(
          "  predicted",
          "\(Quantities.nanos(prediction.nanos)): snapshot \(Quantities.nanos(prediction.snapshotNanos)), "
            + "redo \(Quantities.nanos(prediction.redoNanos)), the rest \(Quantities.nanos(prediction.otherNanos)); measured (p50) is "
            + "\(Quantities.decimal(prediction.ratio(to: whole.quantile(0.5)), 2)) times that"))
    }
    let bytes = report.recoveries.reduce(0) { $0 + $1.bytes }
    let redone = report.recoveries.reduce(0) { $0 + $1.batchesRedone }
    lines.append(
      Self.line(
        "read", "\(Quantities.bytes(bytes)) of state, \(Quantities.count(redone, "batch", "batches")) redone"))
    return lines + histogram(whole)
  }

  private static func summary(_ times: Distribution) -> String {
    "p50 \(Quantities.nanos(times.quantile(0.5))), p99 \(Quantities.nanos(times.quantile(0.99))), "
      + "most \(Quantities.nanos(times.most))"
  }

  /// A bar per range of recovery times; nothing where there is only one range.
  private func histogram(_ times: Distribution) -> [String] {
    let bins = times.histogram(bins: min(12, max(3, times.count / 2)))
    guard bins.count > 1, let most = bins.map(\.count).max() else { return [] }
    return bins.map { bin in
      let label = Quantities.nanos(bin.from)
      // A range that holds something is seen, however little it is.
      let length = bin.count == 0 ? 0 : max(1, bin.count * 40 / most)
      return Self.line("", String(repeating: " ", count: max(0, 9 - label.count)) + label)
        + " ▏" + String(repeating: "█", count: length) + (bin.count > 0 ? " \(Quantities.grouped(bin.count))" : "")
    }
  }
}
