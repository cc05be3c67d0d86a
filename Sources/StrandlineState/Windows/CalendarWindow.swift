/// Windows of civil time in a time zone.
///
/// # Overview
/// A window begins at the first instant at which the zone's clocks show its beginning or later. So a day has 23 or 25 hours
/// when clocks change; where midnight is skipped it begins with the first moment after it; a day that a zone has skipped is no
/// window; and an hour that clocks show twice is one window of two hours.
///
/// With `within`, windows add up: they all begin where a period of `within` begins, and end with each `period` of it.
///
/// # Invariants
/// Nothing is asked of it before its rules are known: a plan names the zone, and the rules are put in before it runs.
public struct CalendarWindow: Sendable, Hashable {
  /// The length of a window, or the step by which windows grow.
  public var period: CalendarPeriod
  /// For windows that grow: the period in which they do.
  public var within: CalendarPeriod?
  /// The zone's name in the tz database, such as `Europe/Berlin`; `UTC` needs no database.
  public var zone: String
  /// When the zone's clocks change; nil until it is looked up.
  public var rules: ZoneRules?

  /// Windows of a period in a zone.
  public init(_ period: CalendarPeriod, within: CalendarPeriod? = nil, zone: String, rules: ZoneRules? = nil) {
    self.period = period
    self.within = within
    self.zone = zone
    self.rules = rules
  }

  func check() throws(StateError) {
    try period.check()
    guard let within else { return }
    try within.check()
    guard period.divides(within) else {
      throw StateError(.unsupported, "windows within \(within) can't grow by \(period): it doesn't divide it")
    }
  }

  private var known: ZoneRules {
    guard let rules else { preconditionFailure("the rules of \(zone) are looked up before a plan runs") }
    return rules
  }

  func pane(of time: Int64) -> Int64 {
    start(of: period, at: time, known)
  }

  func paneEnd(_ pane: Int64) -> Int64 {
    end(of: period, at: pane, known)
  }

  func end(ofPane pane: Int64) -> Int64 {
    end(of: within ?? period, at: pane, known)
  }

  func window(endingAfter time: Int64) -> (start: Int64, end: Int64) {
    (start(of: within ?? period, at: time, known), end(of: period, at: time, known))
  }

  private func start(of period: CalendarPeriod, at time: Int64, _ rules: ZoneRules) -> Int64 {
    rules.instant(of: period.start(of: period.number(of: rules.civil(time))))
  }

  private func end(of period: CalendarPeriod, at time: Int64, _ rules: ZoneRules) -> Int64 {
    rules.instant(of: period.start(of: period.number(of: rules.civil(time)) + 1))
  }
}
