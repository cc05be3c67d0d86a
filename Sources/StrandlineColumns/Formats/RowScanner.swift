/// Recognises the rows of one format.
///
/// A scanner knows nothing of buffers, batches and errors; `RowDecoder` is the shell around it.
protocol RowScanner: Sendable {
  /// Scans the row at `start`, setting the cells of wanted columns.
  ///
  /// The cell of a column stands at `row` and the column's number in `cells`; of two values set the last one counts.
  mutating func scanRow(
    _ region: borrowing ScanRegion, at start: Int, row: Int, into cells: inout MutableSpan<Cell>
  ) -> RowScan

  /// Appends rows that need no cells to `batch`, as far as there are any, and moves `position` past them.
  ///
  /// Rows are the same as by `scanRow`, which has the row at which this stops.
  /// - Returns: the number of rows, at most `maximumRows`.
  mutating func takeRows(
    _ region: borrowing ScanRegion, at position: inout Int, maximumRows: Int, maximumLineLength: Int,
    into batch: inout ColumnBatch
  ) -> Int
}

extension RowScanner {
  /// Takes none.
  @inline(__always)
  mutating func takeRows(
    _ region: borrowing ScanRegion, at position: inout Int, maximumRows: Int, maximumLineLength: Int,
    into batch: inout ColumnBatch
  ) -> Int { 0 }
}

/// What a scanner found where a row was expected.
struct RowScan {
  enum Outcome: UInt8 {
    /// A row; `position` is that of the line feed that ends it.
    case row
    /// A line of white space; `position` is that of its line feed.
    case blank
    /// A row that doesn't end in this region.
    case incomplete
    /// No row, from `position` on; the line goes on to the next line feed.
    case fault
  }

  var outcome: Outcome
  var fault: RowFault
  var position: Int

  @inline(__always)
  init(_ outcome: Outcome, at position: Int) {
    self.outcome = outcome
    self.fault = .none
    self.position = position
  }

  init(fault: RowFault, at position: Int) {
    self.outcome = .fault
    self.fault = fault
    self.position = position
  }
}
