public import StrandlineBytes

extension CommitRecord {
  /// The most a record's metadata may hold before compression: 256 MiB.
  static let maximumMetadata = 256 << 20
  /// Metadata below this stays uncompressed: a frame would cost time and gain nothing.
  private static let compressAbove = 1024
  private static let longestBlob = 64 << 20

  /// Writes the payload: the metadata, then the sections' frames. `docs/FORMAT.md` says every byte.
  public func encode(
    into writer: inout ByteWriter, compressor: inout ZstdCompressor
  ) throws(BytesError) {
    var metadata = ByteWriter(capacity: 256)
    encodeMetadata(into: &metadata)
    let compressed = metadata.count > Self.compressAbove
    writer.uint8((compressed ? 1 : 0) | (isExtended ? 2 : 0) | (countsMalformed ? 4 : 0))
    if compressed {
      var frame = ByteWriter(capacity: metadata.count)
      _ = try compressor.compress(metadata.rawSpan, appendingTo: &frame)
      metadata = frame
    }
    writer.uint32(UInt32(metadata.count))
    writer.uint32(CRC32C.checksum(metadata.rawSpan))
    writer.raw(metadata.rawSpan)
    for section in sections { writer.raw(section.frame) }
  }

  private func encodeMetadata(into writer: inout ByteWriter) {
    writer.varint(UInt64(partitions.count))
    for partition in partitions { partition.encode(into: &writer) }
    writer.int64(watermark)
    for counter in [rowsRead, rowsLate, rowsRefused, rowsWritten, batchRows, panesClosed, groups, groupsChanged] {
      writer.varint(counter)
    }
    writer.uint64(UInt64(truncatingIfNeeded: digest))
    writer.uint64(UInt64(truncatingIfNeeded: digest >> 64))
    writer.uint8((isFinished ? 1 : 0) | (receipt == nil ? 0 : 2))
    if let receipt { writer.blob(receipt) }
    writer.blob(sinkPosition)
    writer.varint(publishedBefore.value)
    writer.int64(committedAt)
    if isExtended { encodeExtension(into: &writer) }
    if countsMalformed { for partition in partitions { writer.varint(partition.malformed) } }
    writer.varint(UInt64(sections.count))
    for section in sections {
      writer.uint8(section.kind.rawValue)
      writer.varint(UInt64(section.operatorID))
      writer.varint(UInt64(section.shard))
      writer.varint(UInt64(section.rawLength))
      writer.varint(UInt64(section.frame.count))
      writer.uint32(CRC32C.checksum(section.frame))
    }
  }

  private func encodeExtension(into writer: inout ByteWriter) {
    for partition in partitions { writer.varint(UInt64(partition.source)) }
    writer.varint(UInt64(watermarks.count))
    for watermark in watermarks { writer.int64(watermark) }
    writer.varint(UInt64(sourceWatermarks.count))
    for watermark in sourceWatermarks { writer.int64(watermark) }
    writer.varint(UInt64(operators.count))
    for state in operators { writer.blob(state) }
  }

  private mutating func decodeExtension(_ reader: inout ByteReader) throws(BytesError) {
    for index in partitions.indices { partitions[index].source = try reader.count(limit: 1 << 16) }
    for _ in 0..<(try reader.count(limit: reader.remaining / 8)) { watermarks.append(try reader.int64()) }
    for _ in 0..<(try reader.count(limit: reader.remaining / 8)) { sourceWatermarks.append(try reader.int64()) }
    for _ in 0..<(try reader.count(limit: reader.remaining)) {
      operators.append(try reader.blob(limit: Self.longestBlob))
    }
    guard isExtended else {
      throw BytesError(.malformed, "a record's part about operators is empty", offset: reader.offset)
    }
  }

  private mutating func decodeMalformed(_ reader: inout ByteReader) throws(BytesError) {
    for index in partitions.indices {
      partitions[index].malformed = try reader.varint()
      guard partitions[index].malformed <= partitions[index].rows else {
        throw BytesError(.malformed, "a partition has more malformed rows than rows", offset: reader.offset)
      }
    }
    guard countsMalformed else {
      throw BytesError(.malformed, "a record counts malformed rows, and there are none", offset: reader.offset)
    }
  }

