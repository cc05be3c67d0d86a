/// CSV rows of bare fields whose wanted columns are all of fixed width, taken from text to columns in one pass.
///
/// # Overview
/// `take` reads row after row and writes values, without a cell per field or an entry per row, as long as every field is what
/// most are: digits up to the delimiter, at most 16 of them. It looks for the first byte that is no digit, eight bytes at a time, so that
/// finding where a field ends tells at once that it is a number. Other values without quotes are converted by `CellConversion`.
/// It stops in front of a row that has anything else (a quote, a byte outside ASCII, a null, a value that doesn't fit, too many or too few
/// fields, only white space), which is then the ordinary scanner's.
///
/// # Invariants
/// `words` has `capacity` values per column, column by column.
struct CSVWordRows: Sendable {
  private enum Kind: UInt8 {
    /// Wanted by no column; any ASCII.
    case skipped
    /// Digits are an integer.
    case integer
    /// Digits are a Unix time.
    case time
    /// A double, a truth value, a time that is never a number.
    case other
  }

  private struct Field {
    var kind: Kind
    /// Where the column's values begin.
    var base = 0
    /// What the value of the digits is multiplied by.
    var scale: Int64 = 1
    var type = ColumnType.int64
  }

  private let delimiter: UInt8
  private let delimiters: UInt64
  private let unit: TimeUnit?
  private let fields: [Field]
  private let width: Int
  private let capacity: Int
  private var words: [Int64]

  /// Rows whose fields go to the columns of `schema` as `targets` says; nil where one of the columns is a text.
  init?(targets: [Int32], schema: Schema, delimiter: UInt8, unit: TimeUnit?) {
    let types = schema.fields.map(\.type)
    guard !types.isEmpty, !types.contains(.string) else { return nil }
    // About 16 KiB of words: they stay in the first-level cache until they are appended.
    let capacity = max(16, min(512, 2048 / types.count))
    self.delimiter = delimiter
    delimiters = ByteMask.ones &* UInt64(delimiter)
    self.unit = unit
    fields = targets.map { target in
      guard target >= 0 else { return Field(kind: .skipped) }
      let type = types[Int(target)]
      var field = Field(kind: .other, base: Int(target) * capacity, type: type)
      if type == .int64 { field.kind = .integer }
      if type == .timestamp, let unit {
        field.kind = .time
        field.scale = unit.micros
      }
      return field
    }
    width = types.count
    self.capacity = capacity
    words = Array(repeating: 0, count: capacity * width)
  }

  /// Appends rows to `batch` and moves `position` past them, until there are `maximumRows` or something else than such a row comes.
  ///
  /// - Returns: the number of rows.
  mutating func take(
    _ region: borrowing ScanRegion, at position: inout Int, maximumRows: Int, maximumLineLength: Int,
    into batch: inout ColumnBatch
  ) -> Int {
    for column in 0..<width where batch.columns[column].hasNulls { return 0 }
    var taken = 0
    while taken < maximumRows {
      let limit = min(capacity, maximumRows - taken)
      let rows = scan(region, &position, limit, maximumLineLength)
      for column in 0..<width where rows > 0 {
        let base = column * capacity
        batch.columns[column].words.append(contentsOf: words[base..<base + rows])
      }
      taken += rows
      if rows < limit { break }
    }
    return taken
  }

  /// Fills `words` with rows, at most `limit`.
  private mutating func scan(
    _ region: borrowing ScanRegion, _ position: inout Int, _ limit: Int, _ maximumLineLength: Int
  ) -> Int {
    let fields = self.fields
    // An array of this function's own: a span of it is used without asking whether it is shared.
    var own: [Int64] = []
    swap(&own, &words)
    var rows = 0
    while rows < limit && position < region.end {
      let end = scanRow(region, position, rows, fields.span, &own)
      // The end of a row is its line feed.
      if end < 0 || end - position > maximumLineLength { break }
      position = end + 1
      rows += 1
    }
    swap(&own, &words)
    return rows
  }

  /// Sets the words of the row at `start`. The position of its line feed, or -1 where it is for the ordinary scanner.
  @inline(__always)
  private func scanRow(
    _ region: borrowing ScanRegion, _ start: Int, _ row: Int, _ fields: Span<Field>, _ own: inout [Int64]
  ) -> Int {
    // A row of white space is none; a tab may be a delimiter, and then the first field is null.
    if region.byte(start) <= UInt8(ascii: " ") { return -1 }
    var words = own.mutableSpan
    var cursor = start
    for index in fields.indices {
      let field = fields[index]
      var end = digits(region, at: cursor, field, words: &words, row)
      if end < 0 {
        var word: Int64 = 0
        end = general(region, at: cursor, field, &word)
        if end < 0 { return -1 }
        if field.kind != .skipped { words[field.base + row] = word }
      }
      if (region.byte(end) == UInt8(ascii: "\n")) != (index == fields.count - 1) { return -1 }
      cursor = end + 1
    }
    return cursor - 1
  }

  /// Sets the word of a field of digits. The position behind it, or -1 where it is none.
  @inline(__always)
  private func digits(
    _ region: borrowing ScanRegion, at start: Int, _ field: Field, words: inout MutableSpan<Int64>, _ row: Int
  ) -> Int {
    if field.kind != .integer && field.kind != .time { return -1 }
    let run = DigitRun.Bounded(region, at: start)
    let (value, overflow) = run.value.multipliedReportingOverflow(by: field.scale)
    if run.count == 0 || overflow || (field.kind == .integer && !run.isCanonical) { return -1 }
    words[field.base + row] = value
    let stop = region.byte(run.end)
    if stop == delimiter || stop == UInt8(ascii: "\n") { return run.end }
    return stop == UInt8(ascii: "\r") && region.byte(run.end + 1) == UInt8(ascii: "\n") ? run.end + 1 : -1
  }

  /// The position behind the bare field at `start`, and its value; -1 where it is no such field or has no value.
  @inline(never)
  private func general(_ region: borrowing ScanRegion, at start: Int, _ field: Field, _ value: inout Int64) -> Int {
    var end = start
    var special = ByteMask.csvSpecial(region.word(end), delimiters: delimiters)
    while special == 0 {
      end += 8
      special = ByteMask.csvSpecial(region.word(end), delimiters: delimiters)
    }
    end += special.trailingZeroBitCount >> 3
    let stop = region.byte(end)
    guard stop == delimiter || stop == UInt8(ascii: "\n") else { return -1 }
    if field.kind == .skipped { return end }
    let isReturn = stop == UInt8(ascii: "\n") && end > start && region.byte(end - 1) == UInt8(ascii: "\r")
    let textEnd = isReturn ? end - 1 : end
    if textEnd == start { return -1 }
    let text = Cell(.bareText, from: start, to: textEnd)
    let cell =
      switch field.type {
      case .int64: IntegerConversion().convert(text, region)
      case .double: DoubleConversion().convert(text, region)
      case .bool: TruthConversion().convert(text, region)
      case .timestamp: TimestampConversion(unit: unit).convert(text, region)
      case .string: text
      }
    value = cell.word
    return cell.kind == .word ? end : -1
  }
}
