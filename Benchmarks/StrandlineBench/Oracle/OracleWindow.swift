import Strandline
import StrandlineState

/// A window of a stream, and where SQL puts a row: a piece of SQL that reads `marked` and gives each of its rows once per
/// window, with `window_start` and `window_end`.
struct OracleWindow {
  let window: Window
  let placed: String

  /// Windows that follow each other, their length and offset in microseconds.
  static func tumbling(size: Int64, offset: Int64) -> OracleWindow {
    OracleWindow(
      window: .tumbling(size: size, offset: offset),
      placed: """
        select *, \(bucket(size, offset)) as window_start, window_start + to_microseconds(\(size)) as window_end from marked
        """)
  }

  /// Windows of a calendar's unit on the clocks of a zone.
  static func calendar(_ unit: CalendarPeriod.Unit, zone: String) -> OracleWindow {
    // Microseconds without a zone are taken as UTC, looked at on the zone's clocks, and taken back.
    let local = "date_trunc('\(unit.rawValue)', ts at time zone 'UTC' at time zone '\(zone)')"
    return OracleWindow(
      window: .calendar(unit, in: zone),
      placed: """
        select *, \(local) at time zone '\(zone)' at time zone 'UTC' as window_start,
          (\(local) + interval 1 \(unit.rawValue)) at time zone '\(zone)' at time zone 'UTC' as window_end from marked
        """)
  }

  private static func bucket(_ size: Int64, _ offset: Int64) -> String {
    "time_bucket(to_microseconds(\(size)), ts, timestamp '1970-01-01' + to_microseconds(\(offset)))"
  }
}
