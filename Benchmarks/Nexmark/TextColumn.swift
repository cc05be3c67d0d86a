import StrandlineColumns

/// A text column that is being made: the bytes of all texts in room that is there from the beginning.
struct TextColumn {
  private var bytes: [UInt8]
  private var used = 0
  private var offsets: [Int32] = [0]

  /// A column with room for so many texts of about that many bytes.
  init(capacity: Int, length: Int) {
    bytes = [UInt8](repeating: 0, count: capacity * length + 64)
    offsets.reserveCapacity(capacity + 1)
  }

  /// The column, once all texts are in it.
  consuming func finished() -> Column {
    bytes.removeLast(bytes.count - used)
    var column = Column(.string)
    column.bytes = bytes
    column.offsets = offsets
    return column
  }

  /// Ends a text: what was appended since the last one.
  @inline(__always)
  mutating func end() { offsets.append(Int32(used)) }

  /// Appends a byte.
  mutating func append(_ byte: UInt8) {
    reserve(1)
    bytes[used] = byte
    used += 1
  }

  /// Adds a text of another column.
  mutating func append(_ row: Int, of column: Column) {
    let from = Int(column.offsets[row])
    let count = Int(column.offsets[row + 1]) - from
    reserve(count)
    bytes.replaceSubrange(used..<used + count, with: column.bytes[from..<from + count])
    used += count
    end()
  }

  /// Appends a text of the program.
  mutating func append(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  /// Appends so many letters from `a` to `z`.
  ///
  /// Eight of them come from a draw: each of its bytes is scaled to 26 letters, so that a letter's share is 9 or 10 in 256.
  mutating func appendLetters(_ count: Int, _ random: inout EventRandom) {
    guard count > 0 else { return }
    reserve(count + 8)
    var position = used
    let end = used + count
    used = end
    var span = bytes.mutableSpan
    // What a byte is made of is itself, so any value may be stored.
    var room = unsafe span.mutableBytes
    let lanes: UInt64 = 0x00FF_00FF_00FF_00FF
    while position < end {
      let draw = random.next()
      let even = ((draw & lanes) &* 26) >> 8 & lanes
      let odd = ((draw >> 8 & lanes) &* 26) & ~lanes
      let letters = (even | odd) &+ 0x6161_6161_6161_6161
      // The bounds are checked; what is beyond the end is written over by the next text.
      room.storeBytes(of: letters.littleEndian, toByteOffset: position, as: UInt64.self)
      position += 8
    }
  }

  /// Appends a text of 3 to `maximum` - 1 characters, of which one in 13 is `special`, the others letters.
  mutating func appendWord(_ maximum: Int, special: UInt8, _ random: inout EventRandom) {
    let length = 3 + random.below(maximum - 3)
    let start = used
    for _ in 0..<length {
      let draw = random.below(13 * 26)
      append(draw < 26 ? special : UInt8(ascii: "a") + UInt8(draw % 26))
    }
    if special == UInt8(ascii: " ") { trim(from: start) }
  }

  /// Removes the spaces at both ends of what was appended since `start`.
  private mutating func trim(from start: Int) {
    let space = UInt8(ascii: " ")
    while used > start, bytes[used - 1] == space { used -= 1 }
    var first = start
    while first < used, bytes[first] == space { first += 1 }
    guard first > start else { return }
    for index in first..<used { bytes[index - (first - start)] = bytes[index] }
    used -= first - start
  }

  /// How many bytes the text that is being appended has so far.
  var currentLength: Int { used - Int(offsets[offsets.count - 1]) }

  /// Makes room for so many more bytes.
  @inline(__always)
  private mutating func reserve(_ count: Int) {
    if used + count > bytes.count { grow(count) }
  }

  private mutating func grow(_ count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: max(bytes.count / 2, count)))
  }
}
