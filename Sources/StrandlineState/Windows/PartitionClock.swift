public import StrandlineColumns

/// The event time of one partition: the watermark at each of its rows, and which of them have no place in it.
///
/// # Overview
/// The partition's watermark at a row is the largest time up to and including that row, minus the delay, and never less
/// than the watermark at which the partition joined. It is the row's mark: a row is late when its window ends at or before it.
/// So lateness follows from the partition's own rows in their order, whatever the batches are.
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

  /// Moves past a row of that time.
  @inline(__always)
  mutating func observe(_ time: Int64) {
    if maximum.map({ time > $0 }) ?? true { maximum = time }
  }

  /// Moves past the rows of a batch, and says which of them have no place in event time. Linear in the rows.
  ///
  /// All rows move the clock that are not refused: lateness may not depend on what a filter behind the event time keeps.
  ///
  /// - Returns: the rows' times and marks, nil of no rows; those of refused rows are without meaning.
  public mutating func stamp(_ times: Column, limits: EventTimeLimits) -> StampedRows {
    stamp(times, range: times.range, limits: limits)
  }

  /// The same where the smallest and the largest time are known: then it costs nothing per row unless one of them is an error.
  ///
  /// - Parameter range: that of all words of the column; nil of none.
  public mutating func stamp(
    _ times: Column, range: ClosedRange<Int64>?, limits: EventTimeLimits
  ) -> StampedRows {
    let before = self
    guard let range else { return StampedRows(times: nil, refused: []) }
    if !times.hasNulls && advance(past: range, limits: limits) {
      return StampedRows(times: RowTimes(times, range, .running(before, delay: limits.delay)), refused: [])
    }
    return stampEach(times, limits: limits)
  }

  /// Moves past rows of which none is null.
  ///
  /// - Parameter range: that of their times.
  /// - Returns: false, without having moved, where one of the rows may be an error, and only looking at each can tell.
  public mutating func advance(past range: ClosedRange<Int64>, limits: EventTimeLimits) -> Bool {
    let (low, high) = (range.lowerBound, range.upperBound)
    guard low > -Window.maximumTime, high < Window.maximumTime, high &- (maximum ?? low) <= limits.maximumJump else {
      return false
    }
    observe(high)
    return true
  }

  private mutating func stampEach(_ times: Column, limits: EventTimeLimits) -> StampedRows {
    var refused: [(row: Int32, refusal: StampedRows.Refusal)] = []
    var marks: [Int64] = []
    marks.reserveCapacity(times.count)
    var range: ClosedRange<Int64>?
    for (row, time) in times.words.enumerated() {
      if let refusal = refusal(time, isNull: times.isNull(row), latest: maximum, limits: limits) {
        refused.append((Int32(row), refusal))
      } else {
        observe(time)
        range = range.map { min($0.lowerBound, time)...max($0.upperBound, time) } ?? time...time
      }
      marks.append(watermark(delay: limits.delay))
    }
    return StampedRows(
      times: range.map { RowTimes(Column(.timestamp, words: times.words), $0, .each(marks)) }, refused: refused)
  }

  @inline(__always)
  private func refusal(
    _ time: Int64, isNull: Bool, latest: Int64?, limits: EventTimeLimits
  ) -> StampedRows.Refusal? {
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

/// The rows of a batch with their times and marks.
public struct StampedRows: Sendable {
  /// Why a row has no place in event time.
  public enum Refusal: Sendable, Hashable {
    /// Its time is null.
    case noTime
    /// Its time is beyond ±2^61 µs.
    case outOfRange
    /// It is too far ahead of its partition.
    case jump
  }

  /// The times and marks of all rows; nil when there are none, or all are refused.
  public var times: RowTimes?
  /// Rows that are errors, ascending.
  public var refused: [(row: Int32, refusal: Refusal)]
}
