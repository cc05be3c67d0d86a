public import StrandlineColumns

/// The encoding of several key columns as one byte string per row, whose bytewise order is the columns' order.
///
/// Per column: `0` for a null, else `1` and the value: a fixed-width value as eight big-endian bytes with the sign turned,
/// a text as its bytes with `00` written as `00 FF` and `00 00` at the end.
public enum KeyTuple {
  /// Encodes the rows of key columns of one length. Linear in the bytes written.
  ///
  /// - Parameter rows: the number of rows, which no columns can't tell.
  public static func encode(_ columns: [Column], rows: Int) -> Column {
    var out = Column(.string, capacity: rows)
    for row in 0..<rows {
      for column in columns {
        if column.isNull(row) {
          out.bytes.append(0)
          continue
        }
        out.bytes.append(1)
        if column.type == .string {
          for position in Int(column.offsets[row])..<Int(column.offsets[row + 1]) {
            let byte = column.bytes[position]
            out.bytes.append(byte)
            if byte == 0 { out.bytes.append(0xFF) }
          }
          out.bytes.append(0)
          out.bytes.append(0)
        } else {
          append(sortable: KeyOrder.sortable(column.words[row], column.type), to: &out)
        }
      }
      out.endText()
    }
    return out
  }

  private static func append(sortable word: Int64, to out: inout Column) {
    let bits = UInt64(bitPattern: word) ^ 1 << 63
    for shift in stride(from: 56, through: 0, by: -8) {
      out.bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
  }

  /// Adds one more value, an int64 or a timestamp, to the tuple whose bytes come last.
  static func append(word: Int64, to out: inout Column) {
    out.bytes.append(1)
    append(sortable: word, to: &out)
  }

  /// The bytes of a tuple without its last value, and that value, an int64 or a timestamp that isn't null.
  static func lastWord(_ tuple: [UInt8]) -> (rest: [UInt8], word: Int64) {
    let bits = tuple.suffix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
    return (Array(tuple.dropLast(9)), Int64(bitPattern: bits ^ 1 << 63))
  }

  /// Decodes tuples into key columns of those types.
  ///
  /// - Throws: `StateError` `.malformed` when bytes are not a tuple of those types.
  public static func decode(_ tuples: Column, types: [ColumnType]) throws(StateError) -> [Column] {
    var columns = types.map { Column($0, capacity: tuples.count) }
    for row in 0..<tuples.count {
      var position = Int(tuples.offsets[row])
      let end = Int(tuples.offsets[row + 1])
      for index in types.indices {
        try decodeOne(tuples.bytes, &position, end, &columns[index])
      }
      guard position == end else { throw malformed }
    }
    return columns
  }

  /// Where the first columns of the tuple in `start..<end` end.
  ///
  /// - Throws: `StateError` `.malformed` when the tuple has fewer.
  static func end(
    ofFirst count: Int, of types: [ColumnType], _ bytes: [UInt8], _ start: Int, _ end: Int
  ) throws(StateError) -> Int {
    var position = start
    for type in types.prefix(count) {
      guard position < end else { throw malformed }
      position += 1
      if bytes[position - 1] == 0 { continue }
      if type != .string {
        position += 8
      } else {
        // A zero byte of a text has FF behind it; two zero bytes end it.
        while position + 1 < end, bytes[position] != 0 || bytes[position + 1] != 0 {
          position += bytes[position] == 0 ? 2 : 1
        }
        position += 2
      }
      guard position <= end else { throw malformed }
    }
    return position
  }

  /// The hash that the one value of a tuple in `start..<end` has as a key of its own. Linear in its bytes.
  ///
  /// - Throws: `StateError` `.malformed` when it is no value of that type.
  static func hash(
    ofOne type: ColumnType, _ bytes: [UInt8], _ start: Int, _ end: Int, _ hasher: KeyHasher
  ) throws(StateError) -> UInt64 {
    guard start < end else { throw malformed }
    if bytes[start] == 0 { return hasher.nullHash }
    if type != .string {
      guard end - start == 9 else { throw malformed }
      var bits: UInt64 = 0
      for position in start + 1..<end { bits = bits << 8 | UInt64(bytes[position]) }
      return hasher.hash(word: KeyOrder.word(ofSortable: Int64(bitPattern: bits ^ 1 << 63), type))
    }
    guard end - start >= 3 else { throw malformed }
    let text = start + 1..<end - 2
    guard bytes[text].contains(0) else {
      // Bytes of UInt8 values have no padding.
      return hasher.hash(unsafe bytes.span.bytes, text.lowerBound, text.upperBound)
    }
    var own: [UInt8] = []
    for position in text where bytes[position] != 0xFF || bytes[position - 1] != 0 || position == text.lowerBound {
      own.append(bytes[position])
    }
    // As above.
    return hasher.hash(unsafe own.span.bytes, 0, own.count)
  }

  private static var malformed: StateError {
    StateError(.malformed, "a key is not a tuple of the plan's key columns")
  }

  private static func decodeOne(
    _ bytes: [UInt8], _ position: inout Int, _ end: Int, _ column: inout Column
  ) throws(StateError) {
    guard position < end else { throw malformed }
    let tag = bytes[position]
    position += 1
    if tag == 0 {
      column.appendNull()
      return
    }
    guard tag == 1 else { throw malformed }
    if column.type != .string {
      guard end - position >= 8 else { throw malformed }
      var bits: UInt64 = 0
      for _ in 0..<8 {
        bits = bits << 8 | UInt64(bytes[position])
        position += 1
      }
      column.append(word: KeyOrder.word(ofSortable: Int64(bitPattern: bits ^ 1 << 63), column.type))
      return
    }
    while true {
      guard position < end else { throw malformed }
      let byte = bytes[position]
      position += 1
      if byte != 0 {
        column.bytes.append(byte)
        continue
      }
      guard position < end else { throw malformed }
      let escape = bytes[position]
      position += 1
      if escape == 0 { break }
      guard escape == 0xFF else { throw malformed }
      column.bytes.append(0)
    }
    column.endText()
  }
}

/// The order of fixed-width values as signed words.
public enum KeyOrder {
  /// A word whose signed order is the order of the values of that type.
  ///
  /// A double's negative values run backwards as bit patterns, so their lower 63 bits are turned; every NaN is one value,
  /// above all others, and −0 is 0.
  @inline(__always)
  public static func sortable(_ word: Int64, _ type: ColumnType) -> Int64 {
    guard type == .double else { return word }
    let canonical = canonical(word, type)
    return canonical < 0 ? canonical ^ Int64.max : canonical
  }

  /// The word of which that is the sortable form.
  @inline(__always)
  public static func word(ofSortable word: Int64, _ type: ColumnType) -> Int64 {
    type == .double && word < 0 ? word ^ Int64.max : word
  }

  /// The one word that stands for all words of an equal value: −0 becomes 0, and every NaN the same one.
  @inline(__always)
  public static func canonical(_ word: Int64, _ type: ColumnType) -> Int64 {
    guard type == .double else { return word }
    let value = Double(bitPattern: UInt64(bitPattern: word))
    if value.isNaN { return Int64(bitPattern: Double.nan.bitPattern) }
    return value == 0 ? 0 : word
  }
}
