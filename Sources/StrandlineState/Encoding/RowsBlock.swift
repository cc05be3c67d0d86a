public import StrandlineBytes
public import StrandlineColumns

/// Rows as a block of bytes, with all that goes with them: how they are kept outside of memory while a process runs.
///
/// Layout: number of rows (varint), whether they have times (u8), for each column its nulls (their number as a varint, their places as a
/// `WordColumn`) and then its words as one, or the lengths of its texts as one and their bytes; then times and marks, if there are
/// any, and ordinals, a `WordColumn` each. It isn't a format of stores: only the process that wrote a block reads it.
public struct RowsBlock: Sendable {
  /// The rows.
  public var columns: ColumnBatch
  /// Their event times; empty in a stream without.
  public var times: [Int64]
  /// Their marks; empty in a stream without event time.
  public var marks: [Int64]
  /// What orders rows of equal keys and times.
  public var ordinals: [Int64]

  /// Rows with what goes with them.
  public init(_ columns: ColumnBatch, times: [Int64], marks: [Int64], ordinals: [Int64]) {
    precondition(columns.count == ordinals.count && times.count == marks.count, "of the same rows")
    precondition(times.isEmpty || times.count == ordinals.count, "of the same rows")
    (self.columns, self.times, self.marks, self.ordinals) = (columns, times, marks, ordinals)
  }

  /// No rows.
  public init(_ schema: Schema) {
    self.init(ColumnBatch(schema), times: [], marks: [], ordinals: [])
  }

  /// The number of rows.
  public var count: Int { ordinals.count }

  /// Bytes of the values, without unused capacity.
  public var bytes: Int {
    columns.columns.reduce(0) { $0 + $1.words.count * 8 + $1.bytes.count + $1.offsets.count * 4 } + times.count * 16
      + ordinals.count * 8
  }

  /// Adds rows at the end.
  public mutating func append(_ other: RowsBlock) {
    columns.append(contentsOf: other.columns)
    times += other.times
    marks += other.marks
    ordinals += other.ordinals
  }

  /// Those rows, in that order.
  public func gathered(_ rows: [Int32]) -> RowsBlock {
    RowsBlock(
      ColumnBatch(columns.schema, columns: columns.columns.map { $0.gathered(rows) }),
      times: times.isEmpty ? [] : times.gathered(rows), marks: marks.isEmpty ? [] : marks.gathered(rows),
      ordinals: ordinals.gathered(rows))
  }

  /// Encodes the block. Linear in its bytes.
  public func encode(into writer: inout ByteWriter) {
    writer.varint(UInt64(count))
    writer.uint8(times.isEmpty ? 0 : 1)
    for column in columns.columns {
      let nulls = column.hasNulls ? (0..<count).filter { column.isNull($0) }.map { Int64($0) } : []
      writer.varint(UInt64(nulls.count))
      if !nulls.isEmpty { WordColumn.encode(nulls.span, into: &writer) }
      if column.type == .string {
        let lengths = (0..<count).map { Int64(column.offsets[$0 + 1] &- column.offsets[$0]) }
        WordColumn.encode(lengths.span, into: &writer)
        writer.raw(column.bytes)
      } else {
        WordColumn.encode(column.words.span, into: &writer)
      }
    }
    if !times.isEmpty {
      WordColumn.encode(times.span, into: &writer)
      WordColumn.encode(marks.span, into: &writer)
    }
    WordColumn.encode(ordinals.span, into: &writer)
  }

  /// Decodes a block, and nothing else.
  ///
  /// What it allocates is bounded by what the bytes can hold: at most eight bytes for a row of each column that takes none.
  ///
  /// - Throws: `BytesError` when the bytes are no block of such rows.
  public init(decoding bytes: RawSpan, schema: Schema) throws(BytesError) {
    var reader = ByteReader(bytes)
    let count = try reader.count(limit: Self.mostRows)
    let isTimed = try reader.uint8() != 0
    var columns: [Column] = []
    for field in schema.fields { columns.append(try Self.column(&reader, field.type, count)) }
    times = isTimed ? try WordColumn.decode(&reader, count: count) : []
    marks = isTimed ? try WordColumn.decode(&reader, count: count) : []
    ordinals = try WordColumn.decode(&reader, count: count)
    self.columns = ColumnBatch(schema, columns: columns)
    try reader.finish()
  }

  /// More rows than a block is ever made of.
  private static let mostRows = 1 << 24

  private static func column(
    _ reader: inout ByteReader, _ type: ColumnType, _ count: Int
  ) throws(BytesError) -> Column {
    var validity: Bitmap?
    let nulls = try reader.count(limit: count)
    if nulls > 0 {
      var bits = Bitmap(repeating: true, count: count)
      for place in try WordColumn.decode(&reader, count: nulls) {
        guard place >= 0 && place < count else {
          throw BytesError(.malformed, "a null outside of its column", offset: reader.offset)
        }
        bits[Int(place)] = false
      }
      validity = bits
    }
    let words = try WordColumn.decode(&reader, count: count)
    if type != .string { return Column(type, words: words, validity: validity) }
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(count + 1)
    var end: Int64 = 0
    for length in words {
      guard length >= 0 && length <= Int64(reader.remaining) - end && end + length <= Int64(Int32.max) else {
        throw BytesError(.truncated, "a text of \(length) bytes ends early", offset: reader.offset)
      }
      end += length
      offsets.append(Int32(end))
    }
    return Column(text: try reader.raw(Int(end)), offsets: offsets, validity: validity)
  }
}
