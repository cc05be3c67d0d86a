/// How a keyed state is cut into panes, and how long it keeps each.
///
/// A pane is named by an `Int64`. It is dropped whole once the operator's watermark has reached its end, so that nothing has to
/// look through all of the state.
public enum PaneRule: Sendable, Hashable {
  /// The panes of a window, each kept for so many microseconds beyond the end of the last window that it belongs to.
  case window(Window, retention: Int64)
  /// A pane per sliding window, named by its start, for groups that only that window has; kept for so many microseconds beyond
  /// its end.
  case wholeWindows(Window, retention: Int64)
  /// One pane, 0, that is kept until the input ends.
  case single

  /// What names of panes lie in.
  static let range = -Window.maximumTime - Window.maximumLength..<Window.maximumTime

  /// Whether a pane has that name.
  public func isPane(_ pane: Int64) -> Bool {
    switch self {
    case .window(let window, _): window.pane(of: pane) == pane
    case .wholeWindows(let window, _): window.isStart(pane)
    case .single: pane == 0
    }
  }

  /// The end of the first window that a pane belongs to.
  func firstEnd(ofPane pane: Int64) -> Int64 {
    switch self {
    case .window(let window, _): window.firstEnd(ofPane: pane)
    case .wholeWindows(let window, _): window.end(startingAt: pane)
    case .single: .max
    }
  }

  /// The watermark at which a pane is dropped.
  @inline(__always)
  public func end(ofPane pane: Int64) -> Int64 {
    switch self {
    case .window(.global, _), .single: .max
    case .window(let window, let retention): window.end(ofPane: pane) &+ retention
    case .wholeWindows(let window, let retention): window.end(startingAt: pane) &+ retention
    }
  }
}
