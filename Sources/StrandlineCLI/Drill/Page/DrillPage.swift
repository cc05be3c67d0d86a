import ArgumentParser
import Strandline
import StrandlineStorage
import StrandlineTestKit

/// A drill's report as one page: style and plots are inside, nothing is fetched and nothing runs.
struct DrillPage {
  private let result: DrillResult
  private let madeAt: Int64

  /// A page that says when it was made, in Unix microseconds.
  init(_ result: DrillResult, madeAt: Int64 = SystemClock.wallMicros()) {
    self.result = result
    self.madeAt = madeAt
  }

  private var report: DrillReport { result.report }

  /// The page.
  var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(report.isGood ? "Passed" : "FAILED") · Strandline drill, \(HTMLText.escaped(report.mode))</title>
    <style>\(DrillPageStyle.css)</style>
    </head>
    <body>
    <main>
    \(([header, tiles] + violations + [outcomes] + recovery + [figures, footer]).joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  private var header: String {
    """
    <header>
    <p class="verdict \(report.isGood ? "good" : "bad")">\(report.isGood ? "passed" : "failed")</p>
    <h1>Strandline drill</h1>
    <p class="title">\(HTMLText.escaped(result.title))</p>
    </header>
    """
  }

  private var tiles: String {
    var tiles = [Self.tile(Quantities.grouped(report.tried), result.unit.many + " tried")]
    if report.distinct > 0 {
      tiles.append(Self.tile(Quantities.grouped(report.distinct), "distinct"))
      tiles.append(Self.tile(Quantities.grouped(Int(report.distinctPerSecond)), "distinct a second"))
    }
    for (count, name) in [
      (report.lost, "rows lost"), (report.duplicated, "duplicated"), (report.outOfOrder, "out of order"),
      (report.wrong, "wrong"),
    ] where result.comparesRows {
      tiles.append(Self.tile(Quantities.grouped(count), name, isBad: count > 0))
    }
    tiles.append(Self.tile(Quantities.nanos(report.nanos), "the whole drill"))
    return "<section class=\"tiles\">\n\(tiles.joined(separator: "\n"))\n</section>"
  }

  private static func tile(_ value: String, _ name: String, isBad: Bool = false) -> String {
    "<div class=\"tile\(isBad ? " bad" : "")\"><b>\(HTMLText.escaped(value))</b><span>\(HTMLText.escaped(name))</span></div>"
  }

  private var violations: [String] {
    if report.violations.isEmpty { return [] }
    let items = report.violations.map { violation in
      """
      <li><p>\(HTMLText.escaped(violation.text))</p>
      <pre>\(HTMLText.escaped(result.replay(violation)))</pre></li>
      """
    }
    return [Self.section("Not as promised", "<ol class=\"violations\">\n\(items.joined(separator: "\n"))\n</ol>")]
  }

  private var outcomes: String {
    Self.section(
      "What came of it",
      DrillPlots.bars(report.outcomes.map { ($0.name, Double($0.count), Quantities.grouped($0.count)) }))
  }

  private var recovery: [String] {
    let samples = report.recoveries
    guard let whole = Distribution(samples.map(\.nanos)) else { return [] }
    let rows = [
      ("whole", Distribution(samples.map(\.nanos))), ("snapshot", Distribution(samples.map(\.snapshotNanos))),
      ("redo", Distribution(samples.map(\.redoNanos))),
    ].compactMap { name, times in times.map { Self.row(name, $0) } }
    var sections = [
      Self.section(
        "Recovery time",
        """
        <div class="scroll"><table class="times">
        <thead><tr><th>of \(Quantities.grouped(whole.count))</th><th>p50</th><th>p99</th><th>most</th></tr></thead>
        <tbody>\(rows.joined(separator: "\n"))</tbody>
        </table></div>
        """ + "\n" + DrillPlots.histogram(whole))
    ]
    if let prediction = result.prediction {
      sections.append(Self.section("Predicted and measured", DrillPlots.prediction(prediction, samples)))
    }
    if samples.count > 1 { sections.append(Self.section("Each recovery, by its length", DrillPlots.split(samples))) }
    return sections
  }

  private static func row(_ name: String, _ times: Distribution) -> String {
    let cells = [times.quantile(0.5), times.quantile(0.99), times.most].map { "<td>\(Quantities.nanos($0))</td>" }
    return "<tr><th>\(name)</th>\(cells.joined())</tr>"
  }

  private var figures: String {
    var rows = result.facts.map { ($0.title, $0.text) }
    if !report.recoveries.isEmpty {
      rows.append(("state read", Quantities.bytes(report.recoveries.reduce(0) { $0 + $1.bytes })))
      rows.append(("batches redone", Quantities.grouped(report.recoveries.reduce(0) { $0 + $1.batchesRedone })))
    }
    let lines = rows.map { "<tr><th>\(HTMLText.escaped($0.0))</th><td>\(HTMLText.escaped($0.1))</td></tr>" }
    return Self.section(
      "Figures",
      "<div class=\"scroll\"><table><tbody>\(lines.joined(separator: "\n"))</tbody></table></div>\n"
        + "<pre>\(HTMLText.escaped(ShellWords.joined(result.command)))</pre>")
  }

  private var footer: String {
    "<footer>Made \(Timestamp(microsecondsSince1970: madeAt - madeAt % 1_000_000)) by strandline "
      + "\(StrandlineCommand.configuration.version)</footer>"
  }

  private static func section(_ title: String, _ body: String) -> String {
    "<section>\n<h2>\(HTMLText.escaped(title))</h2>\n\(body)\n</section>"
  }
}