  /// Reads a payload.
  ///
  /// - Parameters:
  ///   - withSections: whether to copy the sections' frames; without, only what they are is read.
  ///   - toleratingDamage: whether parts that can be replaced may be damaged; the checksums of all parts are then
  ///     compared, and those that don't hold are noted.
  /// - Throws: `BytesError` for bytes that are no payload, or frames whose checksum doesn't hold.
  public init(
    decoding payload: RawSpan, withSections: Bool, toleratingDamage: Bool = false,
    decompressor: inout ZstdDecompressor
  ) throws(BytesError) {
    var reader = ByteReader(payload)
    let flags = try reader.uint8()
    guard flags <= 7 else { throw BytesError(.malformed, "a record's metadata has unknown flags \(flags)", offset: 0) }
    let length = Int(try reader.uint32())
    let checksum = try reader.uint32()
    var metadata = try reader.raw(length)
    guard CRC32C.checksum(metadata) == checksum else {
      throw BytesError(.malformed, "the checksum of a record's metadata doesn't hold", offset: 0)
    }
    if flags & 1 != 0 { metadata = try decompressor.decompress(metadata.rawSpan, limit: Self.maximumMetadata) }
    let lengths = try decodeMetadata(metadata, isExtended: flags & 2 != 0, countsMalformed: flags & 4 != 0)
    for (index, (length, checksum)) in lengths.enumerated() {
      guard withSections || toleratingDamage else {
        try reader.skip(length)
        continue
      }
      let frame = try reader.raw(length)
      if CRC32C.checksum(frame) == checksum {
        if withSections { sections[index].frame = frame }
      } else if toleratingDamage && sections[index].kind.isReplaceable {
        sections[index].isDamaged = true
      } else {
        throw BytesError(.malformed, "the checksum of a part of the state doesn't hold", offset: reader.offset)
      }
    }
    try reader.finish()
  }

  /// Whether nothing of a damaged payload is lost but parts that can be replaced.
  ///
  /// The metadata's checksum and those of all other parts must hold. What they don't cover, such as the lengths, is damaged
  /// in any payload whose parts are all whole.
  static func isReadable(damaged payload: RawSpan) -> Bool {
    do {
      var decompressor = try ZstdDecompressor()
      let record = try CommitRecord(
        decoding: payload, withSections: false, toleratingDamage: true, decompressor: &decompressor)
      return record.sections.contains(where: \.isDamaged)
    } catch {
      return false
    }
  }

  private mutating func decodeMetadata(
    _ bytes: [UInt8], isExtended: Bool, countsMalformed: Bool
  ) throws(BytesError) -> [(Int, UInt32)] {
    var reader = ByteReader(bytes.rawSpan)
    let count = try reader.count(limit: reader.remaining)
    for _ in 0..<count { partitions.append(try PartitionRecord(&reader)) }
    watermark = try reader.int64()
    rowsRead = try reader.varint()
    rowsLate = try reader.varint()
    rowsRefused = try reader.varint()
    rowsWritten = try reader.varint()
    batchRows = try reader.varint()
    panesClosed = try reader.varint()
    groups = try reader.varint()
    groupsChanged = try reader.varint()
    let low = try reader.uint64()
    digest = UInt128(try reader.uint64()) << 64 | UInt128(low)
    let flags = try reader.uint8()
    guard flags <= 3 else {
      throw BytesError(.malformed, "a record has unknown flags \(flags)", offset: reader.offset)
    }
    isFinished = flags & 1 != 0
    if flags & 2 != 0 { receipt = try reader.blob(limit: Self.longestBlob) }
    sinkPosition = try reader.blob(limit: Self.longestBlob)
    publishedBefore = BatchID(try reader.varint())
    committedAt = try reader.int64()
    if isExtended { try decodeExtension(&reader) }
    if countsMalformed { try decodeMalformed(&reader) }
    var lengths: [(Int, UInt32)] = []
    for _ in 0..<(try reader.count(limit: reader.remaining)) {
      guard let kind = StateSection.Kind(rawValue: try reader.uint8()) else {
        throw BytesError(.malformed, "a part of the state is of an unknown kind", offset: reader.offset)
      }
      let operatorID = try reader.count(limit: 1 << 16)
      let shard = try reader.count(limit: 4095)
      let rawLength = try reader.count(limit: Int(Int32.max) * 4)
      let length = try reader.count(limit: RecordHeader.maximumPayload)
      lengths.append((length, try reader.uint32()))
      sections.append(
        StateSection(kind: kind, operatorID: operatorID, shard: shard, rawLength: rawLength, frame: []))
    }
    try reader.finish()
    return lengths
  }
}

extension PartitionRecord {
  func encode(into writer: inout ByteWriter) {
    writer.string(name)
    writer.blob(identity)
    writer.varint(offset)
    writer.varint(rows)
    writer.uint8(status.rawValue | (maximumTime == nil ? 0 : 0x80))
    if let maximumTime { writer.int64(maximumTime) }
    writer.int64(joinedAt)
  }

  init(_ reader: inout ByteReader) throws(BytesError) {
    name = try reader.string(limit: 1 << 16)
    identity = try reader.blob(limit: 1 << 20)
    offset = try reader.varint()
    rows = try reader.varint()
    let flags = try reader.uint8()
    guard let status = Status(rawValue: flags & 0x7F) else {
      throw BytesError(.malformed, "a partition has an unknown status", offset: reader.offset)
    }
    self.status = status
    maximumTime = flags & 0x80 == 0 ? nil : try reader.int64()
    joinedAt = try reader.int64()
  }
}
