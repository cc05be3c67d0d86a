import StrandlineColumns

/// The open sessions of each key, in order, and which of them ends next.
///
/// # Invariants
/// - It follows from the keyed state, whose groups are the sessions.
/// - Sessions of one key don't overlap.
public struct SessionIndex: Sendable {
  /// A session: `[start, end)` in microseconds.
  struct Session: Sendable, Hashable {
    var start: Int64
    var end: Int64
  }

  /// A session with its key, in the order in which sessions are given away.
  struct Ending: Comparable, Sendable {
    let end: Int64
    let start: Int64
    /// The key as a tuple of bytes (`KeyTuple`).
    let key: [UInt8]

    static func < (a: Ending, b: Ending) -> Bool {
      (a.end, a.start) != (b.end, b.start)
        ? (a.end, a.start) < (b.end, b.start) : a.key.lexicographicallyPrecedes(b.key)
    }
  }

  /// What a session of a key has become by those that were added.
  struct Merged: Sendable {
    var session: Session
    /// The sessions that were open before and are in it.
    var open: [Session]
    /// The added sessions that are in it, as positions among them.
    var added: Range<Int>
  }

  private var keys: [[UInt8]: KeySessions] = [:]
  /// When keys are to be looked at: each at the end of its first session, or earlier where that has grown since.
  private var endings = MinimumHeap<KeyEnding>()

  /// An index of no sessions.
  public init() {}

  /// About how many bytes of memory it holds: a key has its bytes, its sessions and up to two entries that say when it ends.
  public var memoryBytes: Int { keys.count * 112 + endings.count * 64 }

  /// How many ends are held, for tests: at most twice the keys and a few.
  var endingCount: Int { endings.count }

  /// Adds sessions to those of a key: those that overlap become one.
  ///
  /// - Parameter added: sessions, ascending, which don't overlap each other.
  /// - Returns: the sessions that the added ones are in, ascending.
  mutating func add(_ added: ArraySlice<Session>, to key: [UInt8]) -> [Merged] {
    let (merged, end) = Self.add(added, to: &keys[key, default: KeySessions()])
    if let end { endings.insert(KeyEnding(end: end, key: key)) }
    if endings.count > 2 * keys.count + 64 { rebuild() }
    return merged
  }

  private static func add(
    _ added: ArraySlice<Session>, to own: inout KeySessions
  ) -> (merged: [Merged], end: Int64?) {
    (own.add(added), own.endToQueue())
  }

  /// Forgets the ends of keys that are in the heap with an earlier one. As many were added since the last time as keys are there.
  private mutating func rebuild() {
    endings = MinimumHeap()
    for (key, own) in keys {
      if let end = own.queuedEnd { endings.insert(KeyEnding(end: end, key: key)) }
    }
  }

  /// Takes the sessions that end at or before a watermark, ordered by (end, start, key).
  mutating func takeEnded(by watermark: Int64) -> [Ending] {
    var ended: [Ending] = []
    while let next = endings.minimum, next.end <= watermark {
      guard let ending = endings.popMinimum(), let place = keys.index(forKey: ending.key),
        keys.values[place].queuedEnd == ending.end
      else { continue }
      for session in keys.values[place].takeEnded(by: watermark) {
        ended.append(Ending(end: session.end, start: session.start, key: ending.key))
      }
      if let end = keys.values[place].endToQueue() {
        endings.insert(KeyEnding(end: end, key: ending.key))
      } else {
        keys.remove(at: place)
      }
    }
    return ended.sorted()
  }

  /// A key, and when it is to be looked at.
  private struct KeyEnding: Comparable, Sendable {
    let end: Int64
    let key: [UInt8]

    static func < (a: KeyEnding, b: KeyEnding) -> Bool { a.end < b.end }
  }
}
