public import StrandlineColumns

/// A keyed 64-bit hash of keys, seeded per store so that nobody outside can aim keys at one slot.
///
/// The multiplication to 128 bits whose halves are folded together is the mixing step of Wang Yi's wyhash. The highest
/// bits choose a key's shard, the lowest 32 its slot: neither may be derived from the other.
public struct KeyHasher: Sendable, Hashable {
  private let first: UInt64
  private let second: UInt64

  /// A hasher for a store's seed.
  public init(seed: UInt64) {
    first = Self.fold(seed ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93)
    second = Self.fold(first ^ seed, 0xA076_1D64_78BD_642F) | 1
  }

  @inline(__always)
  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// The hash of a word.
  @inline(__always)
  func hash(word: Int64) -> UInt64 {
    Self.fold(UInt64(bitPattern: word) ^ first, second)
  }

  /// The hash of the bytes `from ..< to` of a span.
  @inline(__always)
  func hash(_ bytes: RawSpan, _ from: Int, _ to: Int) -> UInt64 {
    precondition(from >= 0 && from <= to && to <= bytes.byteCount, "a range of the span")
    var hash = first ^ UInt64(truncatingIfNeeded: to - from)
    var position = from
    // Loads below stay inside `from ..< to`, which the precondition has put inside the span.
    while to - position >= 16 {
      let a = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
      let b = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position + 8, as: UInt64.self)
      hash = Self.fold(a ^ hash, b ^ second)
      position += 16
    }
    if to - position >= 8 {
      hash = Self.fold(
        unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self) ^ hash, second)
      position += 8
    }
    var tail: UInt64 = 0
    if to - from >= 8 {
      // The last eight bytes, some of them a second time: one load instead of a loop.
      tail = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: to - 8, as: UInt64.self)
    } else {
      while position < to {
        tail = tail << 8 | UInt64(unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self))
        position += 1
      }
    }
    return Self.fold(tail ^ hash, second ^ 0xE703_7ED1_A0B4_28DB)
  }

  /// The hash of a null key.
  var nullHash: UInt64 { Self.fold(first ^ 0x589_9657_90AF_0E1D, second) }

  /// Hashes a column of keys, one hash per value. Linear in its words or bytes.
  public func hash(_ keys: Column, into hashes: inout [UInt64]) {
    let count = keys.count
    if hashes.count != count { hashes = Array(repeating: 0, count: count) }
    var out = hashes.mutableSpan
    if keys.type == .string {
      // The bytes of UInt8 values have no padding.
      let bytes = unsafe keys.bytes.span.bytes
      let offsets = keys.offsets.span
      for row in 0..<count { out[row] = hash(bytes, Int(offsets[row]), Int(offsets[row + 1])) }
    } else {
      let words = keys.words.span
      for row in 0..<count { out[row] = hash(word: words[row]) }
    }
    if keys.hasNulls {
      for row in 0..<count where keys.isNull(row) { out[row] = nullHash }
    }
  }
}
