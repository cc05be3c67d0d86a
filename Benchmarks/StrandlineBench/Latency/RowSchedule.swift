import Measuring
import StrandlineStorage
import Synchronization

/// Rows that come at a fixed rate, whoever is ready for them, and how long each waits for its publication.
///
/// A row's time is that at which it was due. One that had to wait because an earlier batch took long is counted with all of its wait
/// (G. Tene's coordinated omission).
final class RowSchedule: Sendable {
  private struct State {
    var taken = 0
    /// The batches that were read and aren't published: their first rows and numbers of rows.
    var pending: [(first: Int, count: Int)] = []
    var waits = Histogram()
  }

  let rows: Int
  private let nanosPerRow: Double
  private let start: UInt64
  private let state = Mutex(State())

  /// Rows from now on.
  init(rows: Int, perSecond: Int) {
    self.rows = rows
    nanosPerRow = 1e9 / Double(perSecond)
    start = SystemClock.monotonicNanos()
  }

  /// When a row is due, in nanoseconds of the monotonic clock.
  func due(_ row: Int) -> UInt64 { start + UInt64(Double(row) * nanosPerRow) }

  /// Takes the rows that are due and were not taken, as many as `limit`.
  func take(_ limit: Int) -> Range<Int> {
    let passed = Double(SystemClock.monotonicNanos() - start)
    return state.withLock { state in
      let first = state.taken
      let end = min(rows, min(first + limit, Int(passed / nanosPerRow) + 1))
      guard end > first else { return first..<first }
      state.taken = end
      state.pending.append((first, end - first))
      return first..<end
    }
  }

  /// Notes that the batch that was taken first is published now.
  func published() {
    let now = SystemClock.monotonicNanos()
    state.withLock { state in
      guard let batch = state.pending.first else { return }
      state.pending.removeFirst()
      for row in batch.first..<batch.first + batch.count { state.waits.record(now - due(row)) }
    }
  }

  /// Nanoseconds from due to published, of all rows that are published.
  var waits: Histogram { state.withLock { $0.waits } }
}
