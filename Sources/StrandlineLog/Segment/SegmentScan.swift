public import StrandlineStorage
import StrandlineBytes

/// A record as it was found in a segment.
public struct ScannedRecord: Sendable, Hashable {
  /// The segment's file name.
  public var segment: String
  /// The byte at which its header begins.
  public var offset: Int
  /// The header, whose checksum holds.
  public var header: RecordHeader
  /// Whether parts of the state in it are damaged that older ones and the log can replace.
  public var isDegraded: Bool

  /// A record at that place.
  public init(segment: String, offset: Int, header: RecordHeader, isDegraded: Bool = false) {
    self.segment = segment
    self.offset = offset
    self.header = header
    self.isDegraded = isDegraded
  }
}

/// How the records of a segment end.
public enum SegmentEnd: Sendable, Hashable {
  /// At the sealed size, or at the unwritten rest of the segment.
  case clean
  /// Something is there that is no record of the log.
  case damaged(reason: String, later: [ScannedRecord])
}

/// The records of one segment, in order, and how they end.
public struct SegmentScan: Sendable {
  /// The header.
  public var header: SegmentHeader
  /// The records up to the end or the first damage.
  public var records: [ScannedRecord]
  /// The byte behind the last of them.
  public var endOffset: Int
  /// How they end.
  public var end: SegmentEnd
  /// The chain value of the last record.
  public var chain: UInt64
  /// The size of the file.
  public var fileSize: Int

  /// The highest record that is there whole, also behind damage.
  public var highest: SequenceNumber? {
    guard case .damaged(_, let later) = end else { return records.last?.header.sequence }
    return (records + later).map(\.header.sequence).max()
  }
}

/// Reads segments, trusting nothing before its checksum.
public enum SegmentScanner {
  /// What must hold of the first record: its number and the chain value before it.
  public struct Expectation: Sendable {
    /// The number; nil where the log begins with whatever comes first.
    public var sequence: SequenceNumber?
    /// The chain value of the record before.
    public var chain: UInt64
    /// An expectation.
    public init(sequence: SequenceNumber?, chain: UInt64) {
      self.sequence = sequence
      self.chain = chain
    }
  }

