/// Writes rows as JSON lines: `{"page":"/","views":3}`.
///
/// Members come in the schema's order, without spaces. A null, a NaN and an infinity are `null`; a double is the shortest
/// decimal that reads back the same; a time is ISO 8601 in UTC. In texts only a quote, a backslash and control characters are
/// escaped.
public struct JSONLinesEncoder: RowEncoder {
  public let schema: Schema
  /// Per column, what stands before its value.
  private let prefixes: [[UInt8]]

  /// An encoder of rows of that schema.
  public init(schema: Schema) {
    self.schema = schema
    prefixes = schema.fields.enumerated().map { index, field in
      var prefix = [UInt8(ascii: index == 0 ? "{" : ",")]
      Self.append(text: Array(field.name.utf8)[...], to: &prefix)
      prefix.append(UInt8(ascii: ":"))
      return prefix
    }
  }

  /// JSON lines have no header.
  public func appendHeader(to output: inout [UInt8]) {}

  public func append(_ batch: ColumnBatch, _ selection: Selection, to output: inout [UInt8]) {
    switch selection {
    case .all(let count):
      for row in 0..<count { append(batch, row: row, to: &output) }
    case .rows(let rows):
      for row in rows { append(batch, row: Int(row), to: &output) }
    }
  }

  private func append(_ batch: ColumnBatch, row: Int, to output: inout [UInt8]) {
    if prefixes.isEmpty { output.append(UInt8(ascii: "{")) }
    for index in prefixes.indices {
      output.append(contentsOf: prefixes[index])
      append(batch.columns[index], row: row, to: &output)
    }
    output.append(UInt8(ascii: "}"))
    output.append(UInt8(ascii: "\n"))
  }

  private func append(_ column: Column, row: Int, to output: inout [UInt8]) {
    if column.isNull(row) {
      output.append(contentsOf: "null".utf8)
    } else if column.type == .string {
      Self.append(text: column.bytes[Int(column.offsets[row])..<Int(column.offsets[row + 1])], to: &output)
    } else if column.type == .timestamp {
      output.append(UInt8(ascii: "\""))
      ISO8601.append(column.words[row], to: &output)
      output.append(UInt8(ascii: "\""))
    } else if !ValueText.append(column.words[row], column.type, to: &output) {
      output.append(contentsOf: "null".utf8)
    }
  }

  /// Appends a text with its quotes.
  static func append(text: ArraySlice<UInt8>, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    var plainStart = text.startIndex
    for index in text.indices {
      let byte = text[index]
      if byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { continue }
      output.append(contentsOf: text[plainStart..<index])
      plainStart = index + 1
      appendEscape(byte, to: &output)
    }
    output.append(contentsOf: text[plainStart...])
    output.append(UInt8(ascii: "\""))
  }

  private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: output.append(UInt8(ascii: "b"))
    case 0x09: output.append(UInt8(ascii: "t"))
    case 0x0A: output.append(UInt8(ascii: "n"))
    case 0x0C: output.append(UInt8(ascii: "f"))
    case 0x0D: output.append(UInt8(ascii: "r"))
    case 0..<0x20:
      output.append(contentsOf: "u00".utf8)
      output.append(UInt8(ascii: "0") + byte >> 4)
      output.append(byte & 0xF < 10 ? UInt8(ascii: "0") + byte & 0xF : UInt8(ascii: "a") + byte & 0xF - 10)
    default: output.append(byte)
    }
  }
}
