import StrandlineBytes

@testable import StrandlineLog

/// A record's header and payload, with right checksums, since no mutation finds those by itself.
///
/// What is read and written again is read as the same.
public enum RecordTarget {
  /// Tries one input.
  public static func run(_ input: Input) {
    let (choice, bytes) = input.choice
    header(bytes)
    do {
      var decompressor = try ZstdDecompressor()
      try payload(bytes, tolerating: choice & 4 != 0, &decompressor)
    } catch {
      // Refused: that is an answer.
      _ = error
    }
    do {
      var decompressor = try ZstdDecompressor()
      try payload(framed(bytes, choice), tolerating: choice & 4 != 0, &decompressor)
    } catch {
      _ = error
    }
  }

  private static func header(_ bytes: [UInt8]) {
    var bytes = Array(bytes.prefix(RecordHeader.size))
    do {
      _ = try RecordHeader(bytes[...])
    } catch {
      _ = error
    }
    guard bytes.count == RecordHeader.size else { return }
    bytes.set(UInt32(0x434C_5253), at: 0)
    bytes.set(CRC32C.checksum(Array(bytes[8...])), at: 4)
    do {
      let header = try RecordHeader(bytes[...])
      require(header.payloadLength <= RecordHeader.maximumPayload, "a length is bounded")
      require(try RecordHeader(header.encoded()[...]) == header, "a header written again is the same")
    } catch {
      _ = error
    }
  }

  /// A payload around metadata, as the writer makes it; a part of the bytes becomes the frames.
  private static func framed(_ bytes: [UInt8], _ choice: UInt8) -> [UInt8] {
    let frames = min(Int(choice >> 3), bytes.count)
    let metadata = Array(bytes.dropLast(frames))
    var writer = ByteWriter()
    writer.uint8(choice & 1)
    writer.uint32(UInt32(metadata.count))
    writer.uint32(CRC32C.checksum(metadata))
    writer.raw(metadata)
    writer.raw(Array(bytes.suffix(frames)))
    return writer.bytes
  }

  private static func payload(
    _ bytes: [UInt8], tolerating: Bool, _ decompressor: inout ZstdDecompressor
  ) throws {
    let record = try CommitRecord(
      decoding: bytes.rawSpan, withSections: true, toleratingDamage: tolerating, decompressor: &decompressor)
    if record.sections.contains(where: \.isDamaged) { return }
    var writer = ByteWriter()
    var compressor = try ZstdCompressor(level: 1)
    try record.encode(into: &writer, compressor: &compressor)
    let again = try CommitRecord(
      decoding: writer.rawSpan, withSections: true, toleratingDamage: false, decompressor: &decompressor)
    require(again == record, "a payload written again is the same")
  }
}
