/// A blob of entries that is being put together in ascending order.
struct EntryMerge {
  private let accumulator: EntryAccumulator
  private(set) var out: [UInt8] = []
  private var count = 0
  private var last: Range<Int>?

  init(_ accumulator: EntryAccumulator) {
    self.accumulator = accumulator
  }

  /// Whether no entry more is kept.
  var isFull: Bool { count == accumulator.limit ?? .max }

  /// Appends an entry that is not less than the last one.
  mutating func append(_ bytes: Span<UInt8>, _ entry: Range<Int>) {
    if accumulator.isDistinct, let last, Self.compare(out.span, last, bytes, entry) == 0 { return }
    if accumulator.entryLength == nil {
      var rest = entry.count
      while rest >= 0x80 {
        out.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      out.append(UInt8(truncatingIfNeeded: rest))
    }
    let start = out.count
    Self.copy(bytes, entry, to: &out)
    last = start..<out.count
    count += 1
  }

  /// The union of two blobs. Linear in their bytes; entries that follow each other in one of them are copied at once.
  consuming func union(_ a: Span<UInt8>, _ b: Span<UInt8>) -> [UInt8] {
    out.reserveCapacity(a.count + b.count)
    var left = EntryRun(a, accumulator)
    var right = EntryRun(b, accumulator)
    while !isFull {
      guard let x = left.entry else {
        left.flush(into: &out)
        while !isFull && right.entry != nil { take(&right) }
        break
      }
      guard let y = right.entry else {
        right.flush(into: &out)
        while !isFull && left.entry != nil { take(&left) }
        break
      }
      let order = Self.compare(a, x, b, y)
      if order <= 0 {
        right.flush(into: &out)
        take(&left)
        if order == 0 && accumulator.isDistinct { right.skip() }
      } else {
        left.flush(into: &out)
        take(&right)
      }
    }
    left.flush(into: &out)
    right.flush(into: &out)
    return out
  }

  private mutating func take(_ run: inout EntryRun) {
    run.take()
    count += 1
  }

  /// Appends bytes of a span.
  static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]) {
    let part = bytes.extracting(range)
    // The buffer lives as long as the closure, and the bytes are copied.
    unsafe part.withUnsafeBufferPointer { unsafe out.append(contentsOf: $0) }
  }

  /// The order of two runs of bytes: negative, zero or positive.
  static func compare(_ a: Span<UInt8>, _ x: Range<Int>, _ b: Span<UInt8>, _ y: Range<Int>) -> Int {
    let shared = Swift.min(x.count, y.count)
    var index = 0
    while shared - index >= 8 {
      let (left, right) = (BigEndian.load(a, x.lowerBound + index), BigEndian.load(b, y.lowerBound + index))
      if left != right { return left < right ? -1 : 1 }
      index += 8
    }
    while index < shared {
      let (left, right) = (a[x.lowerBound + index], b[y.lowerBound + index])
      if left != right { return left < right ? -1 : 1 }
      index += 1
    }
    return x.count - y.count
  }
}

/// A blob that is read entry by entry; those taken are copied when the turn of another blob comes.
private struct EntryRun: ~Escapable {
  private let bytes: Span<UInt8>
  private let accumulator: EntryAccumulator
  /// The bytes of the entry in front, without its length; nil behind the last one.
  private(set) var entry: Range<Int>?
  /// Where the entries begin that are taken and not copied yet, and where they end: at the entry in front.
  private var taken = 0
  private var start = 0
  private var next = 0

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>, _ accumulator: EntryAccumulator) {
    self.bytes = bytes
    self.accumulator = accumulator
    entry = accumulator.entry(bytes, &next)
  }

  @_lifetime(self: copy self)
  mutating func take() {
    start = next
    entry = start < bytes.count ? accumulator.entry(bytes, &next) : nil
  }

  /// Leaves the entry in front out; what was taken before is copied already.
  @_lifetime(self: copy self)
  mutating func skip() {
    take()
    taken = start
  }

  @_lifetime(self: copy self)
  mutating func flush(into out: inout [UInt8]) {
    if taken < start { EntryMerge.copy(bytes, taken..<start, to: &out) }
    taken = start
  }
}
