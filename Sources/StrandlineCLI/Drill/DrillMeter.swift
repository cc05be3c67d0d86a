import StrandlineStorage
import StrandlineTestKit

/// The line that shows how far a drill has come: on a terminal only.
struct DrillMeter {
  private let mode: String
  private let unit: String
  private let isShown: Bool
  private var lastShown: UInt64?

  private static let barWidth = 24
  private static let intervalNanos: UInt64 = 100_000_000

  /// A meter for faults of that name; `isQuiet` shows nothing, as if there were no terminal.
  init(_ mode: String, unit: String, isQuiet: Bool) {
    self.mode = mode
    self.unit = unit
    isShown = !isQuiet && StandardOutput.isErrorTerminal
  }

  /// Shows the line, unless it was shown just before.
  mutating func update(_ progress: DrillProgress) {
    guard isShown else { return }
    if let lastShown, progress.nanos &- lastShown < Self.intervalNanos { return }
    lastShown = progress.nanos
    Console.progress(Self.line(mode, unit, progress))
  }

  /// Says what is being done that can't be measured.
  func note(_ text: String) {
    if isShown { Console.progress("\(mode) · \(text)") }
  }

  /// Takes the line away.
  func end() {
    if isShown { Console.endProgress() }
  }

  /// The bar, the share, the faults tried, their rate, and the time left.
  static func line(_ mode: String, _ unit: String, _ progress: DrillProgress) -> String {
    let seconds = Double(progress.nanos) / 1e9
    let rate = seconds > 0 ? Double(progress.tried) / seconds : 0
    let perSecond = rate < 10 ? Quantities.decimal(rate, 1) : Quantities.grouped(Int(rate))
    var parts = ["\(Quantities.grouped(progress.tried)) \(unit)", "\(perSecond)/s"]
    var head = mode
    if let fraction = progress.fraction {
      let share = min(max(fraction, 0), 1)
      let full = Int(share * Double(barWidth))
      head +=
        " " + String(repeating: "█", count: full) + String(repeating: "░", count: barWidth - full)
        + " \(Int(share * 100)) %"
      if share > 0.005 { parts.append("\(left(seconds / share * (1 - share))) left") }
    }
    return ([head] + parts).joined(separator: " · ")
  }

  private static func left(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded(.up))
    return whole < 60
      ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
