/// How a table of 2^b slots uses the low half of a key's hash.
///
/// The lowest b bits say at which slot the key is looked for first. The others, the tag, are those bits of the slot as well,
/// of which the lowest b bits are the group plus one.
///
/// The slot must not follow from bits by which keys are ever put in order: keys that come in the order of their slots would
/// all crowd at the beginning of a table that is still small.
struct SlotLayout {
  /// The bits of a slot that are a group, and of a hash that are a slot's number.
  let low: UInt32

  /// The layout of a table of so many slots: a power of two, at most 2^31.
  @inline(__always)
  init(_ slots: Int) {
    low = UInt32(truncatingIfNeeded: slots &- 1)
  }

  /// The slot at which a key is looked for first.
  @inline(__always)
  func home(_ hash: UInt32) -> UInt32 { hash & low }

  /// The bits of a slot that are of the hash.
  @inline(__always)
  func tag(_ hash: UInt32) -> UInt32 { hash & ~low }

  /// Whether a taken slot may be of a key with that hash.
  @inline(__always)
  func fits(_ entry: UInt32, _ hash: UInt32) -> Bool { (entry ^ hash) & ~low == 0 }
}
