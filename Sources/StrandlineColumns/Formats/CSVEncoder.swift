/// Writes rows as CSV (RFC 4180) with `\n` as line end.
///
/// A null, a NaN and an infinity are an empty field, an empty text is `""`; a double is the shortest decimal that reads back
/// the same; a time is ISO 8601 in UTC. A text is quoted only where it would be read differently without. (In a file of one
/// column a null is an empty line, which readers skip.)
public struct CSVEncoder: RowEncoder {
  public let schema: Schema
  private let delimiter: UInt8

  /// An encoder of rows of that schema; the delimiter is an ASCII character that is neither a quote nor a line end.
  public init(schema: Schema, delimiter: UInt8 = UInt8(ascii: ",")) {
    precondition(CSVDecoder.isDelimiter(delimiter), "a delimiter that CSV can have")
    self.schema = schema
    self.delimiter = delimiter
  }

  /// Appends the line of column names.
  public func appendHeader(to output: inout [UInt8]) {
    for index in schema.fields.indices {
      if index > 0 { output.append(delimiter) }
      append(text: Array(schema.fields[index].name.utf8)[...], to: &output)
    }
    output.append(UInt8(ascii: "\n"))
  }

  public func append(_ batch: ColumnBatch, _ selection: Selection, to output: inout [UInt8]) {
    switch selection {
    case .all(let count):
      for row in 0..<count { append(batch, row: row, to: &output) }
    case .rows(let rows):
      for row in rows { append(batch, row: Int(row), to: &output) }
    }
  }

  private func append(_ batch: ColumnBatch, row: Int, to output: inout [UInt8]) {
    for index in batch.columns.indices {
      if index > 0 { output.append(delimiter) }
      append(batch.columns[index], row: row, to: &output)
    }
    output.append(UInt8(ascii: "\n"))
  }

  private func append(_ column: Column, row: Int, to output: inout [UInt8]) {
    if column.isNull(row) { return }
    if column.type == .string {
      append(text: column.bytes[Int(column.offsets[row])..<Int(column.offsets[row + 1])], to: &output)
      return
    }
    // A number can be told apart from its delimiter only if that is none of a number's characters.
    let start = output.count
    _ = ValueText.append(column.words[row], column.type, to: &output)
    if output[start...].contains(delimiter) {
      output.insert(UInt8(ascii: "\""), at: start)
      output.append(UInt8(ascii: "\""))
    }
  }

  private func append(text: ArraySlice<UInt8>, to output: inout [UInt8]) {
    guard needsQuotes(text) else {
      output.append(contentsOf: text)
      return
    }
    output.append(UInt8(ascii: "\""))
    var start = text.startIndex
    for index in text.indices where text[index] == UInt8(ascii: "\"") {
      output.append(contentsOf: text[start...index])
      start = index
    }
    output.append(contentsOf: text[start...])
    output.append(UInt8(ascii: "\""))
  }

  private func needsQuotes(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    // What begins with 0xEF might be taken for a byte order mark; a line of spaces alone for a blank one.
    if first == 0xEF || first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { return true }
    return text.contains {
      $0 == delimiter || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
    }
  }
}
