public import StrandlineColumns

/// The event time of one partition: which pane each of its rows belongs to, and which rows are late.
///
/// # Overview
/// The partition's watermark at a row is the largest time up to and including that row, minus the delay, and never less
/// than the watermark at which the partition joined. A row is late when its window ends at or before that watermark. So
/// lateness follows from the partition's own rows in their order, whatever the batches are.
///
/// # Invariants
/// The watermark never goes back.
public struct PartitionClock: Sendable, Hashable {
  /// The largest time seen; nil before the first row.
  public private(set) var maximum: Int64?
  /// The watermark of the stream when this partition joined; `Int64.min` for one that was there at the beginning.
  public private(set) var joinedAt: Int64

  /// A clock that has seen rows up to that time.
  public init(maximum: Int64? = nil, joinedAt: Int64 = .min) {
    self.maximum = maximum
    self.joinedAt = joinedAt
  }

  /// The event time up to which the partition is complete; `Int64.min` while nothing is known.
  public func watermark(delay: Int64) -> Int64 {
    guard let maximum else { return joinedAt }
    return max(joinedAt, maximum &- delay)
  }

  /// Lifts the watermark to at least that of the stream: for a partition that joins, or comes back from idling.
  public mutating func join(at watermark: Int64) {
    joinedAt = max(joinedAt, watermark)
  }

  /// Assigns the selected rows of a batch to panes and moves the clock past all its rows. Linear in the rows.
  ///
  /// Rows that aren't selected move the clock too, as does every row that is not refused: lateness may not depend on what
  /// a filter behind the event time keeps.
  public mutating func assign(
    _ times: Column, _ selection: Selection, window: Window, limits: EventTimeLimits
  ) -> PaneAssignment {
    if let all = assignToOne(times, selection, window: window, limits: limits) { return all }
    var assignment = PaneAssignment()
    var index = PaneIndex()
    var paneStart: Int64 = 0
    var paneEnd = Int64.min
    var windowEnd = Int64.min
    var pane = 0
    var mark = watermark(delay: limits.delay)
    var latest = maximum
    let words = times.words.span
    var selected = SelectionCursor(selection)
    for row in 0..<times.count {
      let isSelected = selected.advance(to: row)
      let time = words[row]
      if let refusal = refusal(time, isNull: times.isNull(row), latest: latest, limits: limits) {
        assignment.refused.append((Int32(row), refusal))
        continue
      }
      if latest.map({ time > $0 }) ?? true {
        latest = time
        mark = max(joinedAt, time &- limits.delay)
      }
      guard isSelected else { continue }
      if time < paneStart || time >= paneEnd {
        paneStart = window.pane(of: time)
        paneEnd = window.paneEnd(paneStart)
        windowEnd = window.end(ofPane: paneStart)
        pane = index.position(of: paneStart, in: &assignment.panes)
      }
      if windowEnd <= mark {
        assignment.late.append(Int32(row))
      } else {
        assignment.panes[pane].rows.append(Int32(row))
      }
    }
    maximum = latest
    assignment.panes.removeAll { $0.rows.isEmpty }
    return assignment
  }

  /// The common case of a batch within one open pane, decided from its smallest and largest time alone.
  private mutating func assignToOne(
    _ times: Column, _ selection: Selection, window: Window, limits: EventTimeLimits
  ) -> PaneAssignment? {
    let words = times.words.span
    guard !times.hasNulls, words.count > 0 else { return nil }
    var low = words[0]
    var high = low
    for row in words.indices {
      low = min(low, words[row])
      high = max(high, words[row])
    }
    guard low > -Window.maximumTime, high < Window.maximumTime else { return nil }
    let pane = window.pane(of: low)
    let latest = max(maximum ?? high, high)
    guard high < window.paneEnd(pane),
      window.end(ofPane: pane) > max(joinedAt, latest &- limits.delay),
      high &- (maximum ?? low) <= limits.maximumJump
    else { return nil }
    maximum = latest
    var assignment = PaneAssignment()
    assignment.whole = (pane, selection)
    return assignment
  }

  @inline(__always)
  private func refusal(
    _ time: Int64, isNull: Bool, latest: Int64?, limits: EventTimeLimits
  ) -> PaneAssignment.Refusal? {
    if isNull { return .noTime }
    if time <= -Window.maximumTime || time >= Window.maximumTime { return .outOfRange }
    if let latest, time &- latest > limits.maximumJump { return .jump }
    return nil
  }
}

/// What bounds the event time of a partition, in microseconds.
public struct EventTimeLimits: Sendable, Hashable {
  /// How far rows may be behind the largest time without being late.
  public var delay: Int64
  /// How far a row may be ahead of the largest time seen before it; `Int64.max` for any.
  public var maximumJump: Int64

  /// Limits of that delay and that jump.
  public init(delay: Int64, maximumJump: Int64 = .max) {
    self.delay = delay
    self.maximumJump = maximumJump
  }
}

/// Which rows of a batch belong to which pane.
public struct PaneAssignment: Sendable {
  /// Why a row has no place in event time.
  public enum Refusal: Sendable, Hashable {
    /// Its time is null.
    case noTime
    /// Its time is beyond ±2^61 µs.
    case outOfRange
    /// It is too far ahead of its partition.
    case jump
  }

  /// Rows of one pane, ascending.
  struct Pane: Sendable {
    var start: Int64
    var rows: [Int32]
  }

  /// The panes in order of their first row, unless `whole` says it all.
  var panes: [Pane] = []
  /// The one pane that takes the whole selection.
  var whole: (pane: Int64, selection: Selection)?
  /// The panes and the rows that each takes.
  public var selections: [(pane: Int64, rows: Selection)] {
    if let whole { return [(whole.pane, whole.selection)] }
    return panes.map { ($0.start, .rows($0.rows)) }
  }
  /// Rows that no window takes.
  public internal(set) var late: [Int32] = []
  /// Rows that are errors, ascending.
  public internal(set) var refused: [(row: Int32, refusal: Refusal)] = []
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
