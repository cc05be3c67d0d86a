import StrandlineColumns
import StrandlineState

extension Window {
  /// The window as a plan's description says it.
  var planText: String {
    switch self {
    case .tumbling(let size, let offset): "tumbling \(size) us" + Self.offset(offset)
    case .sliding(let size, let slide, let offset): "sliding \(size) us every \(slide) us" + Self.offset(offset)
    case .cumulating(let size, let step, let offset): "cumulating \(size) us every \(step) us" + Self.offset(offset)
    case .calendar(let calendar): calendar.planText
    case .session(.fixed(let gap)): "session, gap \(gap) us"
    case .session(.row(let gap)): "session, gap of the row in us: \(gap)"
    case .global: "global"
    case .rows(let count): "rows \(count)"
    }
  }

  private static func offset(_ offset: Int64) -> String {
    offset == 0 ? "" : ", offset \(offset) us"
  }

  /// The window for a person, its lengths in the largest unit that they are multiples of.
  var words: String {
    let duration = PlanComparison.duration
    func offset(_ offset: Int64) -> String { offset == 0 ? "" : ", offset \(duration(offset))" }
    return switch self {
    case .tumbling(let size, let shift): "tumbling \(duration(size))" + offset(shift)
    case .sliding(let size, let slide, let shift): "sliding \(duration(size)) every \(duration(slide))" + offset(shift)
    case .cumulating(let size, let step, let shift):
      "cumulating \(duration(size)) every \(duration(step))" + offset(shift)
    case .session(.fixed(let gap)): "session, gap \(duration(gap))"
    case .calendar, .session(.row), .global, .rows: planText
    }
  }
}

extension CalendarWindow {
  fileprivate var planText: String {
    (within.map { "cumulating \($0) every \(period)" } ?? "calendar \(period)") + " in \(zone)"
  }
}

extension PlanLine {
  /// Takes a window.
  mutating func window() throws(StreamError) -> Window {
    if skip("tumbling ") {
      let size = try micros()
      return .tumbling(size: size, offset: try offset())
    }
    if skip("sliding ") {
      let size = try micros()
      try expect(" every ")
      let slide = try micros()
      return .sliding(size: size, slide: slide, offset: try offset())
    }
    if skip("cumulating ") { return try cumulating() }
    if skip("calendar ") {
      let period = try period(try number())
      return .calendar(CalendarWindow(period, zone: try zone()))
    }
    if skip("session, gap of the row in us: ") {
      let text = remainder()
      do {
        return .session(gap: .row(try Expression(parsing: text)))
      } catch {
        throw unreadable(error.message)
      }
    }
    if skip("session, gap ") { return .session(gap: .fixed(try micros())) }
    if skip("global") { return .global }
    if skip("rows ") { return .rows(try number()) }
    throw unreadable("this version doesn't know that window")
  }

  private mutating func cumulating() throws(StreamError) -> Window {
    let number = try number()
    if skip(" us every ") {
      let step = try micros()
      return .cumulating(size: number, step: step, offset: try offset())
    }
    let within = try period(number)
    try expect(" every ")
    let period = try period(try self.number())
    return .calendar(CalendarWindow(period, within: within, zone: try zone()))
  }

  private mutating func micros() throws(StreamError) -> Int64 {
    let number = try number()
    try expect(" us")
    return number
  }

  private mutating func offset() throws(StreamError) -> Int64 {
    skip(", offset ") ? try micros() : 0
  }

  private mutating func period(_ count: Int64) throws(StreamError) -> CalendarPeriod {
    try expect(" ")
    guard let unit = CalendarPeriod.Unit(rawValue: try name()) else { throw unreadable("an unknown unit of time") }
    return CalendarPeriod(count, unit)
  }

  private mutating func zone() throws(StreamError) -> String {
    try expect(" in ")
    return remainder()
  }
}
