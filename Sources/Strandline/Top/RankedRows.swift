import StrandlineBytes

/// A row that is among the first of its group.
struct RankedRow: Sendable, Hashable {
  /// Bytes whose order is that of the rows.
  var order: [UInt8]
  var time: Int64
  /// What orders rows of one time.
  var ordinal: Int64
  /// The row as bytes.
  var bytes: [UInt8]

  static func isBefore(_ left: RankedRow, _ right: RankedRow) -> Bool {
    if left.order != right.order { return left.order.lexicographicallyPrecedes(right.order) }
    return (left.time, left.ordinal) < (right.time, right.ordinal)
  }
}

/// The first rows of a group.
enum RankedRows {
  static func encode(_ rows: [RankedRow]) -> [UInt8] {
    var writer = ByteWriter()
    for row in rows {
      writer.blob(row.order)
      writer.zigzag(row.time)
      writer.zigzag(row.ordinal)
      writer.blob(row.bytes)
    }
    return writer.bytes
  }

  static func decode(_ bytes: [UInt8]) throws(BytesError) -> [RankedRow] {
    // Unsafe: only because any type can have bytes; these are bytes.
    var reader = unsafe ByteReader(bytes.span.bytes)
    var rows: [RankedRow] = []
    while reader.remaining > 0 {
      rows.append(
        RankedRow(
          order: try reader.blob(limit: reader.remaining), time: try reader.zigzag(), ordinal: try reader.zigzag(),
          bytes: try reader.blob(limit: reader.remaining)))
    }
    return rows
  }

  /// Puts a row in its place, behind those of the same rank, and drops what is beyond the first ones. Linear in the rows.
  ///
  /// - Returns: whether the row is among the first.
  static func insert(_ row: RankedRow, into rows: inout [RankedRow], limit: Int) -> Bool {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if RankedRow.isBefore(row, rows[middle]) { high = middle } else { low = middle + 1 }
    }
    guard low < limit else { return false }
    rows.insert(row, at: low)
    if rows.count > limit { rows.removeLast() }
    return true
  }
}
