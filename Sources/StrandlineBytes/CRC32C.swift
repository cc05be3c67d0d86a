/// The CRC-32C checksum (Castagnoli polynomial), as in iSCSI: RFC 3720, appendix B.4.
///
/// Computed sixteen bytes at a time from sixteen tables ("slicing": M. Kounavis and F. Berry, *A Systematic Approach to
/// Building High Performance Software-Based CRC Generators*, 2005). It finds damage; it is no protection against
/// somebody who wants to deceive.
public enum CRC32C {
  /// The checksum of `bytes`.
  ///
  /// - Parameters:
  ///   - bytes: what to check; O(count).
  ///   - previous: the checksum of the bytes in front of these, so that
  ///     `checksum(b, continuing: checksum(a))` is the checksum of `a` followed by `b`.
  public static func checksum(_ bytes: RawSpan, continuing previous: UInt32 = 0) -> UInt32 {
    let table = tables.span
    precondition(table.count == 16 * 256, "sixteen tables")
    let count = bytes.byteCount
    var crc = ~previous
    var position = 0
    while count &- position >= 16 {
      // Unsafe: 16 bytes are left, as just compared.
      let low = UInt64(
        littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self))
      let high = UInt64(
        littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position &+ 8, as: UInt64.self))
      // The byte that is followed by n others goes through table n. The half that does not depend on the
      // previous checksum comes first in the source, so that it can run ahead.
      let ahead = slice(high, firstTable: 7, of: table)
      crc = slice(low ^ UInt64(crc), firstTable: 15, of: table) ^ ahead
      position &+= 16
    }
    while position < count {
      // Unsafe: the position is inside, as just compared.
      let byte = unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
      crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8)
      position &+= 1
    }
    return ~crc
  }

  /// The checksum of `bytes`.
  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    checksum(bytes.rawSpan)
  }

  /// Looks the eight bytes of `word` up, the first in table `firstTable`, the last in table `firstTable - 7`.
  @inline(__always)
  private static func slice(_ word: UInt64, firstTable: Int, of table: Span<UInt32>) -> UInt32 {
    var result: UInt32 = 0
    for index in 0..<8 {
      let byte = Int(truncatingIfNeeded: (word >> UInt64(8 &* index)) & 0xFF)
      // Unsafe: at most 15 * 256 + 255, and the caller has checked that there are 16 * 256; checked, it runs slower.
      result ^= unsafe table[unchecked: (firstTable &- index) &* 256 &+ byte]
    }
    return result
  }

  /// Table n holds, per byte, the checksum of that byte followed by n zeros; they lie one after the other.
  private static let tables: [UInt32] = {
    let polynomial: UInt32 = 0x82F6_3B78
    var tables = [UInt32](repeating: 0, count: 16 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 0 ? 0 : polynomial) }
      tables[byte] = crc
    }
    for index in 256..<tables.count {
      let shorter = tables[index - 256]
      tables[index] = (shorter >> 8) ^ tables[Int(shorter & 0xFF)]
    }
    return tables
  }()
}
