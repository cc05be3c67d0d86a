public import StrandlineBytes
public import StrandlineStorage

/// The writer of a store's log.
///
/// # Overview
/// `append` writes a record with one write; `sync` makes everything appended durable with one `fdatasync`. There is no
/// second file to switch. When a segment is full it is synced and the next one is made, named by the manifest before its
/// first record is written.
///
/// # Invariants
/// - `floor` ≤ `lastAppended`; what is above the floor may be lost with the power.
/// - After a failed write or sync the log is poisoned: every call throws, nothing is retried. Opening the store anew finds
///   out what is durable.
///
/// # After a crash
/// Records up to the floor are whole. Above it any may be missing or torn; recovery cuts there.
public struct CommitLog: ~Copyable, Sendable {
  /// The highest record known to be durable.
  public private(set) var floor: SequenceNumber
  /// The last record written.
  public private(set) var lastAppended: SequenceNumber
  /// The manifest as it is on disk.
  public private(set) var manifest: Manifest
  /// Bytes of the live segments that hold records.
  public var bytesOnDisk: Int { sealed.reduce(offset) { $0 + $1.size } }
  /// Bytes written as records since the log was opened.
  public private(set) var bytesAppended = 0

  private let directory: any Directory
  private let lock: any DirectoryLock
  private let options: LogOptions
  private var file: any File
  private var offset: Int
  private var capacity: Int
  private var chain: UInt64
  private var poisoned: LogError?
  private var sealed: [SealedSegment]
  private var keepFrom = SequenceNumber(0)
  private var frame = ByteWriter(capacity: 1 << 16)

  /// A live segment that takes no more records.
  public struct SealedSegment: Sendable {
    /// Its name.
    public var name: SegmentName
    /// The byte behind its last record.
    public var size: Int
    /// Its last record.
    public var lastSequence: SequenceNumber

    /// A sealed segment.
    public init(name: SegmentName, size: Int, lastSequence: SequenceNumber) {
      self.name = name
      self.size = size
      self.lastSequence = lastSequence
    }
  }

  /// A record that recovery writes again, because it may be in the page cache alone.
  public struct CarriedRecord: Sendable {
    /// Its header as it was found.
    public var header: RecordHeader
    /// Its payload.
    public var payload: [UInt8]

    /// A record to be carried.
    public init(header: RecordHeader, payload: [UInt8]) {
      self.header = header
      self.payload = payload
    }

    /// A record that another store is begun with.
    public init(_ kind: RecordKind, _ batch: BatchID, payload: [UInt8]) {
      // What it says of its place is known when it is written.
      let header = RecordHeader(
        kind: kind, flags: 0, payloadLength: payload.count, payloadChecksum: 0, store: StoreID(high: 0, low: 0),
        sequence: SequenceNumber(0), epoch: Epoch(0), batch: batch, floor: SequenceNumber(0), after: 0)
      self.init(header: header, payload: payload)
    }
  }

  /// Goes on with a log in a new segment, into which the carried records are written first.
  ///
  /// When it returns, the carried records are durable and the manifest names the new segment and the sealed size of the
  /// one before. A leftover of a kill in between is a segment that no manifest names and that holds carried records only.
  ///
  /// - Parameters:
  ///   - manifest: the manifest on disk, already of this epoch.
  ///   - sealed: the live segments, each up to its last record that isn't carried.
  ///   - number: the number of the new segment, never used before.
  ///   - chain: the chain value of the last record that isn't carried.
  ///   - keepFrom: the first record that is needed; whole segments before it go. A store that is opened for a few batches
  ///     at a time never fills a segment, so this can't wait for the next roll.
  public static func begin(
    in directory: any Directory, lock: any DirectoryLock, manifest: Manifest, sealed: [SealedSegment],
    number: UInt64, last: SequenceNumber, chain: UInt64, carrying carried: [CarriedRecord],
    keepFrom: SequenceNumber = SequenceNumber(0), options: LogOptions
  ) throws(LogError) -> CommitLog {
    let name = SegmentName(number: number, epoch: manifest.epoch)
    let file: any File
    do {
      file = try directory.open(name.description, .create)
    } catch {
      throw LogError(error, "a segment can't be made")
    }
    let need = carried.reduce(SegmentHeader.size) { $0 + $1.header.frameLength }
    var log = CommitLog(
      floor: last, lastAppended: last, manifest: manifest, directory: directory, lock: lock, options: options,
      file: file, offset: SegmentHeader.size, capacity: capacity(for: need, isSingle: true, options), chain: chain,
      sealed: sealed)
    try log.prepare(
      name, floor: SequenceNumber(last.value + UInt64(carried.count)), first: need - SegmentHeader.size)
    for record in carried {
      let header = record.header
      _ = try log.write(header.kind, header.version, header.batch, flags: RecordHeader.carriedFlag) {
        (writer: inout ByteWriter) throws(BytesError) in writer.raw(record.payload)
      }
    }
    log.keep(from: keepFrom)
    try log.adopt(name)
    log.floor = log.lastAppended
    return log
  }

