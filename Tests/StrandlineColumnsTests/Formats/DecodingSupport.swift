import StrandlineColumns

/// Rows and error rows as plain values.
struct Decoded: Equatable {
  /// Per row and column the value as text, nil for null.
  var rows: [[String?]] = []
  var errors: [RowError] = []
}

/// The values of a batch as text.
func values(_ batch: ColumnBatch) -> [[String?]] {
  (0..<batch.count).map { row in
    batch.columns.map { column in
      if column.isNull(row) { return nil }
      switch column.type {
      case .string: return column.text(row)
      case .int64, .timestamp: return String(column.words[row])
      case .double: return Double(bitPattern: UInt64(bitPattern: column.words[row])).description
      case .bool: return column.words[row] == 0 ? "false" : "true"
      }
    }
  }
}

/// Decodes bytes that stand in one buffer.
func decode<Decoder: LineDecoder>(_ bytes: [UInt8], by decoder: Decoder) throws -> Decoded {
  try decode(bytes, by: decoder, readSizes: [bytes.count])
}

func decode<Decoder: LineDecoder>(_ text: String, by decoder: Decoder) throws -> Decoded {
  try decode(Array(text.utf8), by: decoder)
}

/// Decodes bytes as a reader does that gets them bit by bit: it keeps what was not consumed and adds what comes next.
///
/// - Parameters:
///   - readSizes: how many bytes each read adds; the last one counts again and again.
///   - maximumRows: for each call of the decoder.
func decode<Decoder: LineDecoder>(
  _ bytes: [UInt8], by decoder: Decoder, readSizes: [Int], maximumRows: Int = .max
) throws -> Decoded {
  var decoder = decoder
  var result = Decoded()
  var batch = ColumnBatch(decoder.schema)
  // The arrays outlive their spans.
  guard let header = try unsafe decoder.readHeader(bytes.span.bytes, atEnd: true) else {
    throw ColumnsError(.malformed, "a header that is never whole")
  }
  var buffer: [UInt8] = []
  var baseOffset = header
  var end = header
  var reads = readSizes[...]
  while true {
    let size = reads.count > 1 ? reads.removeFirst() : reads[reads.startIndex]
    let next = min(bytes.count, end + max(1, size))
    buffer += bytes[end..<next]
    end = next
    var position = 0
    while true {
      let used = unsafe decoder.decode(
        buffer.span.bytes, from: position, baseOffset: baseOffset, atEnd: end == bytes.count, maximumRows: maximumRows,
        into: &batch, errors: &result.errors)
      if used == position && batch.count == 0 { break }
      position = used
      result.rows += values(batch)
      batch.removeAll()
    }
    buffer.removeFirst(position)
    baseOffset += position
    if end == bytes.count {
      if !buffer.isEmpty { throw ColumnsError(.malformed, "\(buffer.count) bytes are left over") }
      return result
    }
  }
}

/// A generator whose numbers follow from a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
