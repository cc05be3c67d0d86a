import StrandlineBytes
public import StrandlineLog
public import StrandlineStorage

/// What is on the disk, without judgement: the input of every decision about a store.
public struct StoreFacts: Sendable {
  /// The manifest.
  public var manifest: Manifest
  /// The live segments in the manifest's order.
  public var segments: [SegmentFacts] = []
  /// Segments that the manifest doesn't name.
  public var orphans: [OrphanFacts] = []
  /// Temporary files of a killed replacement of the manifest.
  public var temporaries: [String] = []
  /// Names that are not the store's.
  public var unknown: [String] = []
  /// The batches' records in order, over all segments.
  public var batches: [BatchFacts] = []
  /// Whole batches behind damage of what was durable, in runs that follow each other without a gap.
  public var beyond: [[BatchFacts]] = []
  /// The newest batch's record, without the frames of its sections.
  public var newest: CommitRecord?
  /// The store's path, for messages.
  public var path: String
}

/// A live segment.
public struct SegmentFacts: Sendable {
  /// What the manifest says.
  public var entry: Manifest.Segment
  /// What the file holds, or why it can't be read.
  public var scan: Result<SegmentScan, LogError>
}

/// A segment that the manifest doesn't name.
public struct OrphanFacts: Sendable {
  /// Its name.
  public var name: SegmentName
  /// Whether its header is of this store, in a format that this version reads; nil when it is damaged.
  public var belongsToStore: Bool?
  /// The highest record in it that recovery didn't carry there; nil when there is none.
  ///
  /// Blocks of a new file that were never synced may show what they held before, such as records of an older segment: so
  /// only a record that the live segments don't have yet says that the segment was in use.
  public var lastOriginal: SequenceNumber?
}

/// A batch's record, as far as a plan needs it.
public struct BatchFacts: Sendable {
  /// Where it is.
  public var record: ScannedRecord
  /// The parts of the state that it holds, without their frames.
  public var sections: [StateSection]
  /// The digest of the state after it.
  public var digest: UInt128
  /// The stream's watermark after it.
  public var watermark: Int64
  /// The watermarks of the operators that keep state, after it; empty where all are the stream's.
  public var watermarks: [Int64]
  /// Rows read up to it.
  public var rowsRead: UInt64
  /// The sink's receipt.
  public var receipt: [UInt8]?
  /// Output is known to be published before this batch.
  public var publishedBefore: BatchID

  /// The batch.
  public var batch: BatchID { record.header.batch }
  /// The number of its record.
  public var sequence: SequenceNumber { record.header.sequence }
}

extension StoreFacts {
  /// The bytes of the live segments that hold records.
  public var usedBytes: Int {
    segments.reduce(0) { sum, segment in
      if case .success(let scan) = segment.scan { sum + scan.endOffset } else { sum }
    }
  }

  /// Reads a store: every header, record, checksum and the chain. Linear in the bytes of the live segments.
  ///
  /// Damage of a segment is a fact, not an error.
  ///
  /// - Returns: nil where there is no manifest.
  /// - Throws: `LogError` when the manifest is damaged or the directory can't be read.
  public static func gather(_ directory: any Directory) throws(LogError) -> StoreFacts? {
    guard let manifest = try ManifestFile.read(directory) else { return nil }
    var facts = StoreFacts(manifest: manifest, path: directory.path)
    try facts.readSegments(directory)
    try facts.readBeyond(directory)
    try facts.readNames(directory)
    return facts
  }

