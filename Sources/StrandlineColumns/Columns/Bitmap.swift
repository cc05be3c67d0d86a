/// A growable sequence of bits, 64 to a word, used as a validity bitmap: a set bit marks a value that is there.
public struct Bitmap: Sendable, Hashable {
  /// The bits, lowest first; bits at and beyond `count` are zero.
  @usableFromInline var words: [UInt64]
  /// The number of bits.
  public private(set) var count: Int

  /// A bitmap of `count` equal bits.
  public init(repeating bit: Bool = true, count: Int = 0) {
    precondition(count >= 0, "a bitmap has no negative count")
    self.words = Array(repeating: bit ? ~0 : 0, count: (count + 63) >> 6)
    self.count = count
    if bit && count & 63 != 0 { words[words.count - 1] = (1 << UInt64(count & 63)) - 1 }
  }

  /// A bitmap with the bits at those rows set.
  init(_ rows: Selection, count: Int) {
    guard case .rows(let rows) = rows else {
      self.init(repeating: true, count: count)
      return
    }
    self.init(repeating: false, count: count)
    for row in rows { self[Int(row)] = true }
  }

  /// The bit at that position.
  public subscript(index: Int) -> Bool {
    get {
      precondition(index < count, "bit index out of range")
      return words[index >> 6] >> UInt64(index & 63) & 1 != 0
    }
    set {
      precondition(index < count, "bit index out of range")
      let mask = 1 << UInt64(index & 63) as UInt64
      if newValue { words[index >> 6] |= mask } else { words[index >> 6] &= ~mask }
    }
  }

  /// Adds a bit at the end. Amortised constant time.
  public mutating func append(_ bit: Bool) {
    if count & 63 == 0 { words.append(0) }
    if bit { words[count >> 6] |= 1 << UInt64(count & 63) }
    count += 1
  }

  /// The number of bits that are not set. Linear in the number of words.
  public var zeros: Int {
    words.reduce(count) { $0 - $1.nonzeroBitCount }
  }

  /// Removes every bit.
  public mutating func removeAll(keepingCapacity keep: Bool = true) {
    words.removeAll(keepingCapacity: keep)
    count = 0
  }
}
