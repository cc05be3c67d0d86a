/// A date of the proleptic Gregorian calendar and its distance from 1970-01-01.
///
/// The year is counted from March, so that the leap day comes last, and 400 years make one cycle of 146,097 days.
/// Source: E. G. Richards, “Calendars”, in: Explanatory Supplement to the Astronomical Almanac, 3rd ed., 15.11.
public struct CivilDate: Sendable, Equatable {
  /// The year; 0 is the one before year 1.
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// From 1.
  public var day: Int

  /// The days of 400 years, after which weekdays and leap years repeat.
  public static let daysPerCycle = 146_097
  /// Days from 0000-03-01 to 1970-01-01.
  static let epochDay = 719_468

  /// A date of those parts, which may not exist.
  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date that many days after 1970-01-01.
  public init(daysSinceEpoch days: Int) {
    let shifted = days + Self.epochDay
    let cycle = (shifted >= 0 ? shifted : shifted - (Self.daysPerCycle - 1)) / Self.daysPerCycle
    let dayOfCycle = shifted - cycle * Self.daysPerCycle
    let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
  }

  /// Whether the month has that day; for years from 0.
  public var exists: Bool {
    guard month >= 1 && month <= 12 && day >= 1 else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    switch month {
    case 2: return day <= (isLeap ? 29 : 28)
    case 4, 6, 9, 11: return day <= 30
    default: return day <= 31
    }
  }

  /// Days since 1970-01-01; for years from 0.
  public var daysSinceEpoch: Int {
    // A year that ends with February; from year 0 January and February belong to year -1, so one cycle is added first.
    let marchYear = year + (month <= 2 ? 399 : 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return 365 * marchYear + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear
      - Self.daysPerCycle - Self.epochDay
  }
}