  /// Writes a record behind the last one. It is durable after the next `sync`.
  ///
  /// - Parameters:
  ///   - version: that of the payload.
  ///   - isSingle: whether the records behind it will be smaller by far, if it is larger than a segment.
  ///   - payload: writes the payload.
  /// - Returns: the record's number.
  /// - Throws: `LogError` `.storage`, after which the log is poisoned; the record is not acknowledged.
  @discardableResult
  public mutating func append(
    _ kind: RecordKind, version: UInt8 = RecordHeader.formatVersion, batch: BatchID, isSingle: Bool = false,
    payload: (inout ByteWriter) throws(BytesError) -> Void
  ) throws(LogError) -> SequenceNumber {
    try write(kind, version, batch, flags: 0, isSingle: isSingle, payload)
  }

  private mutating func write(
    _ kind: RecordKind, _ version: UInt8, _ batch: BatchID, flags: UInt16, isSingle: Bool = false,
    _ payload: (inout ByteWriter) throws(BytesError) -> Void
  ) throws(LogError) -> SequenceNumber {
    try check()
    frame.removeAll(keepingCapacity: true)
    frame.zeros(RecordHeader.size)
    do {
      try payload(&frame)
    } catch {
      throw LogError(.storage, "a record can't be encoded: \(error)")
    }
    let length = frame.count - RecordHeader.size
    guard length <= RecordHeader.maximumPayload else {
      throw LogError(.mismatch, "a batch's record has \(length) bytes, more than 2 GiB: use smaller batches")
    }
    let checksum = CRC32C.checksum(frame.rawSpan.extracting(droppingFirst: RecordHeader.size))
    frame.pad(toMultipleOf: 8)
    if offset + frame.count > capacity { try roll(toFit: frame.count, isSingle: isSingle) }
    let header = RecordHeader(
      kind: kind, version: version, flags: flags, payloadLength: length, payloadChecksum: checksum,
      store: manifest.store, sequence: lastAppended.next, epoch: manifest.epoch, batch: batch, floor: floor,
      after: chain)
    frame.overwrite(header.encoded(), at: 0)
    do {
      try file.write(frame.rawSpan, at: offset)
    } catch {
      throw poison(LogError(error, "batch \(batch) is not committed: its record can't be written"))
    }
    offset += frame.count
    bytesAppended += frame.count
    chain = header.chain
    lastAppended = header.sequence
    return header.sequence
  }

  /// Makes every record appended so far durable, and makes sure that the store is still this writer's.
  ///
  /// - Throws: `LogError` `.storage` when the sync fails, `.fenced` when somebody else has taken the store. In both cases
  ///   nothing above the floor is acknowledged, and the log is poisoned.
  public mutating func sync() throws(LogError) {
    try check()
    if floor == lastAppended { return }
    do {
      if !options.skipsSync { try file.sync() }
    } catch {
      throw poison(LogError(error, "records above \(floor) are not acknowledged: the log can't be synced"))
    }
    do {
      try lock.requireHeld(directory)
    } catch {
      throw poison(error)
    }
    floor = lastAppended
  }

  /// Makes sure that the store is still this writer's.
  ///
  /// - Throws: `LogError` `.fenced`, or `.storage` when the lock can't be looked at.
  public func requireHeld() throws(LogError) {
    try lock.requireHeld(directory)
  }

  /// The right to the store, to be looked at by who has no log in hand.
  public var fence: StoreFence { StoreFence(lock: lock, directory: directory) }

  /// Says from which record on the log is needed; whole segments before it go when the next one is made.
  public mutating func keep(from sequence: SequenceNumber) {
    keepFrom = max(keepFrom, sequence)
  }

