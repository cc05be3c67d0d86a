/// Bars with their values, as an SVG picture.
public struct BarPlot: Sendable {
  /// A bar.
  public struct Bar: Sendable {
    /// What it is of.
    public var label: String
    /// Its length; not less than 0.
    public var value: Double
    /// What stands behind it.
    public var text: String
    /// Whether it is drawn as the one that the others are compared with.
    public var isEmphasised: Bool

    /// A bar.
    public init(_ label: String, _ value: Double, text: String, isEmphasised: Bool = false) {
      self.label = label
      self.value = value
      self.text = text
      self.isEmphasised = isEmphasised
    }
  }

  /// What the plot is of.
  public var title: String
  /// What the bars' lengths are.
  public var unit: String
  /// From the top down.
  public var bars: [Bar]

  /// A plot of those bars.
  public init(title: String, unit: String, bars: [Bar]) {
    self.title = title
    self.unit = unit
    self.bars = bars
  }

  /// The picture. Lengths are linear and begin at 0.
  public var svg: String {
    let (left, width, step, top) = (220, 420, 30, 64)
    let height = top + bars.count * step + 12
    let longest = bars.map(\.value).max() ?? 0
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 \(height)\" font-family=\"sans-serif\" font-size=\"13\">",
      "<rect width=\"760\" height=\"\(height)\" fill=\"#ffffff\"/>",
      "<text x=\"16\" y=\"26\" font-size=\"15\" fill=\"#1b1f24\">\(Self.escaped(title))</text>",
      "<text x=\"16\" y=\"46\" fill=\"#59636e\">\(Self.escaped(unit))</text>",
    ]
    for (index, bar) in bars.enumerated() {
      let y = top + index * step
      let length = longest > 0 ? Int(max(0, bar.value) / longest * Double(width)) : 0
      let colour = bar.isEmphasised ? "#0b6e6e" : "#a9b4bf"
      lines.append(
        "<text x=\"\(left - 10)\" y=\"\(y + 16)\" text-anchor=\"end\" fill=\"#1b1f24\">\(Self.escaped(bar.label))</text>"
      )
      lines.append("<rect x=\"\(left)\" y=\"\(y)\" width=\"\(max(1, length))\" height=\"22\" fill=\"\(colour)\"/>")
      lines.append("<text x=\"\(left + length + 8)\" y=\"\(y + 16)\" fill=\"#1b1f24\">\(Self.escaped(bar.text))</text>")
    }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
  }
}
