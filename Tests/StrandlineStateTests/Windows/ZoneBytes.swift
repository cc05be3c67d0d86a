import StrandlineBytes

@testable import StrandlineState

/// A zone's file as RFC 9636 describes it, written part by part.
struct ZoneBytes {
  var version: UInt8 = UInt8(ascii: "2")
  var offsets: [Int32] = [0]
  var changes: [(seconds: Int64, type: UInt8)] = []
  var leaps: UInt32 = 0
  var footer: String = ""

  var bytes: [UInt8] {
    version == 0 ? block(width: 4) : block(width: 4) + block(width: 8) + Array("\n\(footer)\n".utf8)
  }

  func rules() throws -> ZoneRules {
    try Self.rules(bytes)
  }

  static func rules(_ bytes: [UInt8]) throws -> ZoneRules {
    // Unsafe: only because any type can have bytes; these are bytes.
    try unsafe ZoneFile.rules(bytes.span.bytes)
  }

  private func block(width: Int) -> [UInt8] {
    var bytes = Array("TZif".utf8) + [version] + Array(repeating: 0, count: 15)
    for count in [0, 0, leaps, UInt32(changes.count), UInt32(offsets.count), 4] { bytes += Self.big(count) }
    for change in changes {
      bytes +=
        width == 4 ? Self.big(UInt32(truncatingIfNeeded: change.seconds)) : Self.big(UInt64(bitPattern: change.seconds))
    }
    bytes += changes.map(\.type)
    for offset in offsets { bytes += Self.big(UInt32(bitPattern: offset)) + [0, 0] }
    bytes += Array("ABC\0".utf8)
    return bytes + Array(repeating: 0, count: Int(leaps) * (width + 4))
  }

  private static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number(Number.bitWidth - 8 - $0 * 8)) }
  }
}
