/// A unit of the calendar that times can be cut to, in UTC.
public enum CalendarUnit: String, Sendable, Hashable, CaseIterable {
  /// 1,000,000 microseconds.
  case second
  /// 60 seconds.
  case minute
  /// 60 minutes.
  case hour
  /// From midnight to midnight.
  case day
  /// From Monday to Monday.
  case week
  /// A month of the Gregorian calendar.
  case month
  /// Three months from January, April, July or October.
  case quarter
  /// A year of the Gregorian calendar.
  case year
}

/// A part of a time, in UTC by the Gregorian calendar.
public enum TimePart: String, Sendable, Hashable, CaseIterable {
  /// The year; that before 1 is 0.
  case year
  /// 1 to 4.
  case quarter
  /// 1 to 12.
  case month
  /// The day of the month, from 1.
  case day
  /// 0 to 23.
  case hour
  /// 0 to 59.
  case minute
  /// 0 to 59, whole.
  case second
  /// The day of the week: 0 for Sunday to 6 for Saturday.
  case dayOfWeek = "dow"
  /// The day of the year, from 1.
  case dayOfYear = "doy"
  /// Seconds since 1970-01-01T00:00:00Z as a double, with their fraction.
  case epoch
}

/// Functions of times.
enum TimeKernels {
  private static let microsPerSecond: Int64 = 1_000_000
  private static let microsPerDay = Int64(ISO8601.microsPerDay)

  /// The last beginning of the unit that isn't after the time.
  static func truncated(
    _ times: Operand, to unit: CalendarUnit, _ rows: CallRows
  ) throws(ColumnsError) -> Column {
    try rows.words(.timestamp) { row throws(ColumnsError) in
      guard let start = start(of: unit, times.word(row)) else {
        throw ArithmeticKernels.overflow(rows.expression, .timestamp)
      }
      return start
    }
  }

  static func extracted(_ part: TimePart, _ times: Operand, _ rows: CallRows) -> Column {
    if part == .epoch { return rows.numbers { Double(times.word($0)) / 1e6 } }
    return rows.words(.int64) { Int64(value(of: part, times.word($0))) }
  }

  private static func start(of unit: CalendarUnit, _ time: Int64) -> Int64? {
    switch unit {
    case .second: return floored(time, to: microsPerSecond)
    case .minute: return floored(time, to: 60 * microsPerSecond)
    case .hour: return floored(time, to: 3600 * microsPerSecond)
    case .day: return floored(time, to: microsPerDay)
    default: break
    }
    let days = Int(quotient(time, microsPerDay))
    let date = CivilDate(daysSinceEpoch: days)
    let start: Int
    switch unit {
    // The first Monday of 1970 was the fifth day.
    case .week: start = days - weekday(days, from: 4)
    case .month: start = days - (date.day - 1)
    case .quarter: start = firstDay(date.year, month: (date.month - 1) / 3 * 3 + 1)
    default: start = firstDay(date.year, month: 1)
    }
    let (micros, isOverflow) = Int64(start).multipliedReportingOverflow(by: microsPerDay)
    return isOverflow ? nil : micros
  }

  private static func value(of part: TimePart, _ time: Int64) -> Int {
    let days = Int(quotient(time, microsPerDay))
    // Before the range the product wraps, and the difference back.
    let seconds = (Int(time) &- days &* Int(microsPerDay)) / Int(microsPerSecond)
    switch part {
    case .hour: return seconds / 3600
    case .minute: return seconds / 60 % 60
    case .second, .epoch: return seconds % 60
    // The first Sunday of 1970 was the fourth day.
    case .dayOfWeek: return weekday(days, from: 3)
    default: break
    }
    let date = CivilDate(daysSinceEpoch: days)
    switch part {
    case .year: return date.year
    case .quarter: return (date.month + 2) / 3
    case .month: return date.month
    case .dayOfYear: return days - firstDay(date.year, month: 1) + 1
    default: return date.day
    }
  }

  /// The days from 1970-01-01 to the first of a month, for any year: 400 years are one cycle of days.
  private static func firstDay(_ year: Int, month: Int) -> Int {
    let cycles = year < 0 ? (399 - year) / 400 : 0
    return CivilDate(year: year + 400 * cycles, month: month, day: 1).daysSinceEpoch - cycles * CivilDate.daysPerCycle
  }

  /// The days since the last one that is a multiple of a week from that day after 1970-01-01.
  private static func weekday(_ days: Int, from first: Int) -> Int {
    let rest = (days - first) % 7
    return rest < 0 ? rest + 7 : rest
  }

  /// The quotient, rounded down.
  private static func quotient(_ value: Int64, _ divisor: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? quotient - 1 : quotient
  }

  private static func floored(_ value: Int64, to unit: Int64) -> Int64? {
    let (product, isOverflow) = quotient(value, unit).multipliedReportingOverflow(by: unit)
    return isOverflow ? nil : product
  }
}
