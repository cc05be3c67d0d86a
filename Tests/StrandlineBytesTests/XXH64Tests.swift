import StrandlineBytes
import Testing

@Suite("XXH64")
struct XXH64Tests {
  /// The bytes that the reference implementation's own sanity check is run on.
  private static let sanityBytes: [UInt8] = {
    var state: UInt64 = 2_654_435_761
    return (0..<222).map { _ in
      defer { state &*= 11_400_714_785_074_694_797 }
      return UInt8(state >> 56)
    }
  }()
  private static let sanitySeed: UInt64 = 2_654_435_761

  @Test(
    "the values of the reference implementation come out",
    arguments: [
      (0, 0xEF46_DB37_51D8_E999, 0xAC75_FDA2_929B_17EF), (1, 0xE934_A84A_DB05_2768, 0x5014_6076_43A9_B4C3),
      (4, 0x9136_A0DC_A574_57EE, 0xCAAB_286B_D8E9_FDB5), (14, 0x8282_DCC4_994E_35C8, 0xC3BD_6BF6_3DEB_6DF0),
      (222, 0xB641_AE8C_B691_C174, 0x20CB_8AB7_AE10_C14A),
    ] as [(Int, UInt64, UInt64)])
  func publishedValues(count: Int, plain: UInt64, seeded: UInt64) {
    let bytes = Array(Self.sanityBytes.prefix(count))
    #expect(XXH64.hash(bytes) == plain)
    #expect(XXH64.hash(bytes, seed: Self.sanitySeed) == seeded)
  }

  @Test(
    "published values of texts come out",
    arguments: [
      ("a", 0xD24E_C4F1_A98C_6E5B), ("as", 0x1C33_0FB2_D66B_E179), ("asd", 0x631C_37CE_72A9_7393),
      ("asdf", 0x4158_72F5_99CE_A71E), ("abc", 0x44BC_2CF5_AD77_0999),
      ("Call me Ishmael. Some years ago--never mind how long precisely-", 0x02A2_E854_70D6_FD96),
    ] as [(String, UInt64)])
  func publishedTexts(text: String, expected: UInt64) {
    #expect(XXH64.hash(Array(text.utf8)) == expected)
  }

  @Test("bytes in pieces hash as they do in one", arguments: 0..<20 as Range<UInt64>)
  func pieces(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let bytes = random.bytes(Int(random.next() % 400))
    var stream = XXH64Stream(seed: seed)
    var position = 0
    while position < bytes.count {
      let count = min(Int(random.next() % 70), bytes.count - position)
      stream.update(bytes.rawSpan.extracting(position..<position + count))
      position += count
      #expect(stream.value == XXH64.hash(Array(bytes.prefix(position)), seed: seed), "byte \(position), seed \(seed)")
      #expect(stream.count == UInt64(position))
    }
  }

  @Test("a stream that is saved and taken up again goes on as if nothing had happened")
  func savedState() throws {
    var random = SeededRandom(seed: 3)
    let bytes = random.bytes(150)
    for split in 0...bytes.count {
      var stream = XXH64Stream(seed: 5)
      stream.update(Array(bytes.prefix(split)))
      var writer = ByteWriter()
      stream.encode(into: &writer)
      var reader = ByteReader(writer.rawSpan)
      var restored = try XXH64Stream(decoding: &reader)
      try reader.finish()
      restored.update(Array(bytes.dropFirst(split)))
      #expect(restored.value == XXH64.hash(bytes, seed: 5), "split at \(split)")
    }
  }

  @Test("a saved state that can't be is refused")
  func impossibleState() {
    var stream = XXH64Stream()
    stream.update([1, 2, 3])
    var writer = ByteWriter()
    stream.encode(into: &writer)
    writer.setUInt64(4, at: 8)
    var reader = ByteReader(writer.rawSpan)
    var code: BytesError.Code?
    do {
      _ = try XXH64Stream(decoding: &reader)
    } catch {
      code = error.code
    }
    #expect(code == .malformed)
  }

  @Test("a number's hash is that of its eight bytes")
  func words() {
    var random = SeededRandom(seed: 5)
    for word in [0, 1, .max] + (0..<100).map({ _ in random.next() }) as [UInt64] {
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
      #expect(XXH64.hash(word: word) == XXH64.hash(bytes))
    }
  }
}
