/// Where a row counts, as its event time and its mark say.
public enum RowPlace: Sendable, Hashable {
  /// In all windows of a pane that are not closed to it: the pane that stands for them.
  case pane(Int64)
  /// In some windows of its pane alone: sliding ones that begin from `first` to `last`, one slide apart.
  case windows(first: Int64, last: Int64)
  /// In no window.
  case late
}

extension Window {
  /// Where a row counts: in the windows that hold its time and end after its mark.
  ///
  /// A pane can't hold rows for some of its windows only, since all of them add it up. So a row that comes after the first of
  /// its windows has ended goes elsewhere: of windows that grow, to the pane of its mark, which is in just those that have
  /// not ended; of sliding ones, to each window.
  ///
  /// - Parameters:
  ///   - mark: the watermark of the row's own partition at the row; `Int64.min` while it is unknown.
  ///   - lateness: for how long windows take rows after they have ended, in microseconds.
  public func place(of time: Int64, mark: Int64, lateness: Int64 = 0) -> RowPlace {
    let mark = mark == .min ? mark : mark &- lateness
    let pane = pane(of: time)
    if end(ofPane: pane) <= mark { return .late }
    switch self {
    case .tumbling, .session, .global, .rows: return .pane(pane)
    case .cumulating: return .pane(mark < time ? pane : self.pane(of: mark))
    case .calendar(let calendar):
      return .pane(calendar.within == nil || mark < time ? pane : self.pane(of: mark))
    case .sliding(let size, let slide, let offset):
      let panes = SlidingPanes(size: size, slide: slide, offset: offset)
      if panes.window(endingAfter: pane).end > mark { return .pane(pane) }
      return .windows(first: panes.window(endingAfter: mark).start, last: panes.beginning(time))
    }
  }

  /// The mark up to which every row of a pane counts in all of its windows: the end of the first of them.
  ///
  /// `Int64.min` for a pane that lies between windows.
  public func firstEnd(ofPane pane: Int64) -> Int64 {
    switch self {
    case .tumbling, .session, .global, .rows: return end(ofPane: pane)
    case .cumulating: return paneEnd(pane)
    case .calendar(let calendar): return calendar.paneEnd(pane)
    case .sliding(let size, let slide, let offset):
      let window = SlidingPanes(size: size, slide: slide, offset: offset).window(endingAfter: pane)
      return window.start <= pane ? window.end : .min
    }
  }

  /// Whether rows may count in single windows, which then have a state of their own.
  public var hasOverlap: Bool {
    if case .sliding(let size, let slide, _) = self { size > slide } else { false }
  }

  /// The distance between windows that overlap; zero for others.
  public var slide: Int64 {
    if case .sliding(_, let slide, _) = self { slide } else { 0 }
  }

  /// Whether a sliding window begins there.
  func isStart(_ time: Int64) -> Bool {
    guard case .sliding(let size, let slide, let offset) = self else { return false }
    return SlidingPanes(size: size, slide: slide, offset: offset).beginning(time) == time
  }

  /// The end of the sliding window that begins there.
  func end(startingAt time: Int64) -> Int64 {
    guard case .sliding(let size, _, _) = self else { preconditionFailure("other windows are known by their panes") }
    return time &+ size
  }
}
