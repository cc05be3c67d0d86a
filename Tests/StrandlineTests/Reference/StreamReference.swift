import Strandline
import StrandlineState

/// What windowed plans come to, row by row, with rows in dictionaries: no panes, no batches, no columns.
struct StreamReference {
  /// A row with the watermark of its partition at it.
  struct Marked {
    var row: Reading
    var time: Int64
    var mark: Int64
  }

  /// A key and a window.
  struct Place: Hashable {
    var key: String?
    var start: Int64
    var end: Int64
  }

  /// The rows of each group.
  private(set) var groups: [Place: [Reading]] = [:]
  /// Rows that no window took.
  private(set) var late = 0

  /// - Parameters:
  ///   - condition: what a row must fulfil to be counted; all others move the watermark, too.
  init(
    _ stream: RandomStream, window: Window, delay: Int64, where condition: (Reading) -> Bool
  ) {
    var kept: [Marked] = []
    for partition in stream.partitions {
      var latest: Int64?
      for row in partition {
        let time = row.at.microseconds
        latest = max(latest ?? time, time)
        if condition(row) { kept.append(Marked(row: row, time: time, mark: (latest ?? time) - delay)) }
      }
    }
    if case .session(.fixed(let gap)) = window {
      addSessions(kept, gap)
    } else {
      for row in kept { add(row, window) }
    }
  }

  private mutating func add(_ row: Marked, _ window: Window) {
    var isTaken = false
    for (start, end) in Self.windows(window, row.time) where end > row.mark {
      groups[Place(key: row.row.key, start: start, end: end), default: []].append(row.row)
      isTaken = true
    }
    if !isTaken { late += 1 }
  }

  /// The windows that hold a time, by the definition of each.
  static func windows(_ window: Window, _ time: Int64) -> [(Int64, Int64)] {
    func floor(_ time: Int64, _ size: Int64, _ offset: Int64) -> Int64 {
      var start = offset
      while start > time { start -= size }
      while start + size <= time { start += size }
      return start
    }
    switch window {
    case .tumbling(let size, let offset):
      let start = floor(time, size, offset)
      return [(start, start + size)]
    case .sliding(let size, let slide, let offset):
      var windows: [(Int64, Int64)] = []
      var start = floor(time, slide, offset)
      while start + size > time {
        windows.append((start, start + size))
        start -= slide
      }
      return windows
    case .cumulating(let size, let step, let offset):
      let start = floor(time, size, offset)
      return stride(from: start + step, through: start + size, by: Int64.Stride(step)).filter { $0 > time }.map {
        (start, $0)
      }
    default:
      return []
    }
  }

  private mutating func addSessions(_ rows: [Marked], _ gap: Int64) {
    let onTime = rows.filter { $0.time >= $0.mark }
    late += rows.count - onTime.count
    for (key, own) in Dictionary(grouping: onTime, by: \.row.key) {
      var open: (start: Int64, end: Int64, rows: [Reading])?
      for row in own.sorted(by: { $0.time < $1.time }) {
        if let session = open, row.time < session.end {
          open = (session.start, row.time + gap, session.rows + [row.row])
        } else {
          if let open { groups[Place(key: key, start: open.start, end: open.end)] = open.rows }
          open = (row.time, row.time + gap, [row.row])
        }
      }
      if let open { groups[Place(key: key, start: open.start, end: open.end)] = open.rows }
    }
  }

  /// The result, in the order in which final rows come.
  var totals: [ReadingTotal] {
    groups.sorted { a, b in Self.order(a.key) < Self.order(b.key) }.map { place, rows in
      let values = rows.compactMap(\.value)
      let reals = rows.compactMap(\.real)
      return ReadingTotal(
        key: place.key,
        window: TimeWindow(
          start: Timestamp(microsecondsSince1970: place.start), end: Timestamp(microsecondsSince1970: place.end)),
        rows: Int64(rows.count), values: Int64(values.count), sum: values.isEmpty ? nil : values.reduce(0, +),
        least: values.min(), most: values.max(),
        mean: values.isEmpty ? nil : Double(values.reduce(0, +)) / Double(values.count),
        // Eighths, of which sums are exact.
        real: reals.isEmpty ? nil : reals.reduce(0, +), large: Int64(values.filter { $0 > 50 }.count))
    }
  }

  private static func order(_ place: Place) -> (Int64, Int64, Int, String) {
    (place.end, place.start, place.key == nil ? 0 : 1, place.key ?? "")
  }

  /// Totals of totals: of those that one key-less window of `size` takes by the last moment of theirs.
  func summaries(_ size: Int64) -> [ReadingSummary] {
    let own = Dictionary(grouping: totals) { total in
      Self.windows(.tumbling(size: size, offset: 0), total.window.end.microseconds - 1)[0].0
    }
    return own.sorted { $0.key < $1.key }.map { start, totals in
      ReadingSummary(
        window: TimeWindow(
          start: Timestamp(microsecondsSince1970: start), end: Timestamp(microsecondsSince1970: start + size)),
        groups: Int64(totals.count), rows: totals.reduce(0) { $0 + $1.rows }, most: totals.map(\.rows).max() ?? 0)
    }
  }
}
