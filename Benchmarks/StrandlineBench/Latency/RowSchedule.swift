import Measuring
import StrandlineStorage
import Synchronization

/// Rows that come at a fixed rate, whoever is ready for them, and how long each waits for its publication.
///
/// A row's time is that at which it was due. One that had to wait because an earlier batch took long is counted with all of its wait
/// (G. Tene's coordinated omission).
final class RowSchedule: Sendable {
  private struct State {
    /// When the first row was due; nil before anybody has asked for rows.
    var start: UInt64?
    var taken = 0
    var published = 0
    var waits = Histogram()
  }

  let rows: Int
  private let nanosPerRow: Double
  private let state = Mutex(State())

  /// Rows that begin to come when they are asked for first.
  init(rows: Int, perSecond: Int) {
    self.rows = rows
    nanosPerRow = 1e9 / Double(perSecond)
  }

  /// The event time of a row in microseconds.
  func micros(_ row: Int) -> Int64 { Int64(Double(row) * nanosPerRow / 1000) }

  /// Takes the rows that are due and were not taken, as many as `limit`.
  func take(_ limit: Int) -> Range<Int> {
    let now = SystemClock.monotonicNanos()
    return state.withLock { state in
      let start = state.start ?? now
      state.start = start
      let first = state.taken
      let due = Int(Double(now - start) / nanosPerRow) + 1
      state.taken = max(first, min(rows, first + limit, due))
      return first..<state.taken
    }
  }

  /// Notes that so many more rows, in their order, are published now.
  func published(_ count: Int) {
    let now = SystemClock.monotonicNanos()
    state.withLock { state in
      guard let start = state.start else { return }
      for row in state.published..<state.published + count {
        state.waits.record(now - (start + UInt64(Double(row) * nanosPerRow)))
      }
      state.published += count
    }
  }

  /// Nanoseconds from due to published, of all rows that are published.
  var waits: Histogram { state.withLock { $0.waits } }
}
