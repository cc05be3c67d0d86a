public import StrandlineBytes
public import StrandlineColumns

/// Rows as bytes, for operators that keep whole rows.
///
/// Layout: a bit per column, set where the value is null, in as many bytes as it takes, lowest bit first; then each value
/// that is there: `int64` and `timestamp` as a zigzag varint, `double` as eight bytes, `bool` as one, text as its length and its
/// UTF-8.
public struct RowBlob: Sendable, Hashable {
  /// The types of the columns.
  public let types: [ColumnType]

  /// Rows with columns of those types.
  public init(_ types: [ColumnType]) {
    self.types = types
  }

  /// Rows of a schema.
  public init(_ schema: Schema) {
    self.init(schema.fields.map(\.type))
  }

  /// Adds the bytes of a row of those columns.
  public func encode(_ columns: [Column], row: Int, into writer: inout ByteWriter) {
    precondition(columns.count == types.count, "a column for each type")
    for start in stride(from: 0, to: types.count, by: 8) {
      var bits: UInt8 = 0
      for index in start..<min(start + 8, types.count) where columns[index].isNull(row) {
        bits |= 1 << UInt8(index - start)
      }
      writer.uint8(bits)
    }
    for (type, column) in zip(types, columns) where !column.isNull(row) {
      switch type {
      case .int64, .timestamp: writer.zigzag(column.words[row])
      case .double: writer.int64(column.words[row])
      case .bool: writer.uint8(column.words[row] == 0 ? 0 : 1)
      case .string:
        let bytes = Int(column.offsets[row])..<Int(column.offsets[row + 1])
        writer.varint(UInt64(bytes.count))
        writer.raw(column.bytes.span.extracting(bytes))
      }
    }
  }

  /// The bytes of each of those rows.
  public func encode(_ columns: [Column], rows: [Int32]) -> [[UInt8]] {
    var writer = ByteWriter()
    return rows.map { row in
      writer.removeAll(keepingCapacity: true)
      encode(columns, row: Int(row), into: &writer)
      return writer.bytes
    }
  }

  /// Empty columns, to be decoded into.
  public var columns: [Column] { types.map { Column($0) } }

  /// Appends the row that those bytes are to columns.
  ///
  /// - Throws: `StateError` `.malformed` when they are no row of those types, and nothing else.
  public func decode(_ bytes: [UInt8], into columns: inout [Column]) throws(StateError) {
    var reader = ByteReader(bytes.span.rawSpan)
    try decode(&reader, into: &columns)
    guard reader.remaining == 0 else { throw StateError(.malformed, "there is more behind a row than its columns") }
  }

  /// Appends the next row of a reader to columns.
  ///
  /// - Throws: `StateError` `.malformed` when the bytes are no row of those types.
  public func decode(_ reader: inout ByteReader, into columns: inout [Column]) throws(StateError) {
    do {
      var nulls: [UInt8] = []
      for _ in 0..<(types.count + 7) / 8 { nulls.append(try reader.uint8()) }
      for (index, type) in types.enumerated() {
        if nulls[index >> 3] >> UInt8(index & 7) & 1 != 0 {
          columns[index].appendNull()
          continue
        }
        switch type {
        case .int64, .timestamp: columns[index].append(word: try reader.zigzag())
        case .double: columns[index].append(word: try reader.int64())
        case .bool:
          let value = try reader.uint8()
          guard value < 2 else { throw BytesError(.malformed, "a bool is \(value)", offset: reader.offset) }
          columns[index].append(word: Int64(value))
        case .string: columns[index].append(try reader.string(limit: reader.remaining))
        }
      }
    } catch {
      throw StateError(.malformed, "bytes are not a row of the plan: \(error)")
    }
  }
}
