import StrandlineColumns

/// A length of civil time: so many days, months and the like.
///
/// Weeks begin on Monday. Periods of several units are counted from 0000-01-01 (months, quarters, years), from
/// 1970-01-01 (days), from Monday 1969-12-29 (weeks) or from midnight (hours, which divide the day).
public struct CalendarPeriod: Sendable, Hashable, CustomStringConvertible {
  /// What is counted.
  public enum Unit: String, Sendable, Hashable, CaseIterable {
    /// From a full hour on the clock to the next one.
    case hour
    /// From midnight to midnight.
    case day
    /// From Monday to Monday.
    case week
    /// From the first of a month to that of the next one.
    case month
    /// Three months from January, April, July or October.
    case quarter
    /// From 1 January to 1 January.
    case year
  }

  /// What is counted.
  public var unit: Unit
  /// How many of them.
  public var count: Int64

  /// One unit.
  public init(_ unit: Unit) {
    self.init(1, unit)
  }

  /// So many units.
  public init(_ count: Int64, _ unit: Unit) {
    self.unit = unit
    self.count = count
  }

  /// The count and the unit: `2 week`.
  public var description: String { "\(count) \(unit.rawValue)" }

  /// What the count is of: hours, days from a day, or months.
  private enum Measure: Equatable {
    case hours(Int64)
    case days(Int64, from: Int64)
    case months(Int64)
  }

  private var measure: Measure {
    switch unit {
    case .hour: .hours(count)
    case .day: .days(count, from: 0)
    case .week: .days(count * 7, from: -3)
    case .month: .months(count)
    case .quarter: .months(count * 3)
    case .year: .months(count * 12)
    }
  }

  static let microsPerHour: Int64 = 3_600_000_000
  static let microsPerDay: Int64 = 86_400_000_000

  /// Checks that the count makes periods.
  func check() throws(StateError) {
    guard count > 0, count <= 10_000 else {
      throw StateError(.unsupported, "a calendar window of \(self): the count is from 1 to 10000")
    }
    if unit == .hour, 24 % count != 0 {
      throw StateError(
        .unsupported, "a calendar window of \(self): hours divide the day, so 1, 2, 3, 4, 6, 8, 12 or 24")
    }
  }

  /// Whether each period of `other` is a whole number of these.
  func divides(_ other: CalendarPeriod) -> Bool {
    switch (measure, other.measure) {
    case (.hours(let hours), .hours(let others)): others % hours == 0
    case (.hours, _): true
    case (.days(let days, let first), .days(let others, let otherFirst)):
      others % days == 0 && (otherFirst - first) % days == 0
    case (.days(let days, _), .months): days == 1
    case (.months(let months), .months(let others)): others % months == 0
    case (.days, .hours), (.months, _): false
    }
  }

  /// The number of the period that holds a civil time, which is counted in microseconds from 1970-01-01T00:00 on the clock.
  func number(of civil: Int64) -> Int64 {
    switch measure {
    case .hours(let hours): return civil.floorDivided(by: hours * Self.microsPerHour)
    case .days(let days, let first):
      return (civil.floorDivided(by: Self.microsPerDay) - first).floorDivided(by: days)
    case .months(let months):
      let date = CivilDate(daysSinceEpoch: Int(civil.floorDivided(by: Self.microsPerDay)))
      return (Int64(date.year) * 12 + Int64(date.month - 1)).floorDivided(by: months)
    }
  }

  /// The civil time at which the period of that number begins.
  func start(of number: Int64) -> Int64 {
    switch measure {
    case .hours(let hours): return number * hours * Self.microsPerHour
    case .days(let days, let first): return (number * days + first) * Self.microsPerDay
    case .months(let months):
      let month = number * months
      // Dates are computed for years from 0: whole cycles of 400 years are taken out before.
      let cycle = month.floorDivided(by: 4800)
      let date = CivilDate(year: Int(month - cycle * 4800) / 12, month: Int((month - cycle * 4800) % 12) + 1, day: 1)
      return (Int64(date.daysSinceEpoch) + cycle * Int64(CivilDate.daysPerCycle)) * Self.microsPerDay
    }
  }
}
