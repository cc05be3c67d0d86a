import Strandline
import StrandlineState

/// A window of a stream, and where SQL puts a row: a piece of SQL that reads `marked` and gives each of its rows once per
/// window, with `window_start` and `window_end`; what a session is depends on keys and filters, too.
struct OracleWindow {
  let window: Window
  let placed: (OracleGrouping) -> String
  /// Which rows of `placed` the window takes: those whose mark, the watermark of the row's own partition, it ends behind.
  let takes: String

  private init(_ window: Window, takes: String = "window_end > mark", placed: @escaping (OracleGrouping) -> String) {
    self.window = window
    self.placed = placed
    self.takes = takes
  }

  /// Windows that follow each other, their length and offset in microseconds.
  static func tumbling(size: Int64, offset: Int64) -> OracleWindow {
    OracleWindow(.tumbling(size: size, offset: offset)) { _ in
      "select *, \(bucket(size, offset)) as window_start, window_start + to_microseconds(\(size)) as window_end from marked"
    }
  }

  /// Windows that follow each other, of rows that are `step` microseconds apart.
  static func randomTumbling(_ step: Int64, _ random: inout OracleRandom) -> OracleWindow {
    let size = step * random.one(of: [1, 10, 60, 1000]) + random.one(of: [0, 0, 1])
    return .tumbling(size: size, offset: random.chance(2) ? 0 : Int64.random(in: 0..<size, using: &random))
  }

  /// Windows that overlap, or leave gaps: a row is placed in each of them, but for those that it isn't in.
  static func sliding(size: Int64, slide: Int64, offset: Int64) -> OracleWindow {
    OracleWindow(
      .sliding(size: size, slide: slide, offset: offset), takes: "window_end > mark and ts < window_end"
    ) { _ in
      """
      select *, \(bucket(slide, offset)) - to_microseconds(\(slide) * i) as window_start,
        window_start + to_microseconds(\(size)) as window_end from marked, range(\((size + slide - 1) / slide)) as places(i)
      """
    }
  }

  /// Windows that begin together and end one step after another.
  static func cumulating(size: Int64, step: Int64, offset: Int64) -> OracleWindow {
    OracleWindow(
      .cumulating(size: size, step: step, offset: offset), takes: "window_end > mark and ts < window_end"
    ) { _ in
      """
      select *, \(bucket(size, offset)) as window_start,
        window_start + to_microseconds(\(step) * (i + 1)) as window_end from marked, range(\(size / step)) as places(i)
      """
    }
  }

  /// Windows of several panes, of rows that are `step` microseconds apart.
  static func randomOverlapping(_ step: Int64, _ random: inout OracleRandom) -> OracleWindow {
    let slide = step * random.one(of: [1, 4, 10])
    let offset = random.chance(2) ? 0 : Int64.random(in: 0..<slide, using: &random)
    if random.chance(3) {
      return .cumulating(size: slide * random.one(of: [1, 3, 12]), step: slide, offset: offset)
    }
    return .sliding(
      size: slide * random.one(of: [1, 2, 5]) + step * random.one(of: [0, 0, 1]), slide: slide, offset: offset)
  }

  /// Windows of a calendar's unit on the clocks of a zone.
  static func calendar(_ unit: CalendarPeriod.Unit, zone: String) -> OracleWindow {
    // Microseconds without a zone are taken as UTC, looked at on the zone's clocks, and taken back.
    let local = "date_trunc('\(unit.rawValue)', ts at time zone 'UTC' at time zone '\(zone)')"
    return OracleWindow(.calendar(unit, in: zone)) { _ in
      """
      select *, \(local) at time zone '\(zone)' at time zone 'UTC' as window_start,
        (\(local) + interval 1 \(unit.rawValue)) at time zone '\(zone)' at time zone 'UTC' as window_end from marked
      """
    }
  }

  /// Sessions, of one gap in microseconds or of one that each row says. Late rows are none of them.
  static func session(_ gap: SessionGap) -> OracleWindow {
    let length =
      switch gap {
      case .fixed(let micros): "to_microseconds(\(micros))"
      case .row(let expression): "to_microseconds(\(expression))"
      }
    return OracleWindow(.session(gap: gap), takes: "true") { grouping in
      let keys = grouping.keys.map { "(\($0)), " }.joined()
      let whole = "partition by \(keys)session"
      let rows = grouping.keys.isEmpty ? "" : "partition by \(grouping.keys.map { "(\($0))" }.joined(separator: ", "))"
      let conditions = (grouping.filters + ["ts >= mark"]).map { "(\($0))" }.joined(separator: " and ")
      let order = "\(rows) order by ts, src, part, ord rows between unbounded preceding and"
      return """
        select *, min(ts) over (\(whole)) as window_start, max(ts + \(length)) over (\(whole)) as window_end
        from (
          select *, sum(begins::int) over (\(order) current row) as session
          from (
            select *, coalesce(ts >= before, true) as begins
            from (select *, max(ts + \(length)) over (\(order) 1 preceding) as before from marked where \(conditions))))
        """
    }
  }

  private static func bucket(_ size: Int64, _ offset: Int64) -> String {
    "time_bucket(to_microseconds(\(size)), ts, timestamp '1970-01-01' + to_microseconds(\(offset)))"
  }
}
