import Strandline
import StrandlineColumns
import Synchronization

/// Counts per key and window: a result, in a form that is the same for all that are compared.
struct WindowCounts: Equatable {
  private var counts: [String: Int64] = [:]

  init() {}

  /// The number of rows that were counted.
  var total: Int64 { counts.values.reduce(0, +) }

  mutating func add(_ key: String, startMillis: Int64, _ count: Int64) {
    counts["\(key),\(startMillis)", default: 0] += count
  }

  /// A line per key and window, with its count, sorted by bytes.
  var lines: [String] {
    counts.map { "\($0.key),\($0.value)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// A sink that adds rows of (key, start, end, count) to `result`.
  static func sink(into result: WindowCountsResult) -> any Sink {
    CallbackSink { batch in
      result.counts.withLock { counts in
        for row in 0..<batch.count {
          let key = batch.columns[0]
          counts.add(
            key.type == .string ? key.text(row) : "\(key.words[row])", startMillis: batch.columns[1].words[row] / 1000,
            batch.columns[3].words[row])
        }
      }
    }
  }
}

/// Takes the rows of a result.
final class WindowCountsResult: Sendable {
  let counts = Mutex(WindowCounts())
}
