import StrandlineColumns

/// The rule by which clocks change every year, as the last line of a zone's file says it.
///
/// Source: POSIX.1-2024 8.3 (`TZ`), with the extensions of RFC 9636 3.3.1: hours from -167 to 167.
struct ZoneRule: Equatable {
  /// A day of every year, and a time on it.
  struct Change: Equatable {
    enum Day: Equatable {
      /// 1 to 365; 29 February is not counted.
      case ofCommonYear(Int)
      /// 0 to 365; 29 February is counted.
      case ofYear(Int)
      /// That weekday (0 is Sunday) of a month for the first to fourth time; 5 for the last time.
      case weekday(month: Int, week: Int, weekday: Int)
    }
    var day: Day
    /// Seconds from that day's midnight.
    var time: Int

    /// Seconds from 1970-01-01T00:00 on the clock.
    func seconds(year: Int) -> Int {
      let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
      let days: Int
      switch day {
      case .ofYear(let day): days = newYear + day
      case .ofCommonYear(let day):
        let isLeap = CivilDate(year: year, month: 2, day: 29).exists
        days = newYear + day - (isLeap && day >= 60 ? 0 : 1)
      case .weekday(let month, let week, let weekday):
        let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
        // 1970-01-01 was a Thursday.
        let firstWeekday = ((first + 4) % 7 + 7) % 7
        var day = (weekday - firstWeekday + 7) % 7 + 1 + (week - 1) * 7
        while !CivilDate(year: year, month: month, day: day).exists { day -= 7 }
        days = first + day - 1
      }
      return days * 86_400 + time
    }
  }

  /// Seconds ahead of UTC.
  var standard: Int
  /// Seconds ahead of UTC in the other part of the year, and when that begins and ends; nil if clocks don't change.
  var summer: (offset: Int, begins: Change, ends: Change)?

  static func == (left: ZoneRule, right: ZoneRule) -> Bool {
    left.standard == right.standard && left.summer?.offset == right.summer?.offset
      && left.summer?.begins == right.summer?.begins && left.summer?.ends == right.summer?.ends
  }

  /// The changes of some years in their order, in seconds; empty if clocks don't change.
  func changes(years: Range<Int>) -> [(seconds: Int, offset: Int)] {
    guard let summer else { return [] }
    var changes: [(seconds: Int, offset: Int)] = []
    for year in years {
      changes.append((summer.begins.seconds(year: year) - standard, summer.offset))
      changes.append((summer.ends.seconds(year: year) - summer.offset, standard))
    }
    // Where summer lasts all year it ends when it begins again: the later one counts.
    return changes.enumerated()
      .sorted { ($0.element.seconds, $0.offset) < ($1.element.seconds, $1.offset) }
      .map(\.element)
  }
}
