import ArgumentParser
import StrandlineState

/// A window on the command line: a time such as `1h`, civil time such as `day` or `2weeks`, the gap that ends a session,
/// `session:30m`, a number of rows, `rows:100`, or `global`.
enum WindowArgument: ExpressibleByArgument {
  case length(DurationArgument)
  case period(CalendarPeriod)
  case session(DurationArgument)
  case rows(Int64)
  case global

  init?(argument: String) {
    if argument == "global" {
      self = .global
      return
    }
    if argument.hasPrefix("rows:") {
      guard let count = Int64(argument.dropFirst("rows:".count)), count > 0 else { return nil }
      self = .rows(count)
      return
    }
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
