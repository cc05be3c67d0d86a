/// A window and the open panes that it is made of.
public struct OpenWindow: Sendable, Hashable {
  /// The first moment in it.
  public var start: Int64
  /// The first moment after it.
  public var end: Int64
  /// Its panes, as positions in the list of open panes.
  public var panes: Range<Int>
}

extension Window {
  /// The windows that end after `after` and no later than `through`, and hold at least one of some panes; in the order of
  /// their ends.
  ///
  /// - Parameters:
  ///   - after: usually the watermark of the last batch; `Int64.min` for all.
  ///   - through: usually the watermark of this batch; `Int64.max` for all.
  ///   - openPanes: the starts of the panes that have rows, ascending.
  ///   - alone: the starts of sliding windows that have rows of their own, ascending.
  /// - Complexity: linear in the windows given and in the open panes; where no pane has rows, nothing is looked at.
  public func windows(
    endingAfter after: Int64, through: Int64, openPanes: [Int64], alone: [Int64] = []
  ) -> WindowSequence {
    WindowSequence(self, after: after, through: through, openPanes: openPanes, alone: alone)
  }

  /// The windows that take the rows of a pane, in the order of their ends.
  public func windows(ofPane pane: Int64) -> WindowSequence {
    windows(endingAfter: .min, through: .max, openPanes: [pane])
  }

  /// The first window that ends after a time, which is no window yet to come: windows have ends and beginnings in one order.
  func window(endingAfter time: Int64) -> (start: Int64, end: Int64) {
    switch self {
    case .tumbling(let size, _):
      let start = pane(of: time)
      return (start, start &+ size)
    case .sliding(let size, let slide, let offset):
      return SlidingPanes(size: size, slide: slide, offset: offset).window(endingAfter: time)
    case .cumulating(let size, let step, let offset):
      return (time.aligned(to: size, offset: offset), pane(of: time) &+ step)
    case .calendar(let calendar):
      return calendar.window(endingAfter: time)
    case .global:
      return (-Self.maximumTime, .max)
    case .session, .rows:
      preconditionFailure("these windows belong to keys: no list of panes says which there are")
    }
  }
}

/// Windows that have rows, one after another: nothing is held but a place, however many there are.
public struct WindowSequence: Sequence, IteratorProtocol, Sendable {
  private let window: Window
  private let through: Int64
  private let openPanes: [Int64]
  /// Windows that end at or before it are done.
  private var place: Int64
  /// The first pane that begins in the next window or behind it.
  private var low = 0
  /// The first pane that begins behind the last window given.
  private var high = 0
  /// The windows with rows of their own that are not given yet.
  private var alone: ArraySlice<Int64>
  /// A window of panes that comes behind one of those.
  private var waiting: OpenWindow?

  init(_ window: Window, after: Int64, through: Int64, openPanes: [Int64], alone: [Int64]) {
    self.alone = alone.drop { window.end(startingAt: $0) <= after }
    self.window = window
    self.through = through
    self.openPanes = openPanes
    // A window with a pane ends after the pane begins; so no arithmetic begins at the ends of 64 bits.
    place = Swift.max(after, openPanes.first ?? after)
    let last = openPanes.last ?? .min
    if window != .global && place > 0 && place &- Window.maximumLength &- Window.maximumLength > last {
      low = openPanes.count
    }
  }

  /// The next window.
  public mutating func next() -> OpenWindow? {
    let next = waiting ?? nextOfPanes()
    waiting = nil
    guard let start = alone.first, window.end(startingAt: start) <= through else { return next }
    let end = window.end(startingAt: start)
    if let next, next.end <= end {
      if next.end == end { alone.removeFirst() }
      return next
    }
    alone.removeFirst()
    waiting = next
    return OpenWindow(start: start, end: end, panes: 0..<0)
  }

  private mutating func nextOfPanes() -> OpenWindow? {
    while low < openPanes.count && place < through {
      let (start, end) = window.window(endingAfter: place)
      if end > through { break }
      while low < openPanes.count && openPanes[low] < start { low += 1 }
      guard low < openPanes.count else { break }
      if openPanes[low] < end {
        high = Swift.max(high, low)
        while high < openPanes.count && openPanes[high] < end { high += 1 }
        place = end
        return OpenWindow(start: start, end: end, panes: low..<high)
      }
      // Nothing until that pane: the windows before it are not worth counting, there may be millions.
      place = openPanes[low]
    }
    low = openPanes.count
    return nil
  }
}