  /// Writes that everything before is durable, and closes the file. The lock stays the caller's.
  public mutating func close(batch: BatchID) throws(LogError) {
    try sync()
    try append(.closed, batch: batch) { (_: inout ByteWriter) throws(BytesError) in }
    try sync()
    do {
      try file.close()
    } catch {
      throw poison(LogError(error, "the log can't be closed"))
    }
    poisoned = LogError(.poisoned, "the store is closed")
  }

  private func check() throws(LogError) {
    if let poisoned {
      throw LogError(
        .poisoned, "the store takes nothing more after an error (\(poisoned.message)): open it anew",
        file: directory.path)
    }
  }

  private mutating func poison(_ error: LogError) -> LogError {
    poisoned = error
    return error
  }

  // MARK: - Segments

  /// The capacity of a segment that begins with frames of so many bytes.
  ///
  /// Large frames would make a segment for each of them, so they get one for two. One that none as large will follow gets
  /// its own size and a usual segment behind it: what is needed of a segment keeps all of it on disk.
  private static func capacity(for need: Int, isSingle: Bool, _ options: LogOptions) -> Int {
    let capacity =
      isSingle && need > options.segmentCapacity
      ? SegmentHeader.size + need + options.segmentCapacity
      : max(options.segmentCapacity, SegmentHeader.size + need * 2 + need / 2)
    return min(capacity, SegmentHeader.maximumCapacity)
  }

  /// Seals the segment being written and makes the next.
  private mutating func roll(toFit need: Int, isSingle: Bool) throws(LogError) {
    try sync()
    do {
      try file.close()
      guard let active = manifest.segments.last?.name else {
        throw LogError(.mismatch, "a log without a segment can't be rolled")
      }
      sealed.append(SealedSegment(name: active, size: offset, lastSequence: lastAppended))
      let name = SegmentName(number: active.number + 1, epoch: manifest.epoch)
      capacity = Self.capacity(for: need, isSingle: isSingle, options)
      offset = SegmentHeader.size
      file = try directory.open(name.description, .create)
      try prepare(name, floor: floor, first: need)
      try adopt(name)
    } catch let error as LogError {
      throw poison(error)
    } catch {
      throw poison(LogError(.storage, "a new segment can't be made: \(error)"))
    }
  }

  /// Preallocates the new file and writes its header.
  ///
  /// - Parameters:
  ///   - floor: the highest record that is durable once the manifest names the segment.
  ///   - first: the bytes that are written behind the header next.
  private mutating func prepare(_ name: SegmentName, floor: SequenceNumber, first: Int) throws(LogError) {
    let before = sealed.last.map {
      SegmentHeader.Predecessor(
        number: $0.name.number, lastSequence: $0.lastSequence, sealedSize: $0.size, chain: chain)
    }
    let header = SegmentHeader(
      store: manifest.store, number: name.number, epoch: name.epoch, firstSequence: lastAppended.next,
      capacity: capacity, floor: floor, predecessor: before, identity: manifest.identity)
    do {
      // Zeros in the place of a large frame that follows at once would be as many bytes again in the same commit.
      if first > options.segmentCapacity / 4 { try file.write([0], at: SegmentHeader.size + first - 1) }
      try file.preallocate(capacity)
      try file.write(header.encoded().rawSpan, at: 0)
    } catch {
      throw LogError(error, "a segment of \(capacity) bytes can't be prepared")
    }
  }

  /// Makes the new segment durable, then has the manifest name it, then removes what the manifest no longer names.
  private mutating func adopt(_ name: SegmentName) throws(LogError) {
    let dropped = sealed.prefix { $0.lastSequence < keepFrom }.map(\.name)
    sealed.removeFirst(dropped.count)
    var next = manifest
    next.segments = sealed.map { Manifest.Segment(name: $0.name, sealedSize: $0.size) }
    next.segments.append(Manifest.Segment(name: name, sealedSize: nil))
    do {
      try file.sync()
      try directory.sync()
    } catch {
      throw LogError(error, "a new segment can't be synced")
    }
    try ManifestFile.replace(next, in: directory, holding: lock)
    manifest = next
    do {
      for old in dropped { try directory.remove(old.description) }
    } catch {
      throw LogError(error, "a segment that is no longer needed can't be removed")
    }
  }
}
