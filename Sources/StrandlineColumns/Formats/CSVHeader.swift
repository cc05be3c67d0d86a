/// The column names in the first line of a CSV stream.
struct CSVHeader {
  /// The names in the order of the fields.
  var names: [String]
  /// The position after the header's line end.
  var end: Int

  /// The header at the beginning of `buffer`, or nil when it isn't whole; with `atEnd` it may lack its line end.
  ///
  /// - Throws: a `ColumnsError` for quotes out of place and for invalid UTF-8.
  static func read(
    _ buffer: RawSpan, delimiter: UInt8, atEnd: Bool
  ) throws(ColumnsError) -> CSVHeader? {
    var reader = Reader(buffer, delimiter: delimiter)
    var names: [String] = []
    while true {
      guard let field = try reader.field(atEnd: atEnd) else { return nil }
      guard let name = String(validating: field.text, as: UTF8.self) else {
        throw ColumnsError(.malformed, "the CSV header is not valid UTF-8")
      }
      names.append(name)
      if field.isLast { return CSVHeader(names: names, end: reader.position) }
    }
  }

  /// Per field of a row, the column of `schema` that it fills, or -1.
  ///
  /// - Throws: a `ColumnsError` when a wanted column is not there, or more than once.
  static func targets(of names: [String], for schema: Schema) throws(ColumnsError) -> [Int32] {
    var targets = [Int32](repeating: -1, count: names.count)
    for (column, field) in schema.fields.enumerated() {
      let places = names.indices.filter { names[$0].utf8.elementsEqual(field.name.utf8) }
      guard let place = places.first else {
        throw ColumnsError(
          .unknownColumn, "the CSV header has no column \(field.name); it has \(names.joined(separator: ", "))",
          column: field.name)
      }
      guard places.count == 1 else {
        throw ColumnsError(.malformed, "the CSV header has column \(field.name) more than once", column: field.name)
      }
      targets[place] = Int32(column)
    }
    return targets
  }

  /// Fields one by one, without haste.
  private struct Reader: ~Escapable {
    let buffer: RawSpan
    let delimiter: UInt8
    var position: Int

    @_lifetime(copy buffer)
    init(_ buffer: RawSpan, delimiter: UInt8) {
      self.buffer = buffer
      self.delimiter = delimiter
      // A mark that is cut ends the buffer, so that the header isn't whole anyway.
      position = buffer.byteOrderMark(atEnd: true, at: 0) ?? 0
    }

    /// The next field and whether the line ends with it, or nil when the buffer ends first.
    @_lifetime(self: copy self)
    mutating func field(atEnd: Bool) throws(ColumnsError) -> (text: [UInt8], isLast: Bool)? {
      var text: [UInt8] = []
      let isQuoted = position < buffer.byteCount && buffer.byte(position) == UInt8(ascii: "\"")
      if isQuoted {
        position += 1
        guard try takeQuoted(&text, atEnd: atEnd) else { return nil }
      }
      while position < buffer.byteCount {
        let byte = buffer.byte(position)
        position += 1
        if byte == delimiter { return (text, false) }
        if byte == UInt8(ascii: "\n") { return (withoutReturn(text, isQuoted), true) }
        let isReturn = byte == UInt8(ascii: "\r")
        if byte == UInt8(ascii: "\"") || (isQuoted && !isReturn) {
          throw ColumnsError(.malformed, "a quote is out of place in the CSV header")
        }
        if !isQuoted { text.append(byte) }
      }
      return atEnd ? (withoutReturn(text, isQuoted), true) : nil
    }

    /// Takes the text up to the closing quote; false when more bytes are needed to know where that is.
    @_lifetime(self: copy self)
    private mutating func takeQuoted(_ text: inout [UInt8], atEnd: Bool) throws(ColumnsError) -> Bool {
      while position < buffer.byteCount {
        let byte = buffer.byte(position)
        if byte == UInt8(ascii: "\"") {
          guard position + 1 < buffer.byteCount else {
            position += 1
            return atEnd
          }
          if buffer.byte(position + 1) != UInt8(ascii: "\"") {
            position += 1
            return true
          }
          position += 1
        }
        text.append(byte)
        position += 1
      }
      if atEnd { throw ColumnsError(.malformed, "a quoted name in the CSV header is not closed") }
      return false
    }

    private func withoutReturn(_ text: [UInt8], _ isQuoted: Bool) -> [UInt8] {
      !isQuoted && text.last == UInt8(ascii: "\r") ? Array(text.dropLast()) : text
    }
  }
}
