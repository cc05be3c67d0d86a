/// The bytes of a key, as a tuple, in their order.
struct KeyBytes: Hashable, Comparable, Sendable {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func < (left: KeyBytes, right: KeyBytes) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}
