public import StrandlineColumns

/// How event time is cut into windows.
///
/// # Overview
/// Times and lengths are microseconds. A window is `[start, end)`. State is kept per *pane*: panes follow each other without
/// gap or overlap, a row belongs to one of them, and a window is one or more panes in a row. So a row costs the same,
/// however many windows take it. A pane is known by its start.
///
/// Windows of fixed length are aligned to 1970-01-01T00:00:00Z plus the offset, and reach before it.
public enum Window: Sendable, Hashable {
  /// Windows of one size that follow each other without gap or overlap; each is one pane.
  case tumbling(size: Int64, offset: Int64)
  /// Windows of one size, a new one every `slide`: they overlap where `slide` is shorter than `size`, and leave gaps where it
  /// is longer.
  ///
  /// A pane goes from one beginning or end of a window to the next one.
  case sliding(size: Int64, slide: Int64, offset: Int64)
  /// A total so far: in each stretch of `size` the windows begin where it begins, and end after one step, two steps, and so
  /// on up to its end. A pane is one step.
  case cumulating(size: Int64, step: Int64, offset: Int64)
  /// Windows of days, months and the like in a time zone.
  case calendar(CalendarWindow)
  /// Windows of one key each, that end when it brings no row for the length of a gap.
  case session(gap: SessionGap)
  /// One window that takes every row, and closes at the end of the input.
  case global
  /// Windows of one key each, that hold so many rows.
  case rows(Int64)

  /// The longest window, delay or jump: 2^60 µs, about 36,500 years.
  public static let maximumLength: Int64 = 1 << 60
  /// Event times lie within ±2^61 µs, so that no sum of a time and a length leaves 64 bits.
  public static let maximumTime: Int64 = 1 << 61

  /// The start of the pane that holds that time, which is the pane's identity.
  ///
  /// Constant time; of a calendar window logarithmic in the changes of its zone's clocks. A session's pane begins at the row
  /// that opens it.
  @inline(__always)
  public func pane(of time: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, let offset): time.aligned(to: size, offset: offset)
    default: otherPane(of: time)
    }
  }

  /// The end of a pane, which is where the next one begins.
  @inline(__always)
  public func paneEnd(_ start: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, _): start &+ size
    default: otherPaneEnd(start)
    }
  }

  /// The end of the last window that a pane belongs to: until the watermark reaches it, the pane takes rows.
  ///
  /// It is `Int64.min` for a pane that lies between two windows, so that its rows are late, and `Int64.max` for the global
  /// window. A session's is its end while it has a single row, if its gap is the same for all.
  @inline(__always)
  public func end(ofPane start: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, _): start &+ size
    default: otherEnd(ofPane: start)
    }
  }

  // Out of line, so that tumbling windows stay as small as they are in loops over rows.
  @inline(never)
  private func otherPane(of time: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, let offset): time.aligned(to: size, offset: offset)
    case .sliding(let size, let slide, let offset):
      SlidingPanes(size: size, slide: slide, offset: offset).pane(of: time)
    case .cumulating(_, let step, let offset): time.aligned(to: step, offset: offset)
    case .calendar(let calendar): calendar.pane(of: time)
    case .session: time
    case .global, .rows: -Self.maximumTime
    }
  }

  @inline(never)
  private func otherPaneEnd(_ start: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, _): start &+ size
    case .sliding(let size, let slide, let offset):
      SlidingPanes(size: size, slide: slide, offset: offset).paneEnd(start)
    case .cumulating(_, let step, _): start &+ step
    case .calendar(let calendar): calendar.paneEnd(start)
    case .session: start &+ 1
    case .global, .rows: Self.maximumTime
    }
  }

  @inline(never)
  private func otherEnd(ofPane start: Int64) -> Int64 {
    switch self {
    case .tumbling(let size, _): start &+ size
    case .sliding(let size, let slide, let offset):
      SlidingPanes(size: size, slide: slide, offset: offset).end(ofPane: start)
    case .cumulating(let size, _, let offset): start.aligned(to: size, offset: offset) &+ size
    case .calendar(let calendar): calendar.end(ofPane: start)
    case .session(let gap):
      switch gap {
      case .fixed(let length): start &+ length
      case .row: start
      }
    case .global, .rows: .max
    }
  }
}

/// How long a key may bring no row until its session ends.
public enum SessionGap: Sendable, Hashable {
  /// A length in microseconds.
  case fixed(Int64)
  /// A length that each row has, in microseconds: an int64 of its columns.
  case row(Expression)
}
