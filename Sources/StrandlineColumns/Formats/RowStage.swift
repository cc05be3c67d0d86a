/// The rows of one region that are scanned but not yet in the batch.
///
/// # Overview
/// A scanner fills in cells, one per wanted column and row; `flush` converts and appends them column by column, so that the
/// cost of reaching a column is paid once for a few hundred rows. The common case, where all rows are right and nothing is null,
/// goes straight from cells to columns; at the first cell that is otherwise, what was appended is taken back and the careful way
/// begins, which converts all cells before any row is appended.
///
/// # Invariants
/// - `cells` has `width` cells per row; between flush and scan all of them are `missing` where a row could leave one out.
/// - Rows from `count` on have no fault.
/// - All cells point into one region; the stage is flushed before another region is scanned.
struct RowStage {
  /// A scanned row.
  struct Row {
    /// Its first byte in the region.
    var start: Int
    /// Its length without the line feed.
    var length: Int
    /// What is wrong with it.
    var fault: RowFault
    /// Where in the row that was found.
    var faultPosition = 0
    /// The column at fault, or -1.
    var column: Int32 = -1
  }

  let schema: Schema
  let options: DecodingOptions
  /// The number of columns.
  let width: Int
  /// How many rows there is room for.
  let capacity: Int
  /// The cells of the rows, set by a scanner.
  var cells: [Cell]
  /// The rows; only the first `count` are of this chunk.
  var rows: [Row]
  /// How many rows are staged.
  var count = 0
  /// Whether one of them has a fault.
  var hasFaults = false
  /// Per column, whether a staged row is null there.
  private var hasNulls: [Bool]

  init(schema: Schema, options: DecodingOptions) {
    self.schema = schema
    self.options = options
    width = schema.fields.count
    // About 16 KiB of cells: a chunk stays in the first-level cache between scan and conversion.
    capacity = max(16, min(256, 1024 / max(1, width)))
    cells = Array(repeating: .missing, count: capacity * width)
    rows = Array(repeating: Row(start: 0, length: 0, fault: .none), count: capacity)
    hasNulls = Array(repeating: false, count: width)
  }

  /// Scans rows into the empty stage, and moves `position` past them, until it is full or there are `maximumRows` or no more.
  ///
  /// False where a row doesn't end in the region. A row longer than `maximumLineLength` ends at the first line feed from there on.
  mutating func fill<Scanner: RowScanner>(
    by scanner: inout Scanner, _ region: borrowing ScanRegion, at position: inout Int, maximumRows: Int,
    maximumLineLength: Int
  ) -> Bool {
    // Arrays of this function's own: a span of them is used without asking whether they are shared.
    var (ownCells, ownRows): ([Cell], [Row]) = ([], [])
    swap(&ownCells, &cells)
    swap(&ownRows, &rows)
    let isWhole = scan(
      by: &scanner, region, &position, min(maximumRows, capacity), maximumLineLength, &ownCells, &ownRows)
    swap(&ownCells, &cells)
    swap(&ownRows, &rows)
    return isWhole
  }

  @inline(__always)
  private mutating func scan<Scanner: RowScanner>(
    by scanner: inout Scanner, _ region: borrowing ScanRegion, _ position: inout Int, _ maximumRows: Int,
    _ maximumLineLength: Int, _ ownCells: inout [Cell], _ ownRows: inout [Row]
  ) -> Bool {
    var cells = ownCells.mutableSpan
    var rows = ownRows.mutableSpan
    while count < maximumRows && position < region.end {
      let scan = scanner.scanRow(region, at: position, row: count * width, into: &cells)
      let length = scan.position - position
      if scan.outcome == .row && length <= maximumLineLength {
        rows[count].start = position
        rows[count].length = length
        position = scan.position + 1
        count += 1
        continue
      }
      if scan.outcome == .incomplete { return false }
      let lineEnd = scan.outcome == .fault ? region.lineFeed(from: scan.position) : scan.position
      if lineEnd - position > maximumLineLength {
        let cutEnd = region.lineFeed(from: position + maximumLineLength)
        rows[count] = Row(start: position, length: cutEnd - position, fault: .tooLong)
        position = cutEnd + 1
      } else if scan.outcome == .fault {
        rows[count] = Row(start: position, length: lineEnd - position, fault: scan.fault, faultPosition: length)
        position = lineEnd + 1
      } else {
        position = lineEnd + 1
        continue
      }
      count += 1
      hasFaults = true
    }
    return true
  }

