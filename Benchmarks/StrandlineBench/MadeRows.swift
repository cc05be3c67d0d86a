import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineState
import Synchronization

/// A source that makes its rows, of `WindowedCount.schema`, as they are read: their time counts up, their keys are random.
struct MadeRows: Source {
  let rows: Int
  /// Keys are below that.
  let keys: Int

  var schema: Schema { WindowedCount.schema }

  func open(columns: Schema, recovered: [PartitionRecord]) -> any SourceReader {
    Reader(MadePartition(rows: rows, keys: keys, columns: columns))
  }

  private final class Reader: SourceReader {
    private var partition: MadePartition?
    init(_ partition: MadePartition) { self.partition = partition }
    func discover() -> [any PartitionReader] { partition.take().map { [$0] } ?? [] }
  }
}

private final class MadePartition: PartitionReader {
  let name = "made"
  var identity: [UInt8] { [] }
  private(set) var offset: UInt64 = 0
  private let rows: Int
  private let keys: Int
  private let columns: Schema
  private var state: UInt64 = 1

  init(rows: Int, keys: Int, columns: Schema) {
    (self.rows, self.keys, self.columns) = (rows, keys, columns)
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) -> PartitionProgress {
    let first = Int(offset)
    let count = min(limits.rows, rows - first)
    batch = ColumnBatch(
      columns,
      columns: columns.fields.map { field in
        field.type == .timestamp
          ? Column(.timestamp, words: (first..<first + count).map { Int64($0) })
          : Column(.int64, words: (0..<count).map { _ in nextKey() })
      })
    offset += UInt64(count)
    return first + count < rows ? .more : .finished
  }

  private func nextKey() -> Int64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return Int64(word.multipliedFullWidth(by: UInt64(keys)).high)
  }
}

/// Takes rows of one number, or of counts, and says whether all are there, and in order.
final class OrderCheck: Sendable {
  private struct Seen {
    var rows = 0
    var sum: Int64 = 0
    var last = Int64.min
    var isInOrder = true
  }

  private let seen = Mutex(Seen())

  var rows: Int { seen.withLock { $0.rows } }
  /// Of the last column.
  var sum: Int { seen.withLock { Int($0.sum) } }
  /// Whether the last column never went down.
  var isInOrder: Bool { seen.withLock { $0.isInOrder } }

  var sink: CallbackSink {
    CallbackSink { [self] batch in
      guard let last = batch.columns.last?.words else { return }
      seen.withLock { seen in
        seen.rows += last.count
        for word in last {
          seen.sum &+= word
          if word < seen.last { seen.isInOrder = false }
          seen.last = word
        }
      }
    }
  }
}
