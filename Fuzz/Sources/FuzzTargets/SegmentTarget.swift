import StrandlineBytes
import StrandlineStorage

@testable import StrandlineLog

/// A whole segment: as it is, or with checksums, chain and numbers made right for as many records as the first byte says.
///
/// Records lie behind each other inside the file; reading again, and reading up to where they end, finds the same.
public enum SegmentTarget {
  static let name = "00000001-1.log"
  static let store = StoreID(high: 1, low: 2)

  /// Tries one input.
  public static func run(_ input: Input) {
    let (choice, bytes) = input.choice
    let file = choice == 0 ? bytes : sealed(bytes, records: Int(choice))
    let directory = MemoryDirectory()
    do {
      let made = try directory.open(name, .create)
      try made.write(file, at: 0)
      try made.close()
      let scan = try scan(directory, nil)
      check(scan, file.count)
      let again = try SegmentTarget.scan(directory, nil)
      require(again.records == scan.records && again.end == scan.end, "reading again finds the same")
      for record in scan.records {
        let payload = try SegmentScanner.payload(of: record, in: directory)
        require(payload.count == record.header.payloadLength, "a payload is as long as its header says")
      }
      let upTo = try SegmentTarget.scan(directory, scan.endOffset)
      require(upTo.records == scan.records && upTo.end == .clean, "up to where the records end there is no damage")
      _ = try SegmentScanner.records(anywhereIn: name, in: directory, store: store)
    } catch {
      // Refused: that is an answer.
      _ = error
    }
  }

  private static func scan(_ directory: MemoryDirectory, _ size: Int?) throws(LogError) -> SegmentScan {
    try SegmentScanner.scan(name, in: directory, sealedSize: size, store: store, expecting: nil) { _, _ in }
  }

  private static func check(_ scan: SegmentScan, _ size: Int) {
    var offset = SegmentHeader.size
    for record in scan.records {
      require(record.offset == offset, "records lie behind each other")
      offset += record.header.frameLength
    }
    require(scan.endOffset == offset && offset <= max(size, SegmentHeader.size), "records lie inside the file")
  }

  /// The bytes with a whole header and, as far as they reach, that many whole records.
  static func sealed(_ bytes: [UInt8], records: Int) -> [UInt8] {
    var bytes = bytes
    guard bytes.count >= SegmentHeader.size else { return bytes }
    bytes.set(UInt64(0x4745_5344_4E52_5453), at: 0)  // "STRNDSEG"
    bytes.set(store.high, at: 32)
    bytes.set(store.low, at: 40)
    bytes.set(CRC32C.checksum(Array(bytes[12..<SegmentHeader.size])), at: 8)
    let header: SegmentHeader
    do {
      header = try SegmentHeader(Array(bytes[..<SegmentHeader.size]), file: name)
    } catch {
      return bytes
    }
    var offset = SegmentHeader.size
    var chain = header.predecessor?.chain ?? 0
    for index in 0..<records {
      guard offset + RecordHeader.size <= bytes.count else { break }
      let length = Int(bytes.word32(at: offset + 8)) % (bytes.count - offset - RecordHeader.size + 1)
      bytes.set(UInt32(0x434C_5253), at: offset)
      bytes.set(UInt32(length), at: offset + 8)
      bytes.set(store.high, at: offset + 16)
      bytes.set(store.low, at: offset + 24)
      bytes.set(header.firstSequence.value &+ UInt64(index), at: offset + 32)
      let payload = bytes[(offset + RecordHeader.size)..<(offset + RecordHeader.size + length)]
      bytes.set(CRC32C.checksum(Array(payload)), at: offset + 64)
      bytes.set(UInt32(0), at: offset + 68)
      chain = XXH64.hash(Array(bytes[(offset + 8)..<(offset + 72)]), seed: chain)
      bytes.set(chain, at: offset + 72)
      bytes.set(CRC32C.checksum(Array(bytes[(offset + 8)..<(offset + RecordHeader.size)])), at: offset + 4)
      offset += RecordHeader.size + (length + 7) & ~7
    }
    return bytes
  }
}
