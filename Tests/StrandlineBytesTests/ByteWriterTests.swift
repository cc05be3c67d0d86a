import StrandlineBytes
import Testing

@Suite("Writing bytes")
struct ByteWriterTests {
  @Test("integers are little-endian")
  func integersAreLittleEndian() {
    var writer = ByteWriter()
    writer.uint8(0x01)
    writer.uint16(0x0302)
    writer.uint32(0x0706_0504)
    writer.uint64(0x0F0E_0D0C_0B0A_0908)
    writer.int64(-2)
    #expect(writer.bytes == Array(1...15) + [0xFE] + Array(repeating: 0xFF, count: 7))
    #expect(writer.count == 23)
  }

  @Test(
    "a varint has seven bits to the byte",
    arguments: [
      (0, [0x00]), (1, [0x01]), (127, [0x7F]), (128, [0x80, 0x01]), (300, [0xAC, 0x02]), (16_384, [0x80, 0x80, 0x01]),
      (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]),
    ] as [(UInt64, [UInt8])])
  func varint(value: UInt64, expected: [UInt8]) {
    var writer = ByteWriter()
    writer.varint(value)
    #expect(writer.bytes == expected)
  }

  @Test(
    "zigzag makes small magnitudes short",
    arguments: [(0, 0), (-1, 1), (1, 2), (-2, 3), (.max, .max - 1), (.min, .max)] as [(Int64, UInt64)])
  func zigzag(value: Int64, expected: UInt64) {
    var writer = ByteWriter()
    writer.zigzag(value)
    var plain = ByteWriter()
    plain.varint(expected)
    #expect(writer.bytes == plain.bytes)
  }

  @Test("blobs and strings carry their length in bytes")
  func lengths() {
    var writer = ByteWriter()
    writer.blob([9, 8])
    writer.string("né")
    writer.raw([7])
    #expect(writer.bytes == [2, 9, 8, 3, 0x6E, 0xC3, 0xA9, 7])
  }

  @Test("the ways to append raw bytes agree")
  func rawOverloads() {
    let source: [UInt8] = [1, 2, 3]
    var writer = ByteWriter()
    writer.raw(source)
    writer.raw(source.span)
    writer.raw(source.rawSpan)
    #expect(writer.bytes == source + source + source)
  }

  @Test("padding goes up to the next multiple and no further", arguments: [0, 1, 7, 8, 9])
  func padding(count: Int) {
    var writer = ByteWriter()
    writer.zeros(count)
    writer.pad(toMultipleOf: 8)
    #expect(writer.count == (count + 7) / 8 * 8)
    #expect(writer.bytes.allSatisfy { $0 == 0 })
  }

  @Test("what has been written can be overwritten in place")
  func overwriting() {
    var writer = ByteWriter(capacity: 16)
    writer.zeros(14)
    writer.setUInt32(0x0403_0201, at: 1)
    writer.setUInt64(0x0807_0605_0403_0201, at: 6)
    #expect(writer.bytes == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test("numbers in bulk are the numbers one by one")
  func bulk() {
    let numbers: [Int64] = [0, 1, -1, .min, .max, 42]
    var bulk = ByteWriter()
    bulk.int64s(numbers.span)
    var single = ByteWriter()
    for number in numbers { single.int64(number) }
    #expect(bulk.bytes == single.bytes)
  }

  @Test("taking the bytes does not disturb later writes")
  func takenBytesAreIndependent() {
    var writer = ByteWriter()
    writer.uint8(1)
    let taken = writer.bytes
    writer.uint8(2)
    #expect(taken == [1])
    #expect(writer.bytes == [1, 2])
    writer.removeAll(keepingCapacity: true)
    #expect(writer.count == 0)
    #expect(taken == [1])
  }
}