  /// Makes sure that a directory without a manifest isn't what is left of a store.
  ///
  /// - Throws: `LogError` `.corruption` when it holds segments.
  static func requireNoSegments(_ directory: any Directory) throws(LogError) {
    do {
      let segments = try directory.entries().filter { SegmentName($0.name) != nil }
      guard segments.isEmpty else {
        throw LogError(
          .corruption,
          "\(directory.path) holds \(segments.count) segments and no manifest: a store has lost its root; or it is a fork that wasn't finished, which is to be removed and made again",
          file: "\(directory.path)/\(Manifest.name)")
      }
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.storage, "the store can't be listed: \(error)")
    }
  }

  private mutating func readSegments(_ directory: any Directory) throws(LogError) {
    var reader = try BatchReader()
    var expecting: SegmentScanner.Expectation?
    for entry in manifest.segments {
      let isLast = entry == manifest.segments.last
      do {
        let scan = try SegmentScanner.scan(
          entry.name.description, in: directory, sealedSize: entry.sealedSize, store: manifest.store,
          expecting: expecting
        ) { (record, payload) throws(LogError) in try reader.read(record, payload, path) }
        expecting = SegmentScanner.Expectation(
          sequence: scan.records.last.map { $0.header.sequence.next } ?? scan.header.firstSequence, chain: scan.chain)
        segments.append(SegmentFacts(entry: entry, scan: .success(scan)))
        if case .damaged = scan.end, !isLast { break }
      } catch {
        segments.append(SegmentFacts(entry: entry, scan: .failure(error)))
        break
      }
    }
    batches = reader.batches
    newest = reader.newest
  }

  /// Reads what stands behind damage that can't be a torn tail: what can still be salvaged.
  private mutating func readBeyond(_ directory: any Directory) throws(LogError) {
    guard let last = segments.last, let index = segments.indices.last else { return }
    var reader = try RunReader()
    var first = index
    if case .success(let scan) = last.scan {
      guard case .damaged(_, let later) = scan.end else { return }
      let next = scan.records.last?.header.sequence.next ?? scan.header.firstSequence
      if last.entry.sealedSize == nil && next > RecoveryPlanner.floor(self) { return }
      try reader.read(later, directory)
      first = index + 1
    }
    for entry in manifest.segments[first...] {
      do throws(LogError) {
        let found = try SegmentScanner.records(
          anywhereIn: entry.name.description, in: directory, upTo: entry.sealedSize, store: manifest.store)
        try reader.read(found, directory)
      } catch {
        // A segment that can't be read holds nothing to be salvaged; why it can't be is known from the scan.
        continue
      }
    }
    beyond = reader.runs
  }

  private mutating func readNames(_ directory: any Directory) throws(LogError) {
    let entries: [DirectoryEntry]
    do {
      entries = try directory.entries()
    } catch {
      throw LogError(error, "the store can't be listed")
    }
    for entry in entries {
      if entry.kind == .file, let name = SegmentName(entry.name) {
        if manifest.segments.contains(where: { $0.name == name }) { continue }
        if let orphan = try orphan(name, directory) { orphans.append(orphan) }
      } else if entry.kind == .file && ManifestFile.isTemporary(entry.name) {
        temporaries.append(entry.name)
      } else if ![Manifest.name, StoreNames.lock, StoreNames.quarantine].contains(entry.name) {
        unknown.append(entry.name)
      }
    }
  }

  /// What a segment that the manifest doesn't name holds; nil when it has gone in the meantime.
  private func orphan(_ name: SegmentName, _ directory: any Directory) throws(LogError) -> OrphanFacts? {
    var belongs: Bool?
    do {
      belongs = try SegmentScanner.header(of: name.description, in: directory).store == manifest.store
    } catch {
      if error.cause?.code == .notFound { return nil }
      if error.code == .storage { throw error }
      // What a later version made is not ours to remove.
      if error.code == .unsupportedFormat { belongs = false }
    }
    if belongs == false { return OrphanFacts(name: name, belongsToStore: false) }
    // Its records are looked for one by one: a header that is damaged says nothing about what stands behind it.
    let records = try SegmentScanner.records(anywhereIn: name.description, in: directory, store: manifest.store)
    return OrphanFacts(
      name: name, belongsToStore: belongs,
      lastOriginal: records.lazy.filter { $0.header.flags & RecordHeader.carriedFlag == 0 }.map(\.header.sequence).max()
    )
  }
}

/// The names in a store that are neither manifest nor segment.
public enum StoreNames {
  /// The lock.
  public static let lock = "LOCK"
  /// Where bytes go that recovery cut off.
  public static let quarantine = "quarantine"
}
