/// Reads values from bytes that may be hostile: every bound is checked, and nothing in the input can trap.
///
/// Nothing is allocated before the length that asks for it is known to be within the input and the caller's limit.
/// A reader is a value: a copy taken before a call is the way back. After an error the position is unspecified.
public struct ByteReader: ~Escapable {
  @usableFromInline let source: RawSpan
  @usableFromInline var position = 0
  @usableFromInline let baseOffset: Int

  /// Creates a reader at the first byte of `source`.
  ///
  /// - Parameters:
  ///   - source: the bytes to read.
  ///   - baseOffset: where `source` begins in its file; added to the offsets of errors.
  @_lifetime(copy source)
  public init(_ source: RawSpan, baseOffset: Int = 0) {
    self.source = source
    self.baseOffset = baseOffset
  }

  /// How many bytes have been read.
  @inlinable public var offset: Int { position }

  /// How many bytes are left.
  @inlinable public var remaining: Int { source.byteCount - position }

  /// Throws `.trailingBytes` when bytes are left.
  public func finish() throws(BytesError) {
    guard remaining == 0 else {
      throw BytesError(.trailingBytes, "\(remaining) bytes more than expected", offset: baseOffset + position)
    }
  }

  /// Passes over `count` bytes.
  public mutating func skip(_ count: Int) throws(BytesError) {
    try require(count)
    position += count
  }
}

// MARK: - Integers

extension ByteReader {
  /// Reads one byte.
  @inlinable public mutating func uint8() throws(BytesError) -> UInt8 { try fixed() }

  /// Reads two bytes.
  @inlinable public mutating func uint16() throws(BytesError) -> UInt16 { try UInt16(littleEndian: fixed()) }

  /// Reads four bytes.
  @inlinable public mutating func uint32() throws(BytesError) -> UInt32 { try UInt32(littleEndian: fixed()) }

  /// Reads eight bytes.
  @inlinable public mutating func uint64() throws(BytesError) -> UInt64 { try UInt64(littleEndian: fixed()) }

  /// Reads eight bytes, in two's complement.
  @inlinable public mutating func int64() throws(BytesError) -> Int64 { try Int64(littleEndian: fixed()) }

  /// Reads a LEB128 number; one longer than it has to be, or than 64 bits, is `.malformed`.
  @inlinable public mutating func varint() throws(BytesError) -> UInt64 {
    if position < source.byteCount {
      // Unsafe: the position is inside, as just compared.
      let byte = unsafe source.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
      if byte < 0x80 {
        position += 1
        return UInt64(byte)
      }
    }
    return try longVarint()
  }

  /// Reads a zigzag number.
  @inlinable public mutating func zigzag() throws(BytesError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  /// Reads a varint that counts elements; above `limit` it is `.tooLarge`.
  @inlinable public mutating func count(limit: Int) throws(BytesError) -> Int {
    let start = position
    let value = try varint()
    guard value <= UInt64(clamping: limit) else { throw tooLarge(value, limit: limit, at: start) }
    return Int(truncatingIfNeeded: value)
  }

  /// Reads `count` numbers of eight bytes each; checks that they are there before it allocates.
  public mutating func int64s(_ count: Int) throws(BytesError) -> [Int64] {
    guard count >= 0, count <= remaining / 8 else { throw truncated(count, unit: "numbers of 8 bytes") }
    let part = source.extracting(position..<position + count * 8)
    position += count * 8
    return [Int64](capacity: count) { output in
      for index in 0..<count {
        // Unsafe: `part` has exactly `count` numbers of 8 bytes, and any 8 bytes are an Int64.
        let value = unsafe part.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 8, as: Int64.self)
        output.append(Int64(littleEndian: value))
      }
    }
  }

  @inlinable mutating func fixed<Integer: FixedWidthInteger & BitwiseCopyable>() throws(BytesError) -> Integer {
    let width = MemoryLayout<Integer>.size
    guard remaining >= width else { throw truncated(width, unit: "bytes") }
    // Unsafe: `width` bytes are there, as just compared, and any bytes are an integer.
    let value = unsafe source.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: Integer.self)
    position += width
    return value
  }

  @usableFromInline mutating func longVarint() throws(BytesError) -> UInt64 {
    let available = min(remaining, 10)
    var value: UInt64 = 0
    var index = 0
    while index < available {
      // Unsafe: `available` bytes are there from the position on.
      let byte = unsafe source.unsafeLoad(fromUncheckedByteOffset: position &+ index, as: UInt8.self)
      value |= UInt64(byte & 0x7F) &<< UInt64(7 &* index)
      index &+= 1
      if byte < 0x80 {
        // The tenth byte holds the last bit only; a last byte of zero says nothing.
        guard index < 10 || byte == 1, index == 1 || byte != 0 else { throw malformedVarint() }
        position += index
        return value
      }
    }
    throw available == 10 ? malformedVarint() : truncated(available + 1, unit: "bytes")
  }
}

// MARK: - Bytes

extension ByteReader {
  /// Reads `count` bytes into an array of their own.
  public mutating func raw(_ count: Int) throws(BytesError) -> [UInt8] {
    [UInt8](copying: try rawSpan(count))
  }

  /// Reads `count` bytes without copying them.
  @_lifetime(copy self)
  public mutating func rawSpan(_ count: Int) throws(BytesError) -> RawSpan {
    try require(count)
    let part = source.extracting(position..<position + count)
    position += count
    return part
  }

  /// Reads a varint length of at most `limit`, then so many bytes.
  public mutating func blob(limit: Int) throws(BytesError) -> [UInt8] {
    let length = try count(limit: limit)
    return try raw(length)
  }

  /// Reads a varint length of at most `limit` bytes, then so much UTF-8; anything else is `.malformed`.
  public mutating func string(limit: Int) throws(BytesError) -> String {
    let length = try count(limit: limit)
    let start = position
    let part = try rawSpan(length)
    let utf8 = Span<UInt8>(_bytes: part)
    do {
      return String(copying: try UTF8Span(validating: utf8))
    } catch {
      throw BytesError(.malformed, "text that is not UTF-8", offset: baseOffset + start + error.byteOffsets.lowerBound)
    }
  }
}

// MARK: - Errors

extension ByteReader {
  private func require(_ count: Int) throws(BytesError) {
    guard count >= 0, count <= remaining else { throw truncated(count, unit: "bytes") }
  }

  // Out of line, so that building a message does not weigh on the callers' fast path.
  @inline(never) @usableFromInline func truncated(_ count: Int, unit: String) -> BytesError {
    BytesError(
      .truncated, "the bytes end early: \(count) \(unit) expected, \(remaining) bytes left",
      offset: baseOffset + position)
  }

  @inline(never) private func malformedVarint() -> BytesError {
    BytesError(
      .malformed, "a variable-length number that is longer than it has to be, or than 64 bits",
      offset: baseOffset + position)
  }

  @inline(never) @usableFromInline func tooLarge(_ value: UInt64, limit: Int, at start: Int) -> BytesError {
    BytesError(.tooLarge, "a length of \(value) where at most \(limit) is allowed", offset: baseOffset + start)
  }
}
