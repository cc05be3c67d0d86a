/// The rows of one region that are scanned but not yet in the batch.
///
/// # Overview
/// A scanner fills in cells, one per wanted column and row; `flush` converts and appends them column by column, so that the
/// cost of reaching a column is paid once for a few hundred rows. Nothing goes to the batch before a whole row is known to
/// be right, so nothing ever has to be taken back.
///
/// # Invariants
/// - `cells` has `width` cells per row; those of rows from `count` on are `missing`.
/// - All cells point into one region; the stage is flushed before another region is scanned.
struct RowStage {
  /// A scanned row.
  struct Row {
    /// Its first byte in the region.
    var start: Int
    /// Its length without the line feed.
    var length: Int
    /// Where in the row the fault was found.
    var faultPosition: Int
    /// The column at fault, or -1.
    var column: Int32
    /// What is wrong with it.
    var fault: RowFault
  }

  let schema: Schema
  let options: DecodingOptions
  /// The number of columns.
  let width: Int
  private let capacity: Int
  private var cells: [Cell]
  private var rows: [Row] = []
  private var hasFaults = false
  /// Per column, whether a staged row is null there.
  private var hasNulls: [Bool]

  init(schema: Schema, options: DecodingOptions) {
    self.schema = schema
    self.options = options
    width = schema.fields.count
    // About 16 KiB of cells: a chunk stays in the first-level cache between scan and conversion.
    capacity = max(16, min(256, 1024 / max(1, width)))
    cells = Array(repeating: .missing, count: capacity * width)
    rows.reserveCapacity(capacity)
    hasNulls = Array(repeating: false, count: width)
  }

  var isFull: Bool { rows.count == capacity }

  /// Sets a cell of the row that is being scanned. The last value set wins.
  @inline(__always)
  mutating func set(_ cell: Cell, column: Int) {
    cells[rows.count * width + column] = cell
  }

  /// Ends the row that is being scanned.
  @inline(__always)
  mutating func endRow(start: Int, length: Int) {
    rows.append(Row(start: start, length: length, faultPosition: 0, column: -1, fault: .none))
  }

  /// Ends the row that is being scanned as an error row.
  mutating func endRow(start: Int, length: Int, fault: RowFault, at position: Int) {
    rows.append(Row(start: start, length: length, faultPosition: position - start, column: -1, fault: fault))
    hasFaults = true
  }

  /// Converts the staged rows and adds them to `batch`, or to `errors`. `origin` is the stream offset of the region.
  mutating func flush(
    _ region: borrowing ScanRegion, origin: Int, into batch: inout ColumnBatch, errors: inout [RowError]
  ) {
    if rows.isEmpty { return }
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
      } else if isText {
        appendTexts(column, region, to: &batch.columns[column])
      } else {
        appendWords(column, to: &batch.columns[column])
      }
      hasNulls[column] = false
    }
    if hasFaults { report(origin: origin, to: &errors) }
    for index in 0..<rows.count * width { cells[index] = .missing }
    rows.removeAll(keepingCapacity: true)
    hasFaults = false
  }

  private mutating func convert<Conversion: CellConversion>(
    _ column: Int, by conversion: Conversion, _ region: borrowing ScanRegion
  ) {
    let isNullable = schema.fields[column].isNullable
    var index = column
    for row in 0..<rows.count {
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

  private func appendWords(_ column: Int, to target: inout Column) {
    target.words.append(addingCapacity: rows.count) { output in
      var index = column
      for _ in 0..<rows.count {
        output.append(cells[index].word)
        index += width
      }
    }
  }

  private func appendTexts(_ column: Int, _ region: borrowing ScanRegion, to target: inout Column) {
    var room = 0
    var index = column
    var areAllPlain = true
    for _ in 0..<rows.count {
      room += Int(cells[index].length)
      areAllPlain = areAllPlain && cells[index].kind == .text
      index += width
    }
    guard areAllPlain else { return appendByRow(column, region, to: &target) }
    let base = target.bytes.count
    target.offsets.append(addingCapacity: rows.count) { offsets in
      target.bytes.append(addingCapacity: room + 8) { bytes in
        // The words written below end at most 7 bytes after `room`, which is inside what was asked for.
        unsafe bytes.withUnsafeMutableBufferPointer { buffer, filled in
          var index = column
          for _ in 0..<rows.count {
            let start = cells[index].start
            let length = Int(cells[index].length)
            var offset = 0
            while offset < length {
              unsafe UnsafeMutableRawBufferPointer(buffer)
                .storeBytes(
                  of: region.word(start + offset).littleEndian, toByteOffset: filled + offset, as: UInt64.self)
              offset += 8
            }
            filled += length
            offsets.append(Int32(truncatingIfNeeded: base + filled))
            index += width
          }
        }
      }
    }
  }

  /// The careful way: nulls, error rows, texts that are not as they stand.
  private func appendByRow(_ column: Int, _ region: borrowing ScanRegion, to target: inout Column) {
    var index = column
    for row in rows.indices {
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
    for row in rows where row.fault != .none {
      errors.append(
        RowError(
          offset: origin + row.start, length: row.length,
          reason: row.fault.reason(at: row.faultPosition, maximumLineLength: options.maximumLineLength),
          column: row.column < 0 ? nil : schema.fields[Int(row.column)].name))
    }
  }
}