  /// Reads the header of a segment.
  public static func header(of name: String, in directory: any Directory) throws(LogError) -> SegmentHeader {
    do {
      let file = try directory.open(name, .readOnly)
      let bytes = try file.read(at: 0, count: SegmentHeader.size)
      try file.close()
      return try SegmentHeader(bytes, file: "\(directory.path)/\(name)")
    } catch let error as StorageError {
      throw LogError(error, "a segment can't be read")
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.storage, "a segment can't be read: \(error)")
    }
  }

  /// Reads the records of a segment up to its end or the first damage. Linear in its bytes.
  ///
  /// A record of which nothing is damaged but parts that can be replaced is read like the others, if it was durable: in a
  /// sealed segment, or when the header or a later record says so. If it wasn't, it is unfinished.
  ///
  /// - Parameters:
  ///   - sealedSize: the byte beyond which nothing is read; nil for the segment that was being written.
  ///   - visit: is given each record with its payload.
  /// - Throws: `LogError` when the header is damaged or the file can't be read, and what `visit` throws.
  public static func scan(
    _ name: String, in directory: any Directory, sealedSize: Int?, store: StoreID, expecting: Expectation?,
    visit: (ScannedRecord, [UInt8]) throws(LogError) -> Void
  ) throws(LogError) -> SegmentScan {
    let path = "\(directory.path)/\(name)"
    do {
      let file = try directory.open(name, .readOnly)
      let size = try file.size()
      let header = try SegmentHeader(try file.read(at: 0, count: SegmentHeader.size), file: path)
      // A file that was blown up isn't read to its end: its size alone says that it is damaged.
      let limit = min(sealedSize ?? size, size, header.capacity)
      guard header.store == store else {
        throw LogError(.corruption, "a segment belongs to another store, \(header.store)", file: path, offset: 0)
      }
      var expected =
        expecting ?? Expectation(sequence: header.firstSequence, chain: header.predecessor?.chain ?? 0)
      if expected.sequence == nil { expected.sequence = header.firstSequence }
      var scan = SegmentScan(
        header: header, records: [], endOffset: SegmentHeader.size, end: .clean, chain: expected.chain, fileSize: size)
      var proved: SequenceNumber? = sealedSize == nil ? nil : SequenceNumber(.max)
      while true {
        var place = try read(file, name, at: scan.endOffset, limit: limit, store: store)
        if case .doubtful(let record, let payload, let reason) = place {
          if proved == nil {
            // From here on, since a record that stands in another's place is whole, too, and its floor counts.
            let later = try wholeRecords(file, name, from: scan.endOffset, limit: limit, store: store)
            proved = later.reduce(header.floor) { max($0, $1.header.floor) }
          }
          let isDurable = proved.map { record.header.sequence <= $0 } ?? false
          place =
            isDurable && CommitRecord.isReadable(damaged: payload.rawSpan)
            ? .record(record, payload) : .defect(reason)
        }
        switch place {
        case .record(let record, let payload):
          if let reason = misfit(record.header, expected) {
            scan.end = .damaged(reason: reason, later: [])
          } else {
            try visit(record, payload)
            scan.records.append(record)
            scan.endOffset += record.header.frameLength
            scan.chain = record.header.chain
            expected = Expectation(sequence: record.header.sequence.next, chain: record.header.chain)
            continue
          }
        case .end:
          if let sealedSize, scan.endOffset != sealedSize {
            scan.end = .damaged(reason: "the segment ends before its sealed size of \(sealedSize) bytes", later: [])
          }
        case .unwritten:
          if sealedSize != nil {
            scan.end = .damaged(reason: RecordHeader.Defect.unwritten.text, later: [])
          } else if try hasContent(file, from: scan.endOffset, to: limit) {
            scan.end = .damaged(reason: "bytes are written behind an unwritten place", later: [])
          }
        case .defect(let reason), .doubtful(_, _, let reason):
          scan.end = .damaged(reason: reason, later: [])
        case .unsupported(let reason):
          // A whole record that this version can't read is not damage, and must not be cut off.
          throw LogError(.unsupportedFormat, reason, file: path, offset: scan.endOffset)
        }
        break
      }
      if case .damaged(let reason, _) = scan.end {
        // From here on, since a record that stands in another's place is whole, too, and its floor counts.
        let later = try wholeRecords(file, name, from: scan.endOffset, limit: limit, store: store)
        scan.end = .damaged(reason: reason, later: later)
      }
      try file.close()
      return scan
    } catch let error as StorageError {
      throw LogError(error, "a segment can't be read")
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.storage, "a segment can't be read: \(error)")
    }
  }

  /// Finds whole records of a store wherever they are in a segment, whatever its header and the chain say.
  ///
  /// - Parameter end: the byte beyond which nothing is read; nil for the end of the file.
  /// - Throws: `LogError` `.storage` when the file can't be read.
  public static func records(
    anywhereIn name: String, in directory: any Directory, upTo end: Int? = nil, store: StoreID
  ) throws(LogError) -> [ScannedRecord] {
    do {
      let file = try directory.open(name, .readOnly)
      let limit = min(end ?? .max, try file.size(), SegmentHeader.maximumCapacity)
      let found = try wholeRecords(file, name, from: 0, limit: limit, store: store)
      try file.close()
      return found
    } catch {
      throw LogError(error, "a segment can't be read")
    }
  }

  /// Reads one record's payload again, and checks it again; of a degraded record it is the reader of its parts who checks.
  public static func payload(of record: ScannedRecord, in directory: any Directory) throws(LogError) -> [UInt8] {
    do {
      let file = try directory.open(record.segment, .readOnly)
      let bytes = try file.read(at: record.offset + RecordHeader.size, count: record.header.payloadLength)
      try file.close()
      guard bytes.count == record.header.payloadLength,
        record.isDegraded || CRC32C.checksum(bytes) == record.header.payloadChecksum
      else {
        throw LogError(
          .corruption, "a record changed while it was being read", file: "\(directory.path)/\(record.segment)",
          offset: record.offset, sequence: record.header.sequence)
      }
      return bytes
    } catch let error as StorageError {
      throw LogError(error, "a record can't be read")
    } catch let error as LogError {
      throw error
    } catch {
      throw LogError(.storage, "a record can't be read: \(error)")
    }
  }

  private enum Place {
    case record(ScannedRecord, [UInt8])
    /// The header is whole, the payload isn't.
    case doubtful(ScannedRecord, [UInt8], String)
    case end
    case unwritten
    case defect(String)
    case unsupported(String)
  }

  private static func read(
    _ file: any File, _ name: String, at offset: Int, limit: Int, store: StoreID
  ) throws(StorageError) -> Place {
    if offset >= limit { return .end }
    let bytes = try file.read(at: offset, count: min(RecordHeader.size, limit - offset))
    let header: RecordHeader
    do {
      header = try RecordHeader(bytes[...])
    } catch {
      if error == .unwritten || (error == .truncated && bytes.allSatisfy { $0 == 0 }) { return .unwritten }
      return error == .unsupported ? .unsupported(error.text) : .defect(error.text)
    }
    guard header.store == store else { return .defect("the record belongs to another store, \(header.store)") }
    guard header.frameLength <= limit - offset else {
      return .defect("the record of \(header.frameLength) bytes is cut off by the end of the segment")
    }
    let payload = try file.read(at: offset + RecordHeader.size, count: header.payloadLength)
    guard payload.count == header.payloadLength, CRC32C.checksum(payload) == header.payloadChecksum else {
      return .doubtful(
        ScannedRecord(segment: name, offset: offset, header: header, isDegraded: true), payload,
        "the checksum of the record's payload doesn't hold")
    }
    return .record(ScannedRecord(segment: name, offset: offset, header: header), payload)
  }

  private static func misfit(_ header: RecordHeader, _ expected: Expectation) -> String? {
    if let sequence = expected.sequence, header.sequence != sequence {
      return "record \(header.sequence) stands where record \(sequence) belongs"
    }
    if !header.follows(expected.chain) { return "the record doesn't continue the chain of the one before it" }
    return nil
  }

  private static func hasContent(_ file: any File, from start: Int, to limit: Int) throws(StorageError) -> Bool {
    var offset = start
    while offset < limit {
      let bytes = try file.read(at: offset, count: min(1 << 20, limit - offset))
      if bytes.isEmpty { return false }
      if !isZero(bytes) { return true }
      offset += bytes.count
    }
    return false
  }

  /// Whether all bytes are zero; a word at a time, since most of a new segment is asked.
  private static func isZero(_ bytes: [UInt8]) -> Bool {
    let span = bytes.rawSpan
    var offset = 0
    while offset + 8 <= span.byteCount {
      // Eight bytes from here are inside the span, as just compared.
      if unsafe span.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self) != 0 { return false }
      offset += 8
    }
    return bytes[offset...].allSatisfy { $0 == 0 }
  }

  /// Whole records behind a damaged place: unsynced writes may reach the disk in any order.
  private static func wholeRecords(
    _ file: any File, _ name: String, from start: Int, limit: Int, store: StoreID
  ) throws(StorageError) -> [ScannedRecord] {
    var found: [ScannedRecord] = []
    var offset = (start + 7) & ~7
    var window: [UInt8] = []
    var windowStart = offset
    while offset + RecordHeader.size <= limit {
      if offset + RecordHeader.size > windowStart + window.count {
        windowStart = offset
        window = try file.read(at: offset, count: min(1 << 20, limit - offset))
        if window.count < RecordHeader.size { break }
        if isZero(window) {
          // No record begins with a zero.
          offset += window.count & ~7
          continue
        }
      }
      let local = offset - windowStart
      if window[local] == 0x53, window[local + 1] == 0x52,
        case .record(let record, _) = try read(file, name, at: offset, limit: limit, store: store)
      {
        found.append(record)
        offset += record.header.frameLength
      } else {
        offset += 8
      }
    }
    return found
  }
}
