import StrandlineBytes
import StrandlineColumns

/// Groups of one pane as bytes: the unit of snapshots and deltas.
///
/// Layout: pane (zigzag), number of groups (varint), position of the null key plus one (varint, 0 for none), the keys,
/// the words of each column (`WordColumn`), the bytes of each blob column. Word keys are one `WordColumn`; texts, tuples and
/// blobs are their lengths as a `WordColumn` and then their bytes.
struct PaneBlock {
  var pane: Int64
  var keys: Column
  var words: [[Int64]]
  var blobs: [[[UInt8]]] = []

  func encode(into writer: inout ByteWriter) {
    let null = keys.hasNulls ? (0..<keys.count).first { keys.isNull($0) } : nil
    Self.encode(pane, keys, null: null, words, blobs, 0..<keys.count, into: &writer)
  }

  /// Encodes a run of a table's groups. Linear in them.
  static func encode(_ table: GroupTable, _ range: Range<Int>, pane: Int64, into writer: inout ByteWriter) {
    guard let live = table.live(in: range) else {
      return encode(pane, table.keys, null: table.nullGroup, table.words, table.blobs, range, into: &writer)
    }
    PaneBlock(
      pane: pane, keys: table.keys(of: live), words: table.words.map { column in live.map { column[Int($0)] } },
      blobs: table.blobs.map { column in live.map { column[Int($0)] } }
    ).encode(into: &writer)
  }

  private static func encode(
    _ pane: Int64, _ keys: Column, null: Int?, _ words: [[Int64]], _ blobs: [[[UInt8]]], _ range: Range<Int>,
    into writer: inout ByteWriter
  ) {
    writer.zigzag(pane)
    writer.varint(UInt64(range.count))
    let place = null.map { range.contains($0) ? $0 - range.lowerBound + 1 : 0 }
    writer.varint(UInt64(place ?? 0))
    if keys.type == .string {
      let lengths = [Int64](capacity: range.count) { output in
        for row in range { output.append(Int64(keys.offsets[row + 1] &- keys.offsets[row])) }
      }
      WordColumn.encode(lengths.span, into: &writer)
      let bytes = Int(keys.offsets[range.lowerBound])..<Int(keys.offsets[range.upperBound])
      writer.raw(keys.bytes.span.extracting(bytes))
    } else {
      WordColumn.encode(keys.words.span.extracting(range), into: &writer)
    }
    for column in words { WordColumn.encode(column.span.extracting(range), into: &writer) }
    for column in blobs {
      let lengths = column[range].map { Int64($0.count) }
      WordColumn.encode(lengths.span, into: &writer)
      for blob in column[range] { writer.raw(blob) }
    }
  }

  /// Decodes a block. What it allocates is bounded by the bytes that are there.
  static func decode(
    _ reader: inout ByteReader, keyType: ColumnType, width: Int, blobs blobCount: Int
  ) throws(BytesError) -> PaneBlock {
    let pane = try reader.zigzag()
    guard PaneRule.range.contains(pane) else {
      throw BytesError(.malformed, "a pane lies outside event time", offset: reader.offset)
    }
    let count = try reader.count(limit: reader.remaining)
    let null = try reader.count(limit: count) - 1
    let start = reader.offset
    let keys = try decodeKeys(&reader, keyType, count, null)
    // Keys that differ take a byte each, but for the null and one of no length, which the head of the column outweighs:
    // so all blocks together hold no more groups than bytes.
    guard reader.offset - start >= count else {
      throw BytesError(.malformed, "\(count) keys in \(reader.offset - start) bytes", offset: start)
    }
    var words: [[Int64]] = []
    for _ in 0..<width { words.append(try WordColumn.decode(&reader, count: count)) }
    var blobs: [[[UInt8]]] = []
    for _ in 0..<blobCount {
      var column: [[UInt8]] = []
      for length in try WordColumn.decode(&reader, count: count) {
        guard length >= 0 && length <= reader.remaining else {
          throw BytesError(.truncated, "a value of \(length) bytes ends early", offset: reader.offset)
        }
        column.append(try reader.raw(Int(length)))
      }
      blobs.append(column)
    }
    return PaneBlock(pane: pane, keys: keys, words: words, blobs: blobs)
  }

  private static func decodeKeys(
    _ reader: inout ByteReader, _ type: ColumnType, _ count: Int, _ null: Int
  ) throws(BytesError) -> Column {
    let words = try WordColumn.decode(&reader, count: count)
    var keys = Column(type, capacity: count)
    if type != .string {
      if null < 0 { return Column(type, words: words) }
      for (row, word) in words.enumerated() {
        if row == null { keys.appendNull() } else { keys.append(word: word) }
      }
      return keys
    }
    for (row, length) in words.enumerated() {
      guard length >= 0 && length <= reader.remaining && keys.bytes.count + Int(length) <= Int(Int32.max) else {
        throw BytesError(.truncated, "a key of \(length) bytes ends early", offset: reader.offset)
      }
      if row == null {
        keys.appendNull()
      } else {
        keys.append(utf8: Span<UInt8>(_bytes: try reader.rawSpan(Int(length))))
      }
    }
    return keys
  }
}
