import StrandlineColumns
import StrandlineState

/// The timers of all keys, in the order in which they come due.
///
/// It holds in memory what a keyed state holds for a recovery: groups of (key, clock, name) with the time as their word.
struct TimerQueue: Sendable {
  /// What a timer is known by.
  struct ID: Hashable, Comparable, Sendable {
    /// The key columns as a tuple.
    var key: [UInt8]
    var clock: FiredTimer.Clock
    var name: String

    static func < (left: ID, right: ID) -> Bool {
      if left.key != right.key { return left.key.lexicographicallyPrecedes(right.key) }
      return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
  }

  /// A timer in the order of the queue: event time before processing time, then time, key and name.
  struct Entry: Comparable, Sendable {
    var time: Int64
    var id: ID

    static func < (left: Entry, right: Entry) -> Bool {
      if left.id.clock != right.id.clock { return left.id.clock == .eventTime }
      return (left.time, left.id) < (right.time, right.id)
    }
  }

  /// The times of the timers that are set.
  private var times: [ID: Int64] = [:]
  /// When timers may come due: `times` says whether they do.
  private var eventTime = Alarms<ID>()
  private var processingTime = Alarms<ID>()
  /// Timers that were set, moved, cancelled or fired in this batch.
  private(set) var changed: Set<ID> = []

  /// Sets, moves or cancels a timer.
  mutating func change(_ id: ID, to time: Int64?) {
    if times[id] == time { return }
    times[id] = time
    changed.insert(id)
    note(id, time)
  }

  /// Takes up a timer of a recovered state.
  mutating func restore(_ id: ID, _ time: Int64) {
    times[id] = time
    note(id, time)
  }

  private mutating func note(_ id: ID, _ time: Int64?) {
    switch (id.clock, time) {
    case (.eventTime, let time?): eventTime.note(id, at: time)
    case (.eventTime, nil): eventTime.forget(id)
    case (.processingTime, let time?): processingTime.note(id, at: time)
    case (.processingTime, nil): processingTime.forget(id)
    }
  }

  /// The time of a timer, if it is set.
  func time(of id: ID) -> Int64? { times[id] }

  /// Takes a timer that is still set for that time: it fires.
  mutating func fire(_ entry: Entry) -> Bool {
    guard times[entry.id] == entry.time else { return false }
    times[entry.id] = nil
    changed.insert(entry.id)
    return true
  }

  /// Removes what is due from the queue's order; `fire` says which of it is still to fire.
  mutating func due(watermark: Int64, now: Int64) -> [Entry] {
    Self.due(&eventTime, through: watermark, times) + Self.due(&processingTime, through: now, times)
  }

  private static func due(_ alarms: inout Alarms<ID>, through limit: Int64, _ times: [ID: Int64]) -> [Entry] {
    var due: [Entry] = []
    while let alarm = alarms.pop(through: limit) {
      guard let time = times[alarm.id] else { continue }
      if time <= limit { due.append(Entry(time: time, id: alarm.id)) } else { alarms.note(alarm.id, at: time) }
    }
    return due
  }

  /// Whether anything is due.
  mutating func hasDue(watermark: Int64, now: Int64) -> Bool {
    Self.settle(&eventTime, times)
    Self.settle(&processingTime, times)
    return eventTime.first.map { $0.time <= watermark } ?? false || processingTime.first.map { $0.time <= now } ?? false
  }

  /// When the next timer of processing time is due: right after `settle`.
  var nextProcessingTime: Int64? { processingTime.first?.time }

  /// The number of entries by which timers are found, left-over ones included.
  var entryCount: Int { eventTime.entryCount + processingTime.entryCount }

  /// Forgets what has changed: it has been written.
  mutating func settle() {
    changed.removeAll()
    Self.settle(&processingTime, times)
  }

  /// Brings a timer to the front that is due at the time of its entry.
  private static func settle(_ alarms: inout Alarms<ID>, _ times: [ID: Int64]) {
    alarms.trim()
    while let first = alarms.first, times[first.id] != first.time, let entry = alarms.pop(through: first.time) {
      if let time = times[entry.id] { alarms.note(entry.id, at: time) }
    }
  }

  /// Forgets every timer.
  mutating func removeAll() { self = TimerQueue() }
}
