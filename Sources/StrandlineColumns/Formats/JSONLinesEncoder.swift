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
      let name = Array(field.name.utf8)
      var prefix = [UInt8(ascii: index == 0 ? "{" : ",")]
      prefix.append(addingCapacity: name.count * JSONStyle().growth + 3) { output in
        // The array outlives its span.
        unsafe JSONStyle().append(text: name.span.bytes, to: &output)
        output.append(UInt8(ascii: ":"))
      }
      return prefix
    }
  }

  /// JSON lines have no header.
  public func appendHeader(to output: inout [UInt8]) {}

  public func append(_ batch: ColumnBatch, _ selection: Selection, to output: inout [UInt8]) {
    append(
      batch, selection, by: JSONStyle(), prefixes: prefixes, rowEnd: Array((prefixes.isEmpty ? "{}\n" : "}\n").utf8),
      to: &output)
  }
}

/// Values as JSON writes them.
struct JSONStyle: ValueStyle {
  var null: StaticString { "null" }
  var growth: Int { 6 }

  func escapes(in text: RawSpan) -> Int {
    var count = 0
    var position = firstEscaped(text, from: 0)
    while position < text.byteCount {
      count += 1
      position = firstEscaped(text, from: position + 1)
    }
    return count
  }

  @_lifetime(output: copy output)
  func append(value: RawSpan, _ type: ColumnType, to output: inout OutputSpan<UInt8>) {
    if type == .timestamp { output.append(UInt8(ascii: "\"")) }
    output.append(value)
    if type == .timestamp { output.append(UInt8(ascii: "\"")) }
  }

  @_lifetime(output: copy output)
  func append(text: RawSpan, to output: inout OutputSpan<UInt8>) {
    output.append(UInt8(ascii: "\""))
    var plainStart = 0
    var position = firstEscaped(text, from: 0)
    while position < text.byteCount {
      output.append(text.extracting(plainStart..<position))
      appendEscape(text.byte(position), to: &output)
      plainStart = position + 1
      position = firstEscaped(text, from: plainStart)
    }
    output.append(text.extracting(plainStart..<position))
    output.append(UInt8(ascii: "\""))
  }

  /// The first byte at or after `start` that has to be escaped, or the text's end.
  private func firstEscaped(_ text: RawSpan, from start: Int) -> Int {
    var position = start
    while position + 8 <= text.byteCount {
      // The loop's condition is the bounds check.
      let word = unsafe text.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
      let hits = ByteMask.jsonEscaped(UInt64(littleEndian: word))
      if hits != 0 { return position + hits.trailingZeroBitCount >> 3 }
      position += 8
    }
    while position < text.byteCount {
      let byte = text.byte(position)
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      position += 1
    }
    return position
  }

  @_lifetime(output: copy output)
  private func appendEscape(_ byte: UInt8, to output: inout OutputSpan<UInt8>) {
    switch byte {
    case 0x08: output.append("\\b" as StaticString)
    case 0x09: output.append("\\t" as StaticString)
    case 0x0A: output.append("\\n" as StaticString)
    case 0x0C: output.append("\\f" as StaticString)
    case 0x0D: output.append("\\r" as StaticString)
    case 0..<0x20:
      output.append("\\u00" as StaticString)
      output.append(UInt8(ascii: "0") + byte >> 4)
      output.append(byte & 0xF < 10 ? UInt8(ascii: "0") + byte & 0xF : UInt8(ascii: "a") + byte & 0xF - 10)
    default:
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    }
  }
}