  /// Converts the staged rows and adds them to `batch`, or to `errors`. `origin` is the stream offset of the region.
  mutating func flush(
    _ region: borrowing ScanRegion, origin: Int, into batch: inout ColumnBatch, errors: inout [RowError]
  ) {
    if count == 0 { return }
    if hasFaults || !appendDirectly(region, to: &batch) {
      appendCarefully(region, to: &batch)
      if hasFaults {
        report(origin: origin, to: &errors)
        for row in 0..<count { rows[row] = Row(start: 0, length: 0, fault: .none) }
      }
    }
    clear()
  }

  private mutating func clear() {
    let used = count * width
    var span = cells.mutableSpan
    for index in 0..<used { span[index] = .missing }
    count = 0
    hasFaults = false
  }

  private mutating func appendCarefully(_ region: borrowing ScanRegion, to batch: inout ColumnBatch) {
    for column in 0..<width {
      switch schema.fields[column].type {
      case .int64: convert(column, by: IntegerConversion(), region)
      case .double: convert(column, by: DoubleConversion(), region)
      case .bool: convert(column, by: TruthConversion(), region)
      case .timestamp: convert(column, by: TimestampConversion(unit: options.timeUnit), region)
      case .string: convert(column, by: TextConversion(), region)
      }
    }
    for column in 0..<width {
      let isText = schema.fields[column].type == .string
      if hasFaults || hasNulls[column] || batch.columns[column].hasNulls {
        appendByRow(column, region, to: &batch.columns[column])
      } else if !isText {
        appendConverted(column, to: &batch.columns[column])
      } else if !appendTexts(column, region, to: &batch.columns[column]) {
        appendByRow(column, region, to: &batch.columns[column])
      }
      hasNulls[column] = false
    }
  }

  private mutating func convert<Conversion: CellConversion>(
    _ column: Int, by conversion: Conversion, _ region: borrowing ScanRegion
  ) {
    let isNullable = schema.fields[column].isNullable
    var index = column
    for row in 0..<count {
      defer { index += width }
      if hasFaults && rows[row].fault != .none { continue }
      var cell = cells[index]
      if cell.kind == .missing || cell.kind == .null {
        cell = isNullable ? Cell(word: 0, length: 0, kind: .null) : Cell(fault: .missing)
        if isNullable { hasNulls[column] = true }
      } else {
        cell = conversion.convert(cell, region)
      }
      if cell.kind == .fault {
        rows[row].fault = cell.fault
        rows[row].column = Int32(column)
        hasFaults = true
      }
      cells[index] = cell
    }
  }

  private func appendConverted(_ column: Int, to target: inout Column) {
    target.words.append(addingCapacity: count) { output in
      var index = column
      for _ in 0..<count {
        output.append(cells[index].word)
        index += width
      }
    }
  }

  /// Converted cells one by one: nulls, error rows, texts that are not as they stand.
  private func appendByRow(_ column: Int, _ region: borrowing ScanRegion, to target: inout Column) {
    var index = column
    for row in 0..<count {
      defer { index += width }
      if rows[row].fault != .none { continue }
      let cell = cells[index]
      switch cell.kind {
      case .null, .missing:
        target.appendNull()
      case .word:
        target.append(word: cell.word)
      case .escapedText:
        JSONEscapes.append(region.text(cell.start, Int(cell.length)), to: &target.bytes)
        target.endText()
      case .doubledText:
        CSVQuotes.append(region.text(cell.start, Int(cell.length)), to: &target.bytes)
        target.endText()
      default:
        let text = region.text(cell.start, Int(cell.length))
        // The pointer is used inside the closure only.
        unsafe text.withUnsafeBytes { unsafe target.bytes.append(contentsOf: $0) }
        target.endText()
      }
    }
  }

  private func report(origin: Int, to errors: inout [RowError]) {
    for row in rows[..<count] where row.fault != .none {
      errors.append(
        RowError(
          offset: origin + row.start, length: row.length,
          reason: row.fault.reason(at: row.faultPosition, maximumLineLength: options.maximumLineLength),
          column: row.column < 0 ? nil : schema.fields[Int(row.column)].name))
    }
  }
}
