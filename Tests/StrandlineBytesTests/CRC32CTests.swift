import StrandlineBytes
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
  /// The checksum straight from its definition: one bit at a time.
  private static func bitwise(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
    }
    return ~crc
  }

  @Test(
    "the examples of RFC 3720 come out",
    arguments: [
      (Array(repeating: 0, count: 32), 0x8A91_36AA),
      (Array(repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E),
      (Array((0..<32).reversed()), 0x113F_DB5C),
      (
        [
          0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0,
          0x18,
          0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
        ], 0xD996_3A56
      ),
      (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func publishedExamples(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(bytes) == expected)
    #expect(Self.bitwise(bytes) == expected)
  }

  @Test("every length and alignment agrees with the definition")
  func lengthsAndAlignments() {
    let seed: UInt64 = 7
    var random = SeededRandom(seed: seed)
    let bytes = random.bytes(200)
    for start in 0..<16 {
      for end in start...120 {
        let part = bytes.rawSpan.extracting(start..<end)
        #expect(CRC32C.checksum(part) == Self.bitwise(bytes[start..<end]), "bytes \(start)..<\(end), seed \(seed)")
      }
    }
  }

  @Test("a checksum continues over every split")
  func continuing() {
    var random = SeededRandom(seed: 8)
    let bytes = random.bytes(100)
    for split in 0...100 {
      let first = CRC32C.checksum(bytes.rawSpan.extracting(first: split))
      #expect(
        CRC32C.checksum(bytes.rawSpan.extracting(droppingFirst: split), continuing: first) == CRC32C.checksum(bytes))
    }
  }

  @Test("every single flipped bit is noticed")
  func flippedBits() {
    var random = SeededRandom(seed: 9)
    var bytes = random.bytes(64)
    let whole = CRC32C.checksum(bytes)
    for bit in 0..<bytes.count * 8 {
      bytes[bit / 8] ^= 1 << (bit % 8)
      #expect(CRC32C.checksum(bytes) != whole, "bit \(bit)")
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
    #expect(CRC32C.checksum(bytes) == whole)
  }
}
