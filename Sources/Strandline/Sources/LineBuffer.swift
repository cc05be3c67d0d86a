import StrandlineBytes
import StrandlineColumns

/// Bytes of a text stream between reading and decoding.
///
/// # Invariants
/// `position` is where the next line begins in `bytes`, whose first byte stands at `base` in the stream.
struct LineBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var position = 0
  private(set) var base: Int

  init(base: Int) {
    self.base = base
  }

  /// The stream offset of the next line.
  var offset: Int { base + position }
  /// The bytes that are not decoded.
  var rest: RawSpan {
    @_lifetime(borrow self) get { bytes.rawSpan.extracting(position..<bytes.count) }
  }
  /// The stream offset behind the last byte.
  var end: Int { base + bytes.count }

  /// Makes room by dropping what is decoded, and lets `fill` append.
  mutating func refill<E: Error>(_ fill: (inout [UInt8]) throws(E) -> Int) throws(E) -> Int {
    if position > 0 {
      bytes.removeFirst(position)
      base += position
      position = 0
    }
    return try fill(&bytes)
  }

  /// Makes room at once for as many bytes as there may come to be: growing copies, and asks for memory that was not in use.
  mutating func reserve(_ count: Int) {
    if bytes.capacity - position >= count { return }
    var roomy: [UInt8] = []
    roomy.reserveCapacity(count)
    roomy.append(contentsOf: bytes[position...])
    bytes = roomy
    base += position
    position = 0
  }

  /// Decodes lines. Returns whether any byte was consumed.
  mutating func decode(
    _ decoder: inout any LineDecoder, atEnd: Bool, rows: Int, into batch: inout ColumnBatch,
    errors: inout [RowError]
  ) -> Bool {
    let next = decoder.decode(
      bytes.rawSpan, from: position, baseOffset: base, atEnd: atEnd, maximumRows: rows, into: &batch,
      errors: &errors)
    defer { position = next }
    return next > position
  }

  /// Moves past a header.
  mutating func skip(to offset: Int) {
    position = max(position, offset - base)
  }

  /// Bytes that are still here.
  func slice(at offset: Int, count: Int) -> [UInt8]? {
    guard offset >= base, offset + count <= end else { return nil }
    return Array(bytes[offset - base..<offset - base + count])
  }
}
