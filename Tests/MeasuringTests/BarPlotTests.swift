import Measuring
import Testing

@Suite("Bar plot")
struct BarPlotTests {
  @Test("The longest bar is as wide as the plot, and half its value half of that")
  func lengths() {
    let svg = BarPlot(
      title: "speed", unit: "rows",
      bars: [.init("a", 10, text: "10"), .init("b", 5, text: "5"), .init("c", 0, text: "0")]
    ).svg
    #expect(svg.contains("width=\"420\" height=\"22\""))
    #expect(svg.contains("width=\"210\" height=\"22\""))
    #expect(svg.contains("width=\"1\" height=\"22\""))
  }

  @Test("Text can't end its element")
  func escapes() {
    let svg = BarPlot(title: "<b> & \"c\"", unit: "", bars: [.init("</text>", 1, text: "x")]).svg
    #expect(svg.contains("&lt;b&gt; &amp; &quot;c&quot;"))
    #expect(!svg.contains("</text></text>"))
  }
}
