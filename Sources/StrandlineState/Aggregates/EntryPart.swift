public import StrandlineColumns

/// One column of an entry, and which way it is ordered.
///
/// Its bytes are ordered as its values are: a fixed-width value is eight big-endian bytes with the sign turned, a text is its
/// bytes with `00` written as `00 FF` and `00 00` at the end. Descending, every bit is turned. No value's bytes begin with
/// those of another, so several parts one after another are ordered by the first one that differs.
public struct EntryPart: Sendable, Hashable {
  /// The input column.
  public var input: Int
  /// The type of its values.
  public var type: ColumnType
  /// Whether larger values come first.
  public var isDescending: Bool

  /// A part that holds the values of that input.
  public init(input: Int, type: ColumnType, descending: Bool = false) {
    self.input = input
    self.type = type
    self.isDescending = descending
  }

  private var turn: UInt8 { isDescending ? 0xFF : 0 }

  /// A fixed-width value as an unsigned number in the order of the bytes.
  @inline(__always)
  func ordered(_ word: Int64) -> UInt64 {
    let bits = UInt64(bitPattern: KeyOrder.sortable(word, type)) ^ 1 << 63
    return isDescending ? ~bits : bits
  }

  /// The fixed-width value of such a number.
  @inline(__always)
  func word(ofOrdered number: UInt64) -> Int64 {
    let bits = isDescending ? ~number : number
    return KeyOrder.word(ofSortable: Int64(bitPattern: bits ^ 1 << 63), type)
  }

  /// Appends the bytes of a row's value, which is not null.
  func append(_ row: Int, of column: Column, to bytes: inout [UInt8]) {
    guard type == .string else {
      BigEndian.append(ordered(column.words[row]), to: &bytes)
      return
    }
    for position in Int(column.offsets[row])..<Int(column.offsets[row + 1]) {
      let byte = column.bytes[position]
      bytes.append(byte ^ turn)
      if byte == 0 { bytes.append(0xFF ^ turn) }
    }
    bytes.append(turn)
    bytes.append(turn)
  }

  /// Passes over the part's bytes at a position, and appends their value to a column if one is given.
  ///
  /// - Returns: false when the bytes are none of this part's.
  func read(_ bytes: Span<UInt8>, _ position: inout Int, _ end: Int, into column: inout Column?) -> Bool {
    guard type == .string else {
      guard end - position >= 8 else { return false }
      let word = word(ofOrdered: BigEndian.load(bytes, position))
      position += 8
      guard isCanonical(word) else { return false }
      column?.append(word: word)
      return true
    }
    while position < end {
      let byte = bytes[position] ^ turn
      position += 1
      if byte != 0 {
        column?.bytes.append(byte)
        continue
      }
      guard position < end else { return false }
      let escape = bytes[position] ^ turn
      position += 1
      if escape == 0 {
        column?.endText()
        return true
      }
      guard escape == 0xFF else { return false }
      column?.bytes.append(0)
    }
    return false
  }

  private func isCanonical(_ word: Int64) -> Bool {
    switch type {
    case .bool: word == 0 || word == 1
    case .double: KeyOrder.canonical(word, .double) == word
    default: true
    }
  }
}

/// Numbers of eight bytes whose order as bytes is that of the numbers.
enum BigEndian {
  static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }

  static func load(_ bytes: Span<UInt8>, _ position: Int) -> UInt64 {
    precondition(position >= 0 && position + 8 <= bytes.count, "eight bytes")
    // The bytes of UInt8 values have no padding, and eight of them are there.
    return unsafe UInt64(
      bigEndian: bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
  }
}
