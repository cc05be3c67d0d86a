public import StrandlineColumns

/// Which rows of a batch belong to which pane, which to single windows, and which are late.
public struct PaneAssignment: Sendable {
  /// Rows of one pane, ascending.
  struct Pane: Sendable {
    var start: Int64
    var rows: [Int32]
  }

  /// The panes in order of their first row, unless `whole` says it all.
  private var panes: [Pane] = []
  /// The one pane that takes the whole selection.
  private var whole: (pane: Int64, selection: Selection)?
  /// The windows that have rows which others of their pane don't, by their start.
  private var singles: [Pane] = []
  /// The panes and the rows that each takes.
  public var selections: [(pane: Int64, rows: Selection)] {
    if let whole { return [(whole.pane, whole.selection)] }
    return panes.map { ($0.start, .rows($0.rows)) }
  }
  /// The rows that count in some windows of their pane only, by the starts of those windows.
  public var windows: [(start: Int64, rows: Selection)] { singles.map { ($0.start, .rows($0.rows)) } }
  /// Rows that no window takes.
  public private(set) var late: [Int32] = []

  /// Assigns the selected rows of a batch to the panes of a window. Linear in the rows.
  ///
  /// - Parameters:
  ///   - lateness: for how long, beyond its end, a window takes rows, in microseconds.
  ///   - least: the operator's watermark before the batch: windows that ended by it are closed, whatever the rows' marks are.
  public init(
    _ rows: RowTimes, _ selection: Selection, window: Window, lateness: Int64 = 0, least: Int64 = .min
  ) {
    if selection.count == 0 || isWhole(rows, selection, window, lateness, least) { return }
    switch (rows.stampedMarks, rows.rows) {
    case (.same(let mark), _):
      let mark = max(mark, least)
      assign(rows.times, selection, window, lateness) { _, _ in mark }
    case (.each, _), (.running, .rows):
      let marks = rows.marks
      assign(rows.times, selection, window, lateness) { row, _ in max(marks[row], least) }
    case (.running(let clock, let delay), .all):
      let before = max(clock.watermark(delay: delay), least)
      var (mark, latest) = (before, clock.maximum ?? .min)
      assign(rows.times, selection, window, lateness) { _, time in
        if time > latest {
          latest = time
          mark = max(before, time &- delay)
        }
        return mark
      }
    }
    panes.removeAll { $0.rows.isEmpty }
  }

  /// The common case of a batch within one pane whose window is open to the end, decided from its smallest and largest time.
  private mutating func isWhole(
    _ rows: RowTimes, _ selection: Selection, _ window: Window, _ lateness: Int64, _ least: Int64
  ) -> Bool {
    var last: Int64
    switch rows.stampedMarks {
    case .same(let mark): last = mark
    case .each: return false
    case .running(var clock, let delay):
      clock.observe(rows.range.upperBound)
      last = clock.watermark(delay: delay)
    }
    last = max(last, least)
    let pane = window.pane(of: rows.range.lowerBound)
    guard rows.range.upperBound < window.paneEnd(pane), Self.sum(window.firstEnd(ofPane: pane), lateness) > last else {
      return false
    }
    whole = (pane, selection)
    return true
  }

  /// The mark at which a window that ends there takes no more rows.
  @inline(__always)
  private static func sum(_ end: Int64, _ lateness: Int64) -> Int64 {
    end == .max || end == .min ? end : end &+ lateness
  }

  /// Goes through all rows, since those that aren't selected may move the mark.
  @inline(__always)
  private mutating func assign(
    _ times: Column, _ selection: Selection, _ window: Window, _ lateness: Int64, mark: (Int, Int64) -> Int64
  ) {
    var index = PaneIndex()
    var singleIndex = PaneIndex()
    // A pane takes a row for all of its windows up to one mark, and for none of them from another one on.
    var (start, end, opens, closes) = (Int64(0), Int64.min, Int64(0), Int64(0))
    // The rows of the pane in hand, taken out of the list while it is: most rows follow one of the same pane.
    var pane = -1
    var rows: [Int32] = []
    let words = times.words.span
    var selected = SelectionCursor(selection)
    for row in words.indices {
      let time = words[row]
      let mark = mark(row, time)
      guard selected.advance(to: row) else { continue }
      if time < start || time >= end {
        start = window.pane(of: time)
        end = window.paneEnd(start)
        opens = Self.sum(window.firstEnd(ofPane: start), lateness)
        closes = Self.sum(window.end(ofPane: start), lateness)
        if pane >= 0 { swap(&rows, &panes[pane].rows) }
        pane = index.position(of: start, in: &panes)
        swap(&rows, &panes[pane].rows)
      }
      if mark < opens {
        rows.append(Int32(row))
      } else if closes <= mark {
        late.append(Int32(row))
      } else {
        switch window.place(of: time, mark: mark, lateness: lateness) {
        case .pane(let later):
          let place = index.position(of: later, in: &panes)
          if place == pane { rows.append(Int32(row)) } else { panes[place].rows.append(Int32(row)) }
        case .windows(let first, let last):
          for start in stride(from: first, through: last, by: Int(window.slide)) {
            singles[singleIndex.position(of: start, in: &singles)].rows.append(Int32(row))
          }
        case .late: late.append(Int32(row))
        }
      }
    }
    if pane >= 0 { swap(&rows, &panes[pane].rows) }
  }
}

/// Finds the list of a pane by its start: by hash, since a batch may reach over thousands of panes.
private struct PaneIndex {
  private var positions: [Int64: Int] = [:]

  mutating func position(of start: Int64, in panes: inout [PaneAssignment.Pane]) -> Int {
    if let position = positions[start] { return position }
    panes.append(PaneAssignment.Pane(start: start, rows: []))
    positions[start] = panes.count - 1
    return panes.count - 1
  }
}

/// Walks a selection beside the rows of its batch.
private struct SelectionCursor {
  private let rows: [Int32]?
  private var next = 0

  init(_ selection: Selection) {
    switch selection {
    case .all: rows = nil
    case .rows(let list): rows = list
    }
  }

  /// Whether the row is selected; rows are asked for in ascending order.
  @inline(__always)
  mutating func advance(to row: Int) -> Bool {
    guard let rows else { return true }
    guard next < rows.count, Int(rows[next]) == row else { return false }
    next += 1
    return true
  }
}
