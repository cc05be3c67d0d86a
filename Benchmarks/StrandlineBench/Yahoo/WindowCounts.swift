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

  /// Adds rows of (key, start, end, count).
  mutating func add(_ batch: ColumnBatch) {
    let (keys, starts, counts) = (batch.columns[0], batch.columns[1].words, batch.columns[3].words)
    for row in 0..<batch.count {
      add(keys.type == .string ? keys.text(row) : "\(keys.words[row])", startMillis: starts[row] / 1000, counts[row])
    }
  }
}

/// Takes the rows of a result as they come, in columns; they are looked at when the clock has stopped.
final class WindowCountsResult: Sendable {
  private let batches = Mutex<[ColumnBatch]>([])

  /// A sink for rows of (key, start, end, count).
  var sink: any Sink {
    CallbackSink { [self] batch in batches.withLock { $0.append(batch) } }
  }

  /// What the rows say.
  var counts: WindowCounts {
    batches.withLock { batches in
      var counts = WindowCounts()
      for batch in batches { counts.add(batch) }
      return counts
    }
  }
}
