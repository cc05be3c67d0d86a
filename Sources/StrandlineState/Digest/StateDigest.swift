/// The digest of a state: the sum modulo 2^128 of a hash of each of its groups.
///
/// A sum doesn't depend on the order of its terms, and a term may be taken out again: so the digest is the same for any
/// number of shards, any seed and any history that led to the same groups, and keeping it costs what changed.
public struct StateDigest: Sendable, Hashable, CustomStringConvertible {
  /// The sum.
  public private(set) var value: UInt128

  /// A digest of that value; zero is that of no groups.
  public init(_ value: UInt128 = 0) {
    self.value = value
  }

  /// Adds the groups of another part of the state.
  public static func += (digest: inout StateDigest, other: StateDigest) {
    digest.value &+= other.value
  }

  /// Takes the groups of a part of the state out.
  public static func -= (digest: inout StateDigest, other: StateDigest) {
    digest.value &-= other.value
  }

  mutating func add(_ term: UInt128) { value &+= term }
  mutating func subtract(_ term: UInt128) { value &-= term }

  /// 32 hexadecimal digits.
  public var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}

/// The hash of one group: two chains of 64 bits over operator, pane, key and words, with fixed keys.
///
/// It is meant to find mistakes and damage, not to withstand somebody who chooses the state: that is what the store's
/// permissions are for. The step is wyhash's multiplication to 128 bits, folded.
struct GroupDigest {
  private var first: UInt64
  private var second: UInt64

  private static let keys: (UInt64, UInt64) = (0x8EBC_6AF0_9C88_C6E3, 0x5895_9CB8_B7D1_F0D3)

  init(operatorID: Int, pane: Int64) {
    first = 0x2D35_8DCC_AA6C_78A5
    second = 0x8BB8_4B93_962E_ACC9
    absorb(UInt64(truncatingIfNeeded: operatorID))
    absorb(UInt64(bitPattern: pane))
  }

  @inline(__always)
  mutating func absorb(_ word: UInt64) {
    let a = (first ^ word).multipliedFullWidth(by: Self.keys.0)
    first = a.high ^ a.low
    let b = (second &+ word).multipliedFullWidth(by: Self.keys.1)
    second = b.high ^ (b.low &+ 0x9E37_79B9_7F4A_7C15)
  }

  @inline(__always)
  mutating func absorb(_ bytes: [UInt8], _ range: Range<Int>) {
    absorb(UInt64(range.count))
    // Bytes have no padding.
    let part = unsafe bytes.span.extracting(range).bytes
    var position = 0
    while part.byteCount - position >= 8 {
      // Eight bytes are left.
      let word = unsafe part.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
      absorb(UInt64(littleEndian: word))
      position += 8
    }
    if position == part.byteCount { return }
    var word: UInt64 = 0
    for offset in position..<part.byteCount {
      word |= UInt64(bytes[range.lowerBound + offset]) << UInt64(8 * (offset - position))
    }
    absorb(word)
  }

  /// The hash; the last step mixes the chains, since a sum of unmixed products would be weak.
  var value: UInt128 {
    let a = (first ^ second).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
    let b = (second ^ 0xE703_7ED1_A0B4_28DB).multipliedFullWidth(by: first | 1)
    return UInt128(a.high ^ a.low ^ second) << 64 | UInt128(b.high ^ b.low ^ first)
  }
}
