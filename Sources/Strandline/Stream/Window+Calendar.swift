public import StrandlineState

extension Window {
  /// Windows of one calendar unit in a time zone, such as a month in `Europe/Berlin`.
  ///
  /// A zone is named as in the tz database; the plan's check says when the system doesn't have it.
  public static func calendar(_ unit: CalendarPeriod.Unit, in zone: String) -> Window {
    .calendar(CalendarWindow(CalendarPeriod(unit), zone: zone))
  }

  /// Windows of several calendar units in a time zone, such as two weeks.
  public static func calendar(_ count: Int, _ unit: CalendarPeriod.Unit, in zone: String) -> Window {
    .calendar(CalendarWindow(CalendarPeriod(Int64(count), unit), zone: zone))
  }

  /// Windows from full hour to full hour on a zone's clocks; an hour that is shown twice is one window.
  public static func hourly(in zone: String) -> Window { .calendar(.hour, in: zone) }
  /// Windows from midnight to midnight; of 23 or 25 hours where clocks change.
  public static func daily(in zone: String) -> Window { .calendar(.day, in: zone) }
  /// Windows from Monday to Monday.
  public static func weekly(in zone: String) -> Window { .calendar(.week, in: zone) }
  /// Windows from the first of a month to that of the next one.
  public static func monthly(in zone: String) -> Window { .calendar(.month, in: zone) }
  /// Windows from 1 January to 1 January.
  public static func yearly(in zone: String) -> Window { .calendar(.year, in: zone) }

  /// A total so far within each calendar unit of a time zone: windows that all begin where it begins, and end with each
  /// `step` of it.
  public static func cumulating(
    _ unit: CalendarPeriod.Unit, every step: CalendarPeriod.Unit, in zone: String
  ) -> Window {
    .calendar(CalendarWindow(CalendarPeriod(step), within: CalendarPeriod(unit), zone: zone))
  }
}
