/// The values of one field for the rows of a batch.
///
/// # Overview
/// A fixed-width value of any type is one 64-bit word, so that a kernel is written once for a word and not once for a
/// type: an `int64` and a `timestamp` are the word itself, a `double` is its bit pattern, a `bool` is 0 or 1. Text is one
/// arena of UTF-8 bytes with the end of each value. A column has words or text, never both.
///
/// # Invariants
/// - `words.count == count` for a fixed-width type; `offsets.count == count + 1` and `offsets[0] == 0` for `string`.
/// - `validity` is nil while no value is null; otherwise it has `count` bits. A null takes a zero word or an empty text.
/// - Text is valid UTF-8.
public struct Column: Sendable {
  /// The type of the values.
  public let type: ColumnType
  /// The values of a fixed-width type.
  public var words: [Int64] = []
  /// The bytes of all texts, one after another.
  public var bytes: [UInt8] = []
  /// Where each text begins, and where the last one ends. At most 2 GiB of text in a column.
  public var offsets: [Int32]
  /// Which values are there; nil when all are.
  public private(set) var validity: Bitmap?

  /// An empty column.
  public init(_ type: ColumnType, capacity: Int = 0) {
    self.type = type
    self.offsets = type == .string ? [0] : []
    if capacity > 0 {
      if type == .string {
        offsets.reserveCapacity(capacity + 1)
      } else {
        words.reserveCapacity(capacity)
      }
    }
  }

  /// A fixed-width column of those words.
  public init(_ type: ColumnType, words: [Int64], validity: Bitmap? = nil) {
    precondition(type != .string, "text has no words")
    precondition(validity == nil || validity?.count == words.count, "a bit for each word")
    self.type = type
    self.words = words
    self.offsets = []
    self.validity = validity
  }

  /// A column of texts: valid UTF-8, and where each of them begins and the last one ends.
  package init(text bytes: [UInt8], offsets: [Int32], validity: Bitmap? = nil) {
    precondition(offsets.first == 0 && offsets.last == Int32(bytes.count), "texts fill their bytes")
    precondition(validity == nil || validity?.count == offsets.count - 1, "a bit for each text")
    type = .string
    self.bytes = bytes
    self.offsets = offsets
    self.validity = validity
  }

  /// The number of values, nulls included.
  public var count: Int {
    type == .string ? offsets.count - 1 : words.count
  }

  /// Whether a value is null.
  public func isNull(_ row: Int) -> Bool {
    guard let validity else { return false }
    return !validity[row]
  }

  /// Whether any value may be null; false lets a kernel skip the bitmap.
  public var hasNulls: Bool { validity != nil }

  /// The text at that row; empty for a null. Linear in its length.
  public func text(_ row: Int) -> String {
    String(decoding: bytes[Int(offsets[row])..<Int(offsets[row + 1])], as: UTF8.self)
  }

  /// Adds a fixed-width value.
  public mutating func append(word: Int64) {
    words.append(word)
    validity?.append(true)
  }

  /// Adds a number.
  public mutating func append(_ value: Double) {
    append(word: Int64(bitPattern: value.bitPattern))
  }

  /// Adds a text.
  public mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    endText()
  }

  /// Adds a text that is already known to be valid UTF-8.
  public mutating func append(utf8: some Collection<UInt8>) {
    bytes.append(contentsOf: utf8)
    endText()
  }

  /// Adds a text that is already known to be valid UTF-8.
  public mutating func append(utf8: Span<UInt8>) {
    // The buffer lives as long as the closure, and the bytes are copied.
    unsafe utf8.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    endText()
  }

  /// Ends the text whose bytes were appended to `bytes` since the last value.
  public mutating func endText() {
    offsets.append(Int32(bytes.count))
    validity?.append(true)
  }

  /// Adds a null.
  public mutating func appendNull() {
    if validity == nil { validity = Bitmap(repeating: true, count: count) }
    if type == .string { offsets.append(Int32(bytes.count)) } else { words.append(0) }
    validity?.append(false)
  }

  /// Adds the value of another column of the same type.
  public mutating func append(_ row: Int, of other: Column) {
    precondition(other.type == type, "columns of one type")
    if other.isNull(row) {
      appendNull()
    } else if type == .string {
      append(utf8: other.bytes[Int(other.offsets[row])..<Int(other.offsets[row + 1])])
    } else {
      append(word: other.words[row])
    }
  }

  /// Adds all values of another column of the same type. Linear in them, by whole columns where neither has nulls.
  public mutating func append(contentsOf other: Column) {
    precondition(other.type == type, "columns of one type")
    if hasNulls || other.hasNulls {
      for row in 0..<other.count { append(row, of: other) }
    } else if type == .string {
      let base = Int32(bytes.count)
      bytes.append(contentsOf: other.bytes)
      offsets.append(contentsOf: other.offsets.dropFirst().lazy.map { $0 + base })
    } else {
      words.append(contentsOf: other.words)
    }
  }

  /// Makes room for so many values in all; the bytes of texts find theirs as they come.
  public mutating func reserve(_ capacity: Int) {
    if type == .string { offsets.reserveCapacity(capacity + 1) } else { words.reserveCapacity(capacity) }
  }

  /// Removes the values from that row on, of a column without nulls.
  mutating func removeRows(from row: Int) {
    precondition(!hasNulls, "no bitmap to cut")
    guard row < count else { return }
    if type == .string {
      bytes.removeLast(bytes.count - Int(offsets[row]))
      offsets.removeLast(offsets.count - row - 1)
    } else {
      words.removeLast(words.count - row)
    }
  }

  /// Removes every value, keeping the memory for the next batch.
  public mutating func removeAll() {
    words.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    if type == .string {
      offsets.removeAll(keepingCapacity: true)
      offsets.append(0)
    }
    validity = nil
  }
}
