import ArgumentParser
import StrandlineState

/// The length of a window on the command line: a time such as `1h`, civil time such as `day` or `2weeks`, or the gap that ends
/// a session, `session:30m`.
enum WindowArgument: ExpressibleByArgument {
  case length(DurationArgument)
  case period(CalendarPeriod)
  case session(DurationArgument)

  init?(argument: String) {
    if argument.hasPrefix("session:") {
      guard let gap = DurationArgument(argument: String(argument.dropFirst("session:".count))) else { return nil }
      self = .session(gap)
      return
    }
    if let length = DurationArgument(argument: argument) {
      self = .length(length)
      return
    }
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    var name = argument.dropFirst(digits.count)
    if !digits.isEmpty && name.last == "s" { name = name.dropLast() }
    guard let unit = CalendarPeriod.Unit(rawValue: String(name)), let count = digits.isEmpty ? 1 : Int64(digits) else {
      return nil
    }
    self = .period(CalendarPeriod(count, unit))
  }
}
