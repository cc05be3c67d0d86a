/// The open sessions of one key.
///
/// # Invariants
/// They don't overlap, so that their ends ascend as their starts do.
struct KeySessions: Sendable {
  private var sessions: [SessionIndex.Session] = []
  /// The sessions in front of this position are gone.
  private var first = 0
  /// The end at which the index looks at the key: no later than that of the first session; nil for never.
  private(set) var queuedEnd: Int64?

  /// The end of the first session, if the index doesn't look at the key by then; it is from now on taken to do so.
  mutating func endToQueue() -> Int64? {
    guard first < sessions.count else { return nil }
    let end = sessions[first].end
    if let queuedEnd, queuedEnd <= end { return nil }
    queuedEnd = end
    return end
  }

  /// Adds sessions, ascending, which don't overlap each other: those that overlap become one.
  ///
  /// Logarithmic in the open sessions for each that is added, besides the moving of those from the first one that changes on.
  mutating func add(_ added: ArraySlice<SessionIndex.Session>) -> [SessionIndex.Merged] {
    var result: [SessionIndex.Merged] = []
    var (changedFrom, done) = (sessions.count, sessions.count)
    // What stands in place of the sessions from the first that changes to the last one.
    var changed: [SessionIndex.Session] = []
    var next = added.startIndex
    while next < added.endIndex {
      let begin = next
      var session = added[next]
      next += 1
      let low = position(endingAfter: session.start, from: result.isEmpty ? first : done)
      var high = low
      while true {
        if high < sessions.count, sessions[high].start < session.end {
          session.start = min(session.start, sessions[high].start)
          session.end = max(session.end, sessions[high].end)
          high += 1
        } else if next < added.endIndex, added[next].start < session.end {
          session.end = max(session.end, added[next].end)
          next += 1
        } else {
          break
        }
      }
      if result.isEmpty { changedFrom = low } else { changed += sessions[done..<low] }
      changed.append(session)
      done = high
      result.append(SessionIndex.Merged(session: session, open: Array(sessions[low..<high]), added: begin..<next))
    }
    sessions.replaceSubrange(changedFrom..<done, with: changed)
    return result
  }

  /// The first session from a position on that ends after a time.
  private func position(endingAfter time: Int64, from start: Int) -> Int {
    // Most rows come behind all that is there.
    if let last = sessions.last, last.end <= time { return sessions.count }
    var (low, high) = (start, sessions.count)
    while low < high {
      let middle = (low + high) / 2
      if sessions[middle].end <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Takes the sessions that end at or before a watermark, ascending, and is not looked at any more.
  mutating func takeEnded(by watermark: Int64) -> ArraySlice<SessionIndex.Session> {
    queuedEnd = nil
    let start = first
    while first < sessions.count, sessions[first].end <= watermark { first += 1 }
    let ended = sessions[start..<first]
    if first * 2 >= sessions.count {
      sessions.removeFirst(first)
      first = 0
    }
    return ended
  }
}
