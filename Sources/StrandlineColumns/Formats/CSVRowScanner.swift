/// Recognises one CSV row by RFC 4180; a row with quoted line ends spans lines.
///
/// All fields are validated, wanted or not. Outside quotes a carriage return counts as part of the line end before a line
/// feed only, and as text elsewhere.
struct CSVRowScanner: RowScanner {
  private let delimiter: UInt8
  private let delimiters: UInt64
  /// Per field of a row, the column that wants it, or -1. Empty until the header is known.
  private(set) var targets: [Int32] = []
  /// The quick way of rows without texts, where the columns have none.
  private var wordRows: CSVWordRows?
  private var hasDoubledQuotes = false

  init(delimiter: UInt8) {
    self.delimiter = delimiter
    delimiters = ByteMask.ones &* UInt64(delimiter)
  }

  /// Says which fields are wanted.
  mutating func setTargets(_ targets: [Int32], schema: Schema, unit: TimeUnit?) {
    self.targets = targets
    wordRows = CSVWordRows(targets: targets, schema: schema, delimiter: delimiter, unit: unit)
  }

  mutating func takeRows(
    _ region: borrowing ScanRegion, at position: inout Int, maximumRows: Int, maximumLineLength: Int,
    into batch: inout ColumnBatch
  ) -> Int {
    wordRows?.take(
      region, at: &position, maximumRows: maximumRows, maximumLineLength: maximumLineLength, into: &batch) ?? 0
  }

  mutating func scanRow(
    _ region: borrowing ScanRegion, at start: Int, row: Int, into cells: inout MutableSpan<Cell>
  ) -> RowScan {
    if region.byte(start) <= UInt8(ascii: " ") {
      let lineEnd = blankEnd(region, start)
      if lineEnd >= 0 { return RowScan(.blank, at: lineEnd) }
    }
    var position = start
    var field = 0
    while true {
      let column = field < targets.count ? Int(targets[field]) : -1
      let cell = column < 0 ? -1 : row + column
      field += 1
      var cursor = position
      var special = ByteMask.csvSpecial(region.word(cursor), delimiters: delimiters)
      while special == 0 {
        cursor += 8
        special = ByteMask.csvSpecial(region.word(cursor), delimiters: delimiters)
      }
      cursor += special.trailingZeroBitCount >> 3
      var end = region.byte(cursor)
      if end != delimiter && end != UInt8(ascii: "\n") {
        let isQuoted = cursor == position && end == UInt8(ascii: "\"")
        let scan =
          isQuoted
          ? scanQuoted(region, at: position, cell: cell, into: &cells) : finishBare(region, from: cursor)
        if scan.outcome != .row { return scan }
        cursor = scan.position
        end = region.byte(cursor)
        if !isQuoted && cell >= 0 { cells[cell] = bare(region, from: position, to: cursor) }
      } else if cell >= 0 {
        cells[cell] = bare(region, from: position, to: cursor)
      }
      // At the delimiter or the line feed that ends the field.
      position = cursor
      if end == UInt8(ascii: "\n") { break }
      position += 1
    }
    return field == targets.count ? RowScan(.row, at: position) : RowScan(fault: .fieldCount, at: position)
  }

  @inline(__always)
  private func bare(_ region: borrowing ScanRegion, from start: Int, to delimiterPosition: Int) -> Cell {
    var end = delimiterPosition
    if region.byte(end) == UInt8(ascii: "\n") && end > start && region.byte(end - 1) == UInt8(ascii: "\r") { end -= 1 }
    return Cell(end > start ? .bareText : .null, from: start, to: end)
  }

  /// The line feed of a line of white space, or -1.
  private func blankEnd(_ region: borrowing ScanRegion, _ start: Int) -> Int {
    var cursor = start
    while true {
      let byte = region.byte(cursor)
      if byte == UInt8(ascii: "\n") { return cursor }
      let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
      if !isSpace || byte == delimiter { return -1 }
      cursor += 1
    }
  }

  /// The delimiter or line feed that ends a bare field, from a byte on that may be neither.
  @inline(never)
  private func finishBare(_ region: borrowing ScanRegion, from start: Int) -> RowScan {
    var cursor = start
    while true {
      let byte = region.byte(cursor)
      if byte == delimiter || byte == UInt8(ascii: "\n") { return RowScan(.row, at: cursor) }
      if byte == UInt8(ascii: "\"") { return RowScan(fault: .strayQuote, at: cursor) }
      if byte >= 0x80 {
        let length = UTF8Sequence.length(region, at: cursor)
        if length == 0 { return RowScan(fault: .invalidUTF8, at: cursor) }
        cursor += length
      }
      var special = ByteMask.csvSpecial(region.word(cursor), delimiters: delimiters)
      while special == 0 {
        cursor += 8
        special = ByteMask.csvSpecial(region.word(cursor), delimiters: delimiters)
      }
      cursor += special.trailingZeroBitCount >> 3
    }
  }

  /// The delimiter or line feed after a quoted field; sets the cell of that number, unless it is -1.
  @inline(never)
  private mutating func scanQuoted(
    _ region: borrowing ScanRegion, at start: Int, cell: Int, into cells: inout MutableSpan<Cell>
  ) -> RowScan {
    let close = closingQuote(region, from: start + 1)
    if close.outcome != .row { return close }
    var next = close.position + 1
    if region.byte(next) == UInt8(ascii: "\r") && region.byte(next + 1) == UInt8(ascii: "\n") { next += 1 }
    if region.byte(next) != delimiter && region.byte(next) != UInt8(ascii: "\n") {
      return RowScan(fault: .strayQuote, at: next)
    }
    if cell >= 0 { cells[cell] = Cell(hasDoubledQuotes ? .doubledText : .text, from: start + 1, to: close.position) }
    return RowScan(.row, at: next)
  }

  /// The quote that closes a field whose text begins at `start`.
  private mutating func closingQuote(_ region: borrowing ScanRegion, from start: Int) -> RowScan {
    var cursor = start
    hasDoubledQuotes = false
    while true {
      var special = ByteMask.csvQuotedSpecial(region.word(cursor))
      while special == 0 {
        cursor += 8
        special = ByteMask.csvQuotedSpecial(region.word(cursor))
      }
      cursor += special.trailingZeroBitCount >> 3
      let byte = region.byte(cursor)
      if byte == UInt8(ascii: "\"") {
        if region.byte(cursor + 1) != UInt8(ascii: "\"") { return RowScan(.row, at: cursor) }
        hasDoubledQuotes = true
        cursor += 2
      } else if byte == UInt8(ascii: "\n") {
        if cursor == region.end - 1 { return RowScan(.incomplete, at: start) }
        cursor += 1
      } else {
        let length = UTF8Sequence.length(region, at: cursor)
        if length == 0 { return RowScan(fault: .invalidUTF8, at: cursor) }
        cursor += length
      }
    }
  }
}
