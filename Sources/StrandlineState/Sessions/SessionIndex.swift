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

  private var sessions: [[UInt8]: [Session]] = [:]
  /// Sessions by their ends; some have grown or been merged since, and are in it again.
  private var endings = MinimumHeap<Ending>()

  /// An index of no sessions.
  public init() {}

  /// The sessions of a key, ascending.
  func sessions(of key: [UInt8]) -> [Session] { sessions[key] ?? [] }

  /// Gives a key other sessions, of which some have changed.
  mutating func update(_ key: [UInt8], _ all: [Session], changed: [Session]) {
    sessions[key] = all
    for session in changed { endings.insert(Ending(end: session.end, start: session.start, key: key)) }
  }

  /// Takes the sessions that end at or before a watermark, ordered by (end, start, key).
  mutating func takeEnded(by watermark: Int64) -> [Ending] {
    var ended: [Ending] = []
    while let next = endings.minimum, next.end <= watermark {
      guard let ending = endings.popMinimum(), var own = sessions[ending.key] else { continue }
      guard let index = own.firstIndex(of: Session(start: ending.start, end: ending.end)) else { continue }
      own.remove(at: index)
      sessions[ending.key] = own.isEmpty ? nil : own
      ended.append(ending)
    }
    return ended
  }

  /// How a key's sessions become others when more come: those that overlap become one.
  ///
  /// - Parameter added: further sessions, ascending, which don't overlap each other.
  /// - Returns: the sessions, each with what it was made of.
  static func merged(_ open: [Session], _ added: [Session]) -> [(session: Session, open: [Session], added: [Int])] {
    var result: [(session: Session, open: [Session], added: [Int])] = []
    var (i, j) = (0, 0)
    while i < open.count || j < added.count {
      let isOpen = j == added.count || i < open.count && open[i].start <= added[j].start
      let next = isOpen ? open[i] : added[j]
      if let last = result.last, next.start < last.session.end {
        result[result.count - 1].session.end = max(last.session.end, next.end)
      } else {
        result.append((next, [], []))
      }
      if isOpen {
        result[result.count - 1].open.append(next)
        i += 1
      } else {
        result[result.count - 1].added.append(j)
        j += 1
      }
    }
    return result
  }
}
