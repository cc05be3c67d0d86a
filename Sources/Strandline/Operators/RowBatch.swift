import StrandlineColumns
import StrandlineState

/// Rows on their way between operators: columns, which of the rows take part, and their event times.
///
/// # Invariants
/// Columns, times and marks are of all rows, also those that a filter has dropped; rows are gathered only where an operator
/// makes new columns.
struct RowBatch {
  /// The columns of all rows.
  var columns: ColumnBatch
  /// The rows that take part.
  var selection: Selection
  /// Their event times; nil before it is known, and in a stream without.
  var times: RowTimes?
  /// Where each row stood in what was read; nil while it stands there still.
  var places: [Int32]?
  /// Whether the rows are those of a partition, as they were read.
  var isSource = false
  /// What orders rows of one event time: that of row `i` is `ordinal` and its place. No two rows of a stream have the same.
  var ordinal: Int64 = 0

  /// Rows that an operator made, all of one mark.
  ///
  /// - Parameter times: nil in a stream without event time.
  init(_ columns: ColumnBatch, times: Column?, mark: Int64, ordinal: Int64 = 0) {
    self.columns = columns
    selection = .all(columns.count)
    if let times, times.count > 0 { self.times = RowTimes(times, marks: .same(mark)) }
    self.ordinal = ordinal
  }

  /// The rows of a part of the batch, and nothing else.
  func gathered(_ rows: Selection) -> RowBatch {
    guard case .rows(let positions) = rows else { return self }
    var out = self
    out.columns = ColumnBatch(columns.schema, columns: columns.columns.map { $0.gathered(positions) })
    out.selection = .all(positions.count)
    out.times = positions.isEmpty ? nil : times?.gathered(rows)
    out.places = places?.gathered(positions) ?? positions
    return out
  }

  /// What orders a row among those of one event time.
  func ordinal(of row: Int32) -> Int64 { ordinal &+ Int64(places?[Int(row)] ?? row) }

  /// The selected rows, and nothing else.
  var compacted: RowBatch { gathered(selection) }
}
