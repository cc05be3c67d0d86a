public import StrandlineColumns

/// The keys of some rows as a table holds them: one column, and a hash per row.
public struct KeyBatch: Sendable {
  /// The keys: words, texts, or tuples as bytes. Only a key of a single column has nulls.
  public private(set) var column: Column
  /// A hash per row.
  public private(set) var hashes: [UInt64] = []
  /// What made the hashes.
  let hasher: KeyHasher

  /// The keys of a layout from its key columns, which have `rows` values each.
  public init(_ layout: KeyLayout, _ columns: [Column], rows: Int, hasher: KeyHasher) {
    switch layout {
    case .word(.double): column = Self.canonical(columns[0])
    case .word, .text: column = columns[0]
    case .tuple: column = KeyTuple.encode(columns, rows: rows)
    }
    self.hasher = hasher
    hasher.hash(column, into: &hashes)
  }

  /// Keys that already are in a table's form, with their hashes.
  init(_ column: Column, hashes: [UInt64], hasher: KeyHasher) {
    self.column = column
    self.hashes = hashes
    self.hasher = hasher
  }

  /// Keys that already are in a table's form.
  public init(encoded column: Column, hasher: KeyHasher) {
    self.column = column
    self.hasher = hasher
    hasher.hash(column, into: &hashes)
  }

  /// Takes the half of each hash that chooses the shard from the first columns of a tuple alone, as keys of their own: so all
  /// keys that begin alike are in one shard, and so is that beginning where it is a key.
  ///
  /// - Throws: `StateError` `.malformed` when a key is no tuple of those types.
  mutating func shard(byFirst count: Int, of types: [ColumnType], hasher: KeyHasher) throws(StateError) {
    let column = column
    // Bytes of UInt8 values have no padding.
    let bytes = unsafe column.bytes.span.bytes
    for row in hashes.indices {
      let (start, end) = (Int(column.offsets[row]), Int(column.offsets[row + 1]))
      let prefix = try KeyTuple.end(ofFirst: count, of: types, column.bytes, start, end)
      let own =
        count == 1
        ? try KeyTuple.hash(ofOne: types[0], column.bytes, start, prefix, hasher) : hasher.hash(bytes, start, prefix)
      let half = own & ~0xFFFF_FFFF
      hashes[row] = hashes[row] & 0xFFFF_FFFF | half
    }
  }

  /// The number of keys.
  public var count: Int { hashes.count }

  /// The keys at those rows. Linear in them.
  public func gathered(_ rows: [Int32]) -> KeyBatch {
    let all = hashes.span
    let gathered = [UInt64](capacity: rows.count) { output in
      for row in rows { output.append(all[Int(row)]) }
    }
    return KeyBatch(column.gathered(rows), hashes: gathered, hasher: hasher)
  }

  private static func canonical(_ column: Column) -> Column {
    var column = column
    for row in column.words.indices { column.words[row] = KeyOrder.canonical(column.words[row], .double) }
    return column
  }
}
