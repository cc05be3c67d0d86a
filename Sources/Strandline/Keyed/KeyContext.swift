/// A timer of a key that has come due.
public struct FiredTimer: Sendable, Hashable {
  /// Which time a timer waits for.
  public enum Clock: Int64, Sendable, Hashable {
    /// The watermark of the stream.
    case eventTime = 0
    /// The time of the machine at which a batch begins.
    case processingTime = 1
  }
  /// The name under which it was set.
  public let name: String
  /// The time for which it was set.
  public let time: Timestamp
  /// What it has waited for.
  public let clock: Clock
}

/// Sets and cancels the timers of a key. A key has one timer of a name and clock: setting it again moves it.
public struct KeyTimers: Sendable {
  /// A timer that is set, or cancelled.
  struct Change {
    var name: String
    var clock: FiredTimer.Clock
    var time: Int64?
  }

  private(set) var changes: [Change] = []

  /// Sets a timer for when the watermark has reached a time. One that it has reached already fires at the end of the batch.
  public mutating func set(_ name: String, at time: Timestamp) {
    changes.append(Change(name: name, clock: .eventTime, time: time.microseconds))
  }

  /// Sets a timer for the first batch that begins at a time of the machine or later; it makes a batch, if there is none.
  public mutating func set(_ name: String, atProcessingTime time: Timestamp) {
    changes.append(Change(name: name, clock: .processingTime, time: time.microseconds))
  }

  /// Cancels a timer, if it is set.
  public mutating func cancel(_ name: String, _ clock: FiredTimer.Clock = .eventTime) {
    changes.append(Change(name: name, clock: clock, time: nil))
  }
}

/// What logic of your own can do beside changing the state of its key.
public struct KeyContext<Output: Record>: Sendable {
  /// The timers of the key.
  public var timers = KeyTimers()
  /// The watermark: before the batch when rows are taken, after it when a timer fires; nil before it is known, and at the end.
  public let watermark: Timestamp?
  /// The time of the machine at which the batch began; the same for all of it.
  public let now: Timestamp
  /// The event time of rows that are emitted without one: the latest of the key's rows, or that of the timer. For a timer of
  /// processing time it is the watermark; before that is known, the time of the key's last change, if it has a state.
  public let time: Timestamp
  private(set) var emitted: [(row: Output, time: Int64)] = []

  init(watermark: Int64, now: Int64, time: Int64) {
    self.watermark = watermark == .min || watermark == .max ? nil : Timestamp(microsecondsSince1970: watermark)
    self.now = Timestamp(microsecondsSince1970: now)
    self.time = Timestamp(microsecondsSince1970: time)
  }

  /// Gives a row to what comes next.
  ///
  /// - Parameter time: its event time, `self.time` unless said otherwise. One before the stream's watermark becomes that; one
  ///   beyond ±2^61 microseconds fails the run.
  public mutating func emit(_ row: Output, at time: Timestamp? = nil) {
    emitted.append((row, (time ?? self.time).microseconds))
  }
}
