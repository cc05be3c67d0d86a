import StrandlineBytes

/// What a record of the log says.
public enum RecordKind: UInt8, Sendable, Hashable, CaseIterable {
  /// A batch with the whole state after it.
  case snapshot = 1
  /// A batch with what it changed, and perhaps some shards' whole state.
  case delta = 2
  /// A batch without rows: partitions that join, idle or end, and the windows that this closes.
  case tick = 3
  /// Nothing but the floor, written when the writer has been idle.
  case floor = 4
  /// The writer closed the store; all before it is durable.
  case closed = 5

  /// Whether the record commits a batch.
  public var isBatch: Bool { self == .snapshot || self == .delta || self == .tick }

  /// The name, as `inspect` prints it.
  public var name: String {
    switch self {
    case .snapshot: "snapshot"
    case .delta: "delta"
    case .tick: "tick"
    case .floor: "floor"
    case .closed: "closed"
    }
  }
}

/// The fixed part of a record, in front of its payload. `docs/FORMAT.md` says every byte.
///
/// The header has a checksum of its own, so that the length is trusted before anything is read or allocated by it. The
/// chain value is a hash of the one before it and of this record: a record that is missing, doubled or from another
/// place breaks the chain.
public struct RecordHeader: Sendable, Hashable {
  /// The bytes of a header.
  public static let size = 80
  /// The version of the payload of every record but those that hold slices.
  public static let formatVersion: UInt8 = 1
  /// The version of the payload of a record that holds slices of shard snapshots.
  public static let slicedVersion: UInt8 = 2
  /// The version of a payload that says something of several operators or sources.
  public static let operatorsVersion: UInt8 = 3
  /// The version of a payload that holds state whose words may be in planes or steps; the highest that is read.
  public static let planesVersion: UInt8 = 4
  /// The longest payload, which bounds what a damaged length could ask for: 2 GiB.
  public static let maximumPayload = Int(Int32.max)
  /// A record that recovery wrote again into a new segment.
  public static let carriedFlag: UInt16 = 1

  private static let magic: UInt32 = 0x434C_5253  // "SRLC"

  /// What the record says.
  public var kind: RecordKind
  /// The version of the payload.
  public var version: UInt8
  /// `carriedFlag`, or 0.
  public var flags: UInt16
  /// The bytes of the payload, without padding.
  public var payloadLength: Int
  /// The CRC-32C of the payload.
  public var payloadChecksum: UInt32
  /// The store.
  public var store: StoreID
  /// The number of the record.
  public var sequence: SequenceNumber
  /// The opening in which it was written.
  public var epoch: Epoch
  /// The batch that it commits, or the last one before it.
  public var batch: BatchID
  /// The highest record known to be durable when this one was written.
  public var floor: SequenceNumber
  /// The chain value of this record.
  public var chain: UInt64

  /// The bytes of the record in its segment: header, payload, padding to a multiple of 8.
  public var frameLength: Int { Self.size + (payloadLength + 7) & ~7 }

  /// The chain value that follows from the one before.
  func chainValue(after previous: UInt64) -> UInt64 {
    var writer = ByteWriter(capacity: Self.size)
    encodeBody(into: &writer)
    return XXH64.hash(writer.rawSpan, seed: previous)
  }

  private func encodeBody(into writer: inout ByteWriter) {
    writer.uint32(UInt32(payloadLength))
    writer.uint8(kind.rawValue)
    writer.uint8(version)
    writer.uint16(flags)
    writer.uint64(store.high)
    writer.uint64(store.low)
    writer.uint64(sequence.value)
    writer.uint64(epoch.value)
    writer.uint64(batch.value)
    writer.uint64(floor.value)
    writer.uint32(payloadChecksum)
    writer.uint32(0)
  }

  /// The header as bytes.
  func encoded() -> [UInt8] {
    var writer = ByteWriter(capacity: Self.size)
    writer.uint32(Self.magic)
    writer.uint32(0)
    encodeBody(into: &writer)
    writer.uint64(chain)
    writer.setUInt32(CRC32C.checksum(writer.rawSpan.extracting(droppingFirst: 8)), at: 4)
    return writer.bytes
  }

  /// Why bytes are not a header.
  public enum Defect: Error, Sendable, Hashable {
    /// The place is all zero: a preallocated segment's unwritten end.
    case unwritten
    /// The file ends before the header does.
    case truncated
    /// Not the magic number of a record.
    case magic
    /// The checksum doesn't hold.
    case checksum
    /// The checksum holds, and the kind or version is one of a later format.
    case unsupported

    /// Words for a report.
    public var text: String {
      switch self {
      case .unwritten: "nothing is written there"
      case .truncated: "the file ends inside a record's header"
      case .magic: "no record begins there"
      case .checksum: "the checksum of a record's header doesn't hold"
      case .unsupported: "the record is of a kind or version that this version doesn't know"
      }
    }
  }

  /// Reads a header from exactly `size` bytes.
  init(_ bytes: ArraySlice<UInt8>) throws(Defect) {
    guard bytes.count == Self.size else { throw .truncated }
    if bytes.allSatisfy({ $0 == 0 }) { throw .unwritten }
    let copy = Array(bytes)
    var reader = ByteReader(copy.rawSpan)
    do {
      guard try reader.uint32() == Self.magic else { throw Defect.magic }
      guard try reader.uint32() == CRC32C.checksum(Array(copy[8...])) else { throw Defect.checksum }
      payloadLength = Int(try reader.uint32())
      let kind = RecordKind(rawValue: try reader.uint8())
      let version = try reader.uint8()
      guard let kind, version >= Self.formatVersion, version <= Self.planesVersion,
        payloadLength <= Self.maximumPayload
      else { throw Defect.unsupported }
      self.kind = kind
      self.version = version
      flags = try reader.uint16()
      store = StoreID(high: try reader.uint64(), low: try reader.uint64())
      sequence = SequenceNumber(try reader.uint64())
      epoch = Epoch(try reader.uint64())
      batch = BatchID(try reader.uint64())
      floor = SequenceNumber(try reader.uint64())
      payloadChecksum = try reader.uint32()
      try reader.skip(4)
      chain = try reader.uint64()
    } catch let defect as Defect {
      throw defect
    } catch {
      throw .truncated
    }
  }

  init(
    kind: RecordKind, version: UInt8 = RecordHeader.formatVersion, flags: UInt16, payloadLength: Int,
    payloadChecksum: UInt32, store: StoreID, sequence: SequenceNumber, epoch: Epoch, batch: BatchID,
    floor: SequenceNumber, after previousChain: UInt64
  ) {
    self.kind = kind
    self.version = version
    self.flags = flags
    self.payloadLength = payloadLength
    self.payloadChecksum = payloadChecksum
    self.store = store
    self.sequence = sequence
    self.epoch = epoch
    self.batch = batch
    self.floor = floor
    chain = 0
    chain = chainValue(after: previousChain)
  }

  /// Whether the record follows one whose chain value that is.
  public func follows(_ previousChain: UInt64) -> Bool { chain == chainValue(after: previousChain) }
}
