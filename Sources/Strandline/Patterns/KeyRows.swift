import StrandlineBytes
import StrandlineState

/// A row of a key that waits for the watermark, or that beginnings of sequences have taken.
struct KeptRow: Sendable {
  var time: Int64
  /// What orders rows of one time.
  var ordinal: Int64
  /// A bit for each element of the pattern whose condition the row fulfils.
  var mask: UInt64
  /// The row as bytes.
  var bytes: [UInt8]
}

/// What is kept of a key: rows that wait, beginnings of sequences, and the rows that these have taken.
struct KeyMatches: Sendable {
  /// Rows that the watermark hasn't passed, in the order of their arrival.
  var waiting: [KeptRow] = []
  /// The number that the next row gets.
  var next: Int64 = 0
  /// The rows that were taken, by their numbers.
  var taken: [Int64: KeptRow] = [:]
  /// The beginnings of sequences.
  var partial = Beginnings()

  /// Whether there is anything that the future depends on.
  var isEmpty: Bool { waiting.isEmpty && partial.matches.isEmpty }

  /// The watermark at which there is something to do for the key.
  func wakes(within: Int64?) -> Int64 {
    let rows = waiting.reduce(Int64.max) { min($0, $1.time &+ 1) }
    guard let within else { return rows }
    return partial.matches.reduce(rows) { min($0, $1.start &+ within) }
  }

  /// Forgets the rows that no beginning has taken. Linear in what is kept.
  mutating func forgetRows() {
    partial.compact()
    let used = partial.rows
    if used.count < taken.count { taken = taken.filter { used.contains($0.key) } }
  }

  // MARK: Bytes

  /// The rows that wait, as bytes.
  var waitingBytes: [UInt8] {
    var writer = ByteWriter()
    for row in waiting { Self.write(row, into: &writer) }
    return writer.bytes
  }

  /// The beginnings and their rows, as bytes; none where there are none, and rows have no number yet that matters.
  var partialBytes: [UInt8] {
    if partial.matches.isEmpty { return [] }
    var writer = ByteWriter()
    writer.varint(UInt64(next))
    writer.varint(UInt64(taken.count))
    for (number, row) in taken.sorted(by: { $0.key < $1.key }) {
      writer.varint(UInt64(number))
      Self.write(row, into: &writer)
    }
    writer.varint(UInt64(partial.matches.count))
    for match in partial.matches {
      let taken = partial.taken(match)
      writer.zigzag(match.start)
      writer.varint(match.open)
      writer.varint(UInt64(taken.count))
      for row in taken {
        writer.varint(UInt64(row.element))
        writer.varint(UInt64(row.row))
      }
    }
    return writer.bytes
  }

  private static func write(_ row: KeptRow, into writer: inout ByteWriter) {
    writer.zigzag(row.time)
    writer.zigzag(row.ordinal)
    writer.varint(row.mask)
    writer.blob(row.bytes)
  }

  private static func read(_ reader: inout ByteReader) throws(BytesError) -> KeptRow {
    KeptRow(
      time: try reader.zigzag(), ordinal: try reader.zigzag(), mask: try reader.varint(),
      bytes: try reader.blob(limit: reader.remaining))
  }

  init() {}

  /// Reads what was kept.
  ///
  /// - Parameter elements: the number of the pattern's elements.
  /// - Throws: `BytesError` for bytes that are none of that.
  init(waiting: [UInt8], partial bytes: [UInt8], elements: Int) throws(BytesError) {
    // Unsafe: only because any type can have bytes; these are bytes.
    var reader = unsafe ByteReader(waiting.span.bytes)
    while reader.remaining > 0 { self.waiting.append(try Self.read(&reader)) }
    if bytes.isEmpty { return }
    // Unsafe: as above.
    reader = unsafe ByteReader(bytes.span.bytes)
    next = Int64(try reader.count(limit: 1 << 62))
    for _ in 0..<(try reader.count(limit: reader.remaining)) {
      let number = Int64(try reader.count(limit: 1 << 62))
      taken[number] = try Self.read(&reader)
    }
    var path: [PartialMatch] = []
    for _ in 0..<(try reader.count(limit: reader.remaining)) {
      let (start, open) = (try reader.zigzag(), try reader.varint())
      var shared = 0
      var rows: [TakenRow] = []
      for _ in 0..<(try reader.count(limit: reader.remaining)) {
        let row = TakenRow(
          element: try reader.count(limit: elements - 1), row: Int64(try reader.count(limit: 1 << 62)))
        if rows.isEmpty, shared < path.count, path[shared].last == row {
          shared += 1
          continue
        }
        guard taken[row.row] != nil else {
          throw BytesError(.malformed, "a sequence has taken a row that isn't kept", offset: reader.offset)
        }
        rows.append(row)
      }
      if shared + rows.count == 0 { throw BytesError(.malformed, "a sequence has no row", offset: reader.offset) }
      path.removeLast(path.count - shared)
      partial.append(rows, behind: &path, start: start, open: open)
    }
    try reader.finish()
  }
}
