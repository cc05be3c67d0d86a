import StrandlineTestKit
import Testing

@testable import StrandlineCLI

@Suite("What a drill says")
struct DrillReportTests {
  private func result() -> DrillResult {
    var report = DrillReport(mode: "disk")
    report.tried = 1200
    report.distinct = 1000
    report.nanos = 2_000_000_000
    report.note("recovered", count: 1200)
    report.recoveries = (1...100).map {
      RecoverySample(
        nanos: UInt64($0) * 1_000_000, snapshotNanos: UInt64($0) * 600_000, redoNanos: UInt64($0) * 300_000,
        bytes: 1000, batchesRedone: 2)
    }
    var result = DrillResult(title: "disk: <few> rows & \"keys\"", unit: DrillMode.disk.unit, report: report)
    result.command = ["strandline", "drill", "--mode", "disk", "--seed", "7"]
    return result
  }

  @Test(
    "quantiles are by the nearest rank", arguments: [(0.5, 50), (0.99, 99), (1, 100), (0, 1)] as [(Double, UInt64)])
  func quantiles(_ share: Double, _ expected: UInt64) throws {
    let times = try #require(Distribution((1...100).map { UInt64($0) }.shuffled()))
    #expect(times.quantile(share) == expected)
  }

  @Test("a histogram has every time in one range of a round width", arguments: [1, 2, 7, 100, 10_007])
  func histogram(_ count: Int) throws {
    #expect(Distribution([]) == nil)
    let nanos = (0..<count).map { UInt64($0 * $0 % 9973 + 3) }
    let times = try #require(Distribution(nanos))
    let bins = times.histogram(bins: 12)
    #expect(bins.count <= 13)
    #expect(bins.reduce(0) { $0 + $1.count } == count)
    #expect(bins.first.map { $0.from <= times.least && $0.count > 0 } == true)
    #expect(bins.last.map { $0.to > times.most && $0.count > 0 } == true)
    for bin in bins { #expect(bin.count == nanos.count { bin.from <= $0 && $0 < bin.to }) }
  }

  @Test("the line of progress has a bar, the share, the rate and the time left")
  func progress() {
    let half = DrillProgress(tried: 5000, fraction: 0.5, nanos: 4_000_000_000)
    #expect(
      DrillMeter.line("disk", "crash states", half)
        == "disk ████████████░░░░░░░░░░░░ 50 % · 5,000 crash states · 1,250/s · 4 s left")
    let unknown = DrillProgress(tried: 3, fraction: nil, nanos: 2_000_000_000)
    #expect(DrillMeter.line("kill", "kills", unknown) == "kill · 3 kills · 1.5/s")
    let slow = DrillProgress(tried: 1, fraction: 0.01, nanos: 60_000_000_000)
    #expect(DrillMeter.line("kill", "kills", slow).hasSuffix("99 min 0 s left") == false)
    #expect(DrillMeter.line("kill", "kills", slow).hasSuffix("1 h 39 min left"))
  }

  @Test("the text names what was tried, what came of it, and the parts of recovery")
  func text() {
    let lines = DrillText(result()).lines
    #expect(lines.contains("tried       1,200 crash states, 1,000 distinct in 2.00 s, 500 distinct a second"))
    #expect(lines.contains("recovery    p50 50.0 ms, p99 99.0 ms, most 100.0 ms, of 100"))
    #expect(lines.contains("  snapshot  p50 30.0 ms, p99 59.4 ms, most 60.0 ms"))
    #expect(lines.contains("  redo      p50 15.0 ms, p99 29.7 ms, most 30.0 ms"))
    #expect(lines.last == "passed")
  }

  @Test("a violation comes with the command that tries it again, quoted for a shell")
  func violations() {
    var result = result()
    result.report.violations = [DrillViolation("a <b> was lost", replay: "3:k l'")]
    let lines = DrillText(result).lines
    #expect(lines.contains("VIOLATION   a <b> was lost"))
    #expect(lines.contains(#"  again     strandline drill --mode disk --seed 7 --only '3:k l'\'''"#))
    #expect(lines.last == "FAILED")
    let page = DrillPage(result, madeAt: 0).html
    #expect(page.contains("a &lt;b&gt; was lost") && page.contains("3:k l&#39;") && page.contains("verdict bad"))
  }

  @Test("the page stands alone, and everything in it is escaped and closed")
  func page() {
    var result = result()
    result.prediction = DrillPrediction(snapshotNanos: 30_000_000, redoNanos: 10_000_000, otherNanos: 5_000_000)
    let page = DrillPage(result, madeAt: 0).html
    #expect(page.contains("disk: &lt;few&gt; rows &amp; &quot;keys&quot;"))
    #expect(page.contains("What was measured is 1.11 times what was predicted."))
    for word in ["<script", "http:", "https:", "url(", "@import", " src=", "<link"] { #expect(!page.contains(word)) }
    for tag in ["section", "div", "svg", "rect", "table", "tr", "td", "th", "figure", "span", "title"] {
      let opened = page.components(of: "<\(tag)>") + page.components(of: "<\(tag) ")
      #expect(opened == page.components(of: "</\(tag)>"), "\(tag)")
    }
    #expect(page.contains("prefers-color-scheme: dark") && page.contains("width=device-width"))
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
