import StrandlineBytes

/// The first 256 bytes of a segment: whose it is, where it stands in the log, and what the manifest says of the store.
public struct SegmentHeader: Sendable, Hashable {
  /// The bytes of a header; the first record follows.
  public static let size = 256
  /// The format of segments that this version writes.
  public static let formatVersion: UInt16 = 1

  /// The largest capacity, 16 GiB: room for several of the longest records.
  public static let maximumCapacity = 1 << 34

  private static let magic: UInt64 = 0x4745_5344_4E52_5453  // "STRNDSEG"

  /// The store.
  public var store: StoreID
  /// The number of the segment; never used twice.
  public var number: UInt64
  /// The opening in which it was made.
  public var epoch: Epoch
  /// The number of its first record.
  public var firstSequence: SequenceNumber
  /// The bytes preallocated.
  public var capacity: Int
  /// The highest record known to be durable once the manifest names the segment: records carried into it count.
  public var floor: SequenceNumber
  /// The segment before it; nil for the first of a log.
  public var predecessor: Predecessor?
  /// What the manifest says of the store.
  public var identity: StoreIdentity

  /// How the segment before ended.
  public struct Predecessor: Sendable, Hashable {
    /// Its number.
    public var number: UInt64
    /// Its last record.
    public var lastSequence: SequenceNumber
    /// The byte behind its last record.
    public var sealedSize: Int
    /// The chain value of its last record.
    public var chain: UInt64
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: Self.size)
    writer.uint64(Self.magic)
    writer.uint32(0)
    writer.uint16(Self.formatVersion)
    writer.uint16(0)
    writer.uint64(0)  // required feature bits
    writer.uint64(0)  // optional feature bits
    writer.uint64(store.high)
    writer.uint64(store.low)
    writer.uint64(number)
    writer.uint64(epoch.value)
    writer.uint64(firstSequence.value)
    writer.uint64(UInt64(capacity))
    writer.uint64(floor.value)
    writer.uint64(predecessor == nil ? 0 : 1)
    writer.uint64(predecessor?.number ?? 0)
    writer.uint64(predecessor?.lastSequence.value ?? 0)
    writer.uint64(UInt64(predecessor?.sealedSize ?? 0))
    writer.uint64(predecessor?.chain ?? 0)
    writer.uint64(identity.hashSeed)
    writer.uint64(UInt64(identity.shardCount))
    writer.uint64(identity.fingerprint)
    writer.zeros(Self.size - writer.count)
    writer.setUInt32(CRC32C.checksum(Array(writer.bytes[12...])), at: 8)
    return writer.bytes
  }

  /// Reads a header.
  ///
  /// - Throws: `LogError` `.corruption` or `.unsupportedFormat`, with the file.
  init(_ bytes: [UInt8], file: String) throws(LogError) {
    guard bytes.count == Self.size else {
      throw LogError(.corruption, "a segment ends inside its header", file: file, offset: bytes.count)
    }
    var reader = ByteReader(bytes.rawSpan)
    do {
      let magic = try reader.uint64()
      let checksum = try reader.uint32()
      guard magic == Self.magic, checksum == CRC32C.checksum(Array(bytes[12...])) else {
        throw LogError(.corruption, "the header of a segment is damaged", file: file, offset: 0)
      }
      let version = try reader.uint16()
      try reader.skip(2)
      let required = try reader.uint64()
      guard version == Self.formatVersion, required == 0 else {
        throw LogError(
          .unsupportedFormat, "a segment has format version \(version) with features \(required); this version reads 1",
          file: file, offset: 12)
      }
      try reader.skip(8)
      store = StoreID(high: try reader.uint64(), low: try reader.uint64())
      number = try reader.uint64()
      epoch = Epoch(try reader.uint64())
      firstSequence = SequenceNumber(try reader.uint64())
      capacity = Int(clamping: try reader.uint64())
      guard capacity <= Self.maximumCapacity else {
        throw LogError(
          .corruption, "the header of a segment names a capacity of \(capacity) bytes", file: file, offset: 72)
      }
      floor = SequenceNumber(try reader.uint64())
      let hasPredecessor = try reader.uint64() != 0
      let before = Predecessor(
        number: try reader.uint64(), lastSequence: SequenceNumber(try reader.uint64()),
        sealedSize: Int(clamping: try reader.uint64()), chain: try reader.uint64())
      predecessor = hasPredecessor ? before : nil
      identity = StoreIdentity(
        hashSeed: try reader.uint64(), shardCount: Int(clamping: try reader.uint64()),
        fingerprint: try reader.uint64())
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.corruption, "the header of a segment is damaged: \(error)", file: file, offset: 0)
    }
  }

  init(
    store: StoreID, number: UInt64, epoch: Epoch, firstSequence: SequenceNumber, capacity: Int,
    floor: SequenceNumber, predecessor: Predecessor?, identity: StoreIdentity
  ) {
    self.store = store
    self.number = number
    self.epoch = epoch
    self.firstSequence = firstSequence
    self.capacity = capacity
    self.floor = floor
    self.predecessor = predecessor
    self.identity = identity
  }
}

/// What is fixed when a store is made, and without which its state can't be read.
public struct StoreIdentity: Sendable, Hashable {
  /// The seed of the key hash.
  public var hashSeed: UInt64
  /// The number of shards, a power of two.
  public var shardCount: Int
  /// The hash of the plan's description.
  public var fingerprint: UInt64

  /// The identity of those parts.
  public init(hashSeed: UInt64, shardCount: Int, fingerprint: UInt64) {
    self.hashSeed = hashSeed
    self.shardCount = shardCount
    self.fingerprint = fingerprint
  }
}

/// The name of a segment: `00000001-1.log`, its number and the epoch in which it was made.
public struct SegmentName: Sendable, Hashable, CustomStringConvertible {
  /// The number.
  public var number: UInt64
  /// The epoch.
  public var epoch: Epoch

  /// The name of those parts.
  public init(number: UInt64, epoch: Epoch) {
    self.number = number
    self.epoch = epoch
  }

  /// The parts of a name; nil when it is not a segment's name exactly as it is written.
  public init?(_ text: String) {
    guard text.hasSuffix(".log") else { return nil }
    let parts = text.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = UInt64(parts[0]), let epoch = UInt64(parts[1]) else { return nil }
    self.init(number: number, epoch: Epoch(epoch))
    guard description == text else { return nil }
  }

  /// The name.
  public var description: String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits + "-\(epoch).log"
  }
}
