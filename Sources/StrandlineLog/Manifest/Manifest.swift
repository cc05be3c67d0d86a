import StrandlineBytes

/// The root of a store: which segments are live, and what was fixed when the store was made.
///
/// It changes when a store is opened and when a segment is rolled, never with a batch. It is replaced whole: written
/// beside the old one, synced, renamed over it, and the directory synced.
public struct Manifest: Sendable, Hashable {
  /// The file's name.
  public static let name = "MANIFEST"
  /// The format that this version writes.
  public static let formatVersion: UInt16 = 1
  /// The largest manifest that is read: 64 MiB.
  static let maximumSize = 64 << 20

  private static let magic: UInt64 = 0x4E41_4D44_4E52_5453  // "STRNDMAN"

  /// The store.
  public var store: StoreID
  /// The last opening.
  public var epoch: Epoch
  /// What was fixed when the store was made.
  public var identity: StoreIdentity
  /// The plan in words, one line per part, for a readable difference.
  public var plan: String
  /// The live segments in order; the last one is being written.
  public var segments: [Segment]

  /// A live segment.
  public struct Segment: Sendable, Hashable {
    /// Its name.
    public var name: SegmentName
    /// The byte behind its last record; nil for the one being written. Nothing beyond it is read.
    public var sealedSize: Int?

    /// A live segment.
    public init(name: SegmentName, sealedSize: Int?) {
      self.name = name
      self.sealedSize = sealedSize
    }
  }

  /// A manifest of those parts.
  public init(store: StoreID, epoch: Epoch, identity: StoreIdentity, plan: String, segments: [Segment]) {
    self.store = store
    self.epoch = epoch
    self.identity = identity
    self.plan = plan
    self.segments = segments
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: 256)
    writer.uint64(Self.magic)
    writer.uint32(0)
    writer.uint16(Self.formatVersion)
    writer.uint16(0)
    writer.uint64(0)  // required feature bits
    writer.uint64(0)  // optional feature bits
    writer.uint64(store.high)
    writer.uint64(store.low)
    writer.uint64(epoch.value)
    writer.uint64(identity.hashSeed)
    writer.uint64(UInt64(identity.shardCount))
    writer.uint64(identity.fingerprint)
    writer.string(plan)
    writer.varint(UInt64(segments.count))
    for segment in segments {
      writer.uint64(segment.name.number)
      writer.uint64(segment.name.epoch.value)
      writer.uint64(segment.sealedSize.map(UInt64.init) ?? .max)
    }
    writer.setUInt32(CRC32C.checksum(Array(writer.bytes[12...])), at: 8)
    return writer.bytes
  }

  /// Reads a manifest.
  ///
  /// - Throws: `LogError` `.corruption` or `.unsupportedFormat`, with the file.
  init(_ bytes: [UInt8], file: String) throws(LogError) {
    var reader = ByteReader(bytes.rawSpan)
    do {
      let magic = try reader.uint64()
      let checksum = try reader.uint32()
      guard magic == Self.magic, checksum == CRC32C.checksum(Array(bytes[12...])) else {
        throw LogError(
          .corruption, "the manifest is damaged: restore it from a copy of the store", file: file, offset: 0)
      }
      let version = try reader.uint16()
      try reader.skip(2)
      let required = try reader.uint64()
      guard version == Self.formatVersion, required == 0 else {
        throw LogError(
          .unsupportedFormat,
          "the manifest has format version \(version) with features \(required); this version reads 1", file: file,
          offset: 12)
      }
      try reader.skip(8)
      store = StoreID(high: try reader.uint64(), low: try reader.uint64())
      epoch = Epoch(try reader.uint64())
      let seed = try reader.uint64()
      let shards = try reader.uint64()
      guard shards > 0, shards <= 4096, shards & (shards - 1) == 0 else {
        throw LogError(.corruption, "the manifest names \(shards) shards", file: file, offset: 64)
      }
      identity = StoreIdentity(hashSeed: seed, shardCount: Int(shards), fingerprint: try reader.uint64())
      plan = try reader.string(limit: Self.maximumSize)
      segments = []
      for _ in 0..<(try reader.count(limit: reader.remaining / 24)) {
        let name = SegmentName(number: try reader.uint64(), epoch: Epoch(try reader.uint64()))
        let size = try reader.uint64()
        segments.append(Segment(name: name, sealedSize: size == .max ? nil : Int(clamping: size)))
      }
      try reader.finish()
      guard segments.dropLast().allSatisfy({ $0.sealedSize != nil }) else {
        throw LogError(.corruption, "the manifest names two segments that are being written", file: file, offset: 0)
      }
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.corruption, "the manifest is damaged: \(error)", file: file, offset: 0)
    }
  }
}
