/// Writes rows as CSV (RFC 4180) with `\n` as line end.
///
/// A null, a NaN and an infinity are an empty field, an empty text is `""`; a double is the shortest decimal that reads back
/// the same; a time is ISO 8601 in UTC. A text is quoted only where it would be read differently without. (In a file of one
/// column a null is an empty line, which readers skip.)
public struct CSVEncoder: RowEncoder {
  public let schema: Schema
  private let style: CSVStyle
  private let prefixes: [[UInt8]]

  /// An encoder of rows of that schema; for the delimiter see `CSVDecoder`.
  public init(schema: Schema, delimiter: UInt8 = UInt8(ascii: ",")) {
    precondition(CSVDecoder.isDelimiter(delimiter), "a delimiter that CSV can have")
    self.schema = schema
    style = CSVStyle(delimiter: delimiter)
    prefixes = schema.fields.indices.map { $0 == 0 ? [] : [delimiter] }
  }

  /// Appends the line of column names.
  public func appendHeader(to output: inout [UInt8]) {
    var names = ColumnBatch(Schema(schema.fields.map { Field($0.name, .string) }))
    for index in schema.fields.indices { names.columns[index].append(schema.fields[index].name) }
    append(names, to: &output)
  }

  public func append(_ batch: ColumnBatch, _ selection: Selection, to output: inout [UInt8]) {
    append(batch, selection, by: style, prefixes: prefixes, rowEnd: [UInt8(ascii: "\n")], to: &output)
  }
}

/// Values as CSV writes them.
struct CSVStyle: ValueStyle {
  let delimiter: UInt8
  var null: StaticString { "" }
  var growth: Int { 2 }

  func escapes(in text: RawSpan) -> Int {
    var count = 0
    for position in 0..<text.byteCount where text.byte(position) == UInt8(ascii: "\"") { count += 1 }
    return count
  }

  /// No delimiter can be in a number or a truth value; a colon can be in a time, which may be quoted.
  @_lifetime(output: copy output)
  func append(value: RawSpan, _ type: ColumnType, to output: inout OutputSpan<UInt8>) {
    let isQuoted = type == .timestamp && delimiter == UInt8(ascii: ":")
    if isQuoted { output.append(UInt8(ascii: "\"")) }
    output.append(value)
    if isQuoted { output.append(UInt8(ascii: "\"")) }
  }

  @_lifetime(output: copy output)
  func append(text: RawSpan, to output: inout OutputSpan<UInt8>) {
    guard needsQuotes(text) else { return output.append(text) }
    output.append(UInt8(ascii: "\""))
    for position in 0..<text.byteCount {
      let byte = text.byte(position)
      if byte == UInt8(ascii: "\"") { output.append(byte) }
      output.append(byte)
    }
    output.append(UInt8(ascii: "\""))
  }

  private func needsQuotes(_ text: RawSpan) -> Bool {
    if text.byteCount == 0 { return true }
    // What begins with 0xEF might be taken for a byte order mark; a line of spaces alone for a blank one.
    let first = text.byte(0)
    if first == 0xEF || first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { return true }
    var position = 0
    while position + 8 <= text.byteCount {
      // The loop's condition is the bounds check.
      let word = unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
      if ByteMask.csvQuoting(word, delimiters: ByteMask.ones &* UInt64(delimiter)) != 0 { return true }
      position += 8
    }
    while position < text.byteCount {
      let byte = text.byte(position)
      if byte == delimiter || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        return true
      }
      position += 1
    }
    return false
  }
}
