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
  /// Timers that are or were set: those that `times` knows with another time are passed over.
  private var eventTime = MinimumHeap<Entry>()
  private var processingTime = MinimumHeap<Entry>()
  /// Timers that were set, moved, cancelled or fired in this batch.
  private(set) var changed: Set<ID> = []

  /// Sets, moves or cancels a timer.
  mutating func change(_ id: ID, to time: Int64?) {
    times[id] = time
    changed.insert(id)
    if let time { push(Entry(time: time, id: id)) }
  }

  /// Takes up a timer of a recovered state.
  mutating func restore(_ id: ID, _ time: Int64) {
    times[id] = time
    push(Entry(time: time, id: id))
  }

  private mutating func push(_ entry: Entry) {
    if entry.id.clock == .eventTime { eventTime.insert(entry) } else { processingTime.insert(entry) }
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
    var due: [Entry] = []
    while let first = eventTime.minimum, first.time <= watermark, let entry = eventTime.popMinimum() {
      due.append(entry)
    }
    while let first = processingTime.minimum, first.time <= now, let entry = processingTime.popMinimum() {
      due.append(entry)
    }
    return due.filter { times[$0.id] == $0.time }
  }

  /// Whether the queue holds anything that is due, were it only a timer that was moved since.
  func hasDue(watermark: Int64, now: Int64) -> Bool {
    eventTime.minimum.map { $0.time <= watermark } ?? false || processingTime.minimum.map { $0.time <= now } ?? false
  }

  /// When the next timer of processing time is due.
  var nextProcessingTime: Int64? { processingTime.minimum?.time }

  /// Forgets what has changed: it has been written.
  mutating func settle() { changed.removeAll() }

  /// Forgets every timer.
  mutating func removeAll() { self = TimerQueue() }
}
