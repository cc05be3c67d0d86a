import StrandlineTestKit

/// The plots of a drill's page. Shapes are SVG that stretches to any width; words are text beside it, so that they keep their
/// size on a small screen.
enum DrillPlots {
  /// A bar per item, with its name and value.
  static func bars(_ items: [(name: String, value: Double, text: String)]) -> String {
    let most = items.map(\.value).max() ?? 0
    let rows = items.map { item in
      let share = most > 0 ? item.value / most * 100 : 0
      return """
        <div class="bar"><span>\(HTMLText.escaped(item.name))</span><b>\(HTMLText.escaped(item.text))</b>
        \(svg(height: 10, rect("whole", x: 0, width: max(share, 0.5), y: 0, height: 10, of: 10)))</div>
        """
    }
    return "<div class=\"bars\">\n\(rows.joined(separator: "\n"))\n</div>"
  }

  /// How many recoveries took how long.
  static func histogram(_ times: Distribution) -> String {
    let bins = times.histogram(bins: min(24, max(4, times.count / 2)))
    guard let first = bins.first, let last = bins.last, let most = bins.map(\.count).max(), bins.count > 1 else {
      return ""
    }
    let width = 100 / Double(bins.count)
    var shapes = bins.enumerated().map { index, bin in
      let height = bin.count == 0 ? 0 : max(2, Double(bin.count) / Double(most) * 100)
      return rect(
        "whole", x: Double(index) * width + width * 0.06, width: width * 0.88, y: 100 - height, height: height, of: 100,
        title: "\(Quantities.nanos(bin.from)) to \(Quantities.nanos(bin.to)): \(Quantities.grouped(bin.count))")
    }
    let span = Double(last.to - first.from)
    for (share, name) in [(0.5, "p50"), (0.99, "p99")] {
      let place = Double(times.quantile(share) - first.from) / span * 100
      shapes.append(
        "<line class=\"mark\" x1=\"\(number(place))\" x2=\"\(number(place))\" y1=\"0\" y2=\"100\">"
          + "<title>\(name): \(Quantities.nanos(times.quantile(share)))</title></line>")
    }
    return """
      <figure>
      \(svg(height: 150, shapes.joined(), of: 100))
      <div class="axis"><span>\(Quantities.nanos(first.from))</span><span>\(Quantities.nanos(last.to))</span></div>
      <figcaption>How many recoveries took how long; the tallest column is \(Quantities.grouped(most)). The lines are p50 and p99.</figcaption>
      </figure>
      """
  }

  /// Each recovery as a column of its parts, from the shortest to the longest.
  static func split(_ samples: [RecoverySample]) -> String {
    let shown = thinned(samples.sorted { $0.nanos < $1.nanos })
    guard let most = shown.last?.nanos, most > 0 else { return "" }
    let width = 100 / Double(shown.count)
    let shapes = shown.enumerated().map { index, sample in
      var bottom = 100.0
      return parts(sample).map { name, nanos in
        let height = Double(nanos) / Double(most) * 100
        bottom -= height
        return rect(
          name, x: Double(index) * width + width * 0.06, width: width * 0.88, y: bottom, height: height, of: 100,
          title: "\(name): \(Quantities.nanos(nanos)) of \(Quantities.nanos(sample.nanos))")
      }.joined()
    }
    return """
      <figure>
      \(svg(height: 150, shapes.joined(), of: 100))
      \(legend)
      <figcaption>\(shown.count == samples.count ? "Every recovery" : "\(shown.count) of \(Quantities.grouped(samples.count)) recoveries"), the longest \(Quantities.nanos(most)).</figcaption>
      </figure>
      """
  }

  /// The prediction above the recovery in the middle.
  static func prediction(_ prediction: DrillPrediction, _ samples: [RecoverySample]) -> String {
    let sorted = samples.sorted { $0.nanos < $1.nanos }
    guard !sorted.isEmpty else { return "" }
    let middle = sorted[(sorted.count - 1) / 2]
    let most = Double(max(prediction.nanos, middle.nanos, 1))
    let rows = [
      (
        "predicted", prediction.nanos,
        [("snapshot", prediction.snapshotNanos), ("redo", prediction.redoNanos), ("other", prediction.otherNanos)]
      ),
      ("measured (p50)", middle.nanos, parts(middle)),
    ].map { name, nanos, parts in
      var left = 0.0
      let shapes = parts.map { part, nanos in
        let width = Double(nanos) / most * 100
        defer { left += width }
        return rect(
          part, x: left, width: width, y: 0, height: 18, of: 18, title: "\(part): \(Quantities.nanos(nanos))")
      }
      return
        "<div class=\"bar\"><span>\(name)</span><b>\(Quantities.nanos(nanos))</b>\n\(svg(height: 18, shapes.joined()))</div>"
    }
    let ratio = Quantities.decimal(prediction.ratio(to: middle.nanos), 2)
    return """
      <figure><div class="bars">
      \(rows.joined(separator: "\n"))
      </div>
      \(legend)
      <figcaption>What was measured is \(ratio) times what was predicted.</figcaption>
      </figure>
      """
  }

  private static let legend = """
    <div class="legend"><span class="snapshot">snapshot</span><span class="redo">redo</span><span class="other">lock, reading, carrying</span></div>
    """

  private static func parts(_ sample: RecoverySample) -> [(String, UInt64)] {
    let known = sample.snapshotNanos + sample.redoNanos
    return [
      ("snapshot", sample.snapshotNanos), ("redo", sample.redoNanos),
      ("other", sample.nanos > known ? sample.nanos - known : 0),
    ]
  }

  /// At most sixty of them, evenly taken, the first and the last included.
  private static func thinned(_ samples: [RecoverySample]) -> [RecoverySample] {
    let most = 60
    if samples.count <= most { return samples }
    return (0..<most).map { samples[$0 * (samples.count - 1) / (most - 1)] }
  }

  private static func svg(height: Int, _ shapes: String, of units: Int? = nil) -> String {
    "<svg role=\"img\" viewBox=\"0 0 100 \(units ?? height)\" preserveAspectRatio=\"none\" style=\"height:\(height)px\">"
      + shapes + "</svg>"
  }

  private static func rect(
    _ style: String, x: Double, width: Double, y: Double, height: Double, of units: Double, title: String? = nil
  ) -> String {
    let inside = title.map { "<title>\(HTMLText.escaped($0))</title>" } ?? ""
    return "<rect class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(min(max(y, 0), units)))\" "
      + "width=\"\(number(width))\" height=\"\(number(height))\">\(inside)</rect>"
  }

  private static func number(_ value: Double) -> String { Quantities.decimal(value, 3) }
}
