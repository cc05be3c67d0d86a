/// The 64-bit hash XXH64, as its author specifies it (Y. Collet, *xxHash fast digest algorithm*, revision 0.1.1).
///
/// For hashing in memory, for chain values and for recognising a file; no protection against somebody who knows the seed.
public enum XXH64 {
  /// The hash of `bytes`; O(count).
  public static func hash(_ bytes: RawSpan, seed: UInt64 = 0) -> UInt64 {
    var lanes = Lanes(seed: seed)
    let whole = bytes.byteCount & ~31
    lanes.consume(bytes, count: whole)
    let start = whole > 0 ? lanes.merged : seed &+ prime5
    return finish(start &+ UInt64(bytes.byteCount), rest: bytes, from: whole)
  }

  /// The hash of `bytes`; O(count).
  public static func hash(_ bytes: [UInt8], seed: UInt64 = 0) -> UInt64 {
    hash(bytes.rawSpan, seed: seed)
  }

  /// The hash of the eight bytes of a number, little-endian; constant time.
  public static func hash(word: UInt64) -> UInt64 {
    spread((prime5 &+ 8 ^ round(0, word)).rotated(27) &* prime1 &+ prime4)
  }

  static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
  static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
  static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
  static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
  static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

  /// The four accumulators that take 32 bytes at a time.
  struct Lanes: Sendable {
    var first: UInt64
    var second: UInt64
    var third: UInt64
    var fourth: UInt64

    init(seed: UInt64) {
      first = seed &+ prime1 &+ prime2
      second = seed &+ prime2
      third = seed
      fourth = seed &- prime1
    }

    /// Takes the first `count` of `bytes`, a multiple of 32.
    mutating func consume(_ bytes: RawSpan, count: Int) {
      precondition(count & 31 == 0 && count <= bytes.byteCount, "whole stripes only")
      // Local copies: in registers for the length of the loop.
      var (one, two, three, four) = (first, second, third, fourth)
      var position = 0
      while position < count {
        one = XXH64.round(one, XXH64.word(bytes, position))
        two = XXH64.round(two, XXH64.word(bytes, position &+ 8))
        three = XXH64.round(three, XXH64.word(bytes, position &+ 16))
        four = XXH64.round(four, XXH64.word(bytes, position &+ 24))
        position &+= 32
      }
      (first, second, third, fourth) = (one, two, three, four)
    }

    var merged: UInt64 {
      var value = first.rotated(1) &+ second.rotated(7) &+ third.rotated(12) &+ fourth.rotated(18)
      value = (value ^ XXH64.round(0, first)) &* prime1 &+ prime4
      value = (value ^ XXH64.round(0, second)) &* prime1 &+ prime4
      value = (value ^ XXH64.round(0, third)) &* prime1 &+ prime4
      value = (value ^ XXH64.round(0, fourth)) &* prime1 &+ prime4
      return value
    }
  }

  /// Mixes in what is left behind the last whole stripe, then spreads every bit over all of them.
  static func finish(_ start: UInt64, rest bytes: RawSpan, from offset: Int) -> UInt64 {
    var value = start
    var position = offset
    let count = bytes.byteCount
    while count &- position >= 8 {
      value = (value ^ round(0, word(bytes, position))).rotated(27) &* prime1 &+ prime4
      position &+= 8
    }
    if count &- position >= 4 {
      // Unsafe: 4 bytes are left, as just compared.
      let half = UInt32(
        littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt32.self))
      value = (value ^ (UInt64(half) &* prime1)).rotated(23) &* prime2 &+ prime3
      position &+= 4
    }
    while position < count {
      // Unsafe: the position is inside, as just compared.
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
      value = (value ^ (UInt64(byte) &* prime5)).rotated(11) &* prime1
      position &+= 1
    }
    return spread(value)
  }

  @inline(__always)
  private static func spread(_ hash: UInt64) -> UInt64 {
    var value = (hash ^ (hash >> 33)) &* prime2
    value = (value ^ (value >> 29)) &* prime3
    return value ^ (value >> 32)
  }

  @inline(__always)
  private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    (lane &+ word &* prime2).rotated(31) &* prime1
  }

  @inline(__always)
  private static func word(_ bytes: RawSpan, _ position: Int) -> UInt64 {
    // Unsafe: both loops that call this have compared `position + 8` with the count.
    UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
  }
}

extension UInt64 {
  @inline(__always)
  fileprivate func rotated(_ bits: UInt64) -> UInt64 {
    (self &<< bits) | (self &>> (64 &- bits))
  }
}
