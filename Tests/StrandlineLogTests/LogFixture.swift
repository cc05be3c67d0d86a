import Foundation
import StrandlineBytes
import StrandlineStorage
import Testing

@testable import StrandlineLog

/// A directory to test a log in, in memory or on disk.
enum Place: CaseIterable, CustomTestStringConvertible {
  case memory, disk

  var testDescription: String { self == .memory ? "in memory" : "on disk" }

  /// Calls `body` with an empty directory.
  func with(_ body: (any Directory) throws -> Void) throws {
    guard self == .disk else { return try body(MemoryDirectory(path: "store")) }
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("strandline-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    try body(try PosixDirectory.open(path: url.path, create: true))
  }
}

let testStore = StoreID(high: 0x0102_0304_0506_0708, low: 0x1112_1314_1516_1718)

func testManifest(epoch: UInt64 = 1) -> Manifest {
  Manifest(
    store: testStore, epoch: Epoch(epoch),
    identity: StoreIdentity(hashSeed: 7, shardCount: 4, fingerprint: 9), plan: "a plan\nof two lines", segments: [])
}

/// A new log in a directory.
func beginLog(
  _ directory: any Directory, lock: any DirectoryLock, capacity: Int = 4 << 10,
  carrying carried: [CommitLog.CarriedRecord] = []
) throws -> CommitLog {
  try CommitLog.begin(
    in: directory, lock: lock, manifest: testManifest(), sealed: [], number: 1, last: SequenceNumber(0), chain: 0,
    carrying: carried, options: LogOptions(segmentCapacity: capacity))
}

extension CommitLog {
  /// Appends a record of that many bytes, which say what number it is.
  mutating func appendTest(_ number: UInt64, bytes: Int = 100) throws {
    try append(.delta, batch: BatchID(number)) { (writer: inout ByteWriter) throws(BytesError) in
      writer.uint64(number)
      writer.zeros(bytes - 8)
    }
  }
}

/// All records that a store's manifest leads to, in order, with the segments' scans.
func readLog(_ directory: any Directory) throws -> (records: [ScannedRecord], scans: [SegmentScan]) {
  let manifest = try #require(try ManifestFile.read(directory))
  var records: [ScannedRecord] = []
  var scans: [SegmentScan] = []
  var expecting: SegmentScanner.Expectation?
  for segment in manifest.segments {
    let scan = try SegmentScanner.scan(
      segment.name.description, in: directory, sealedSize: segment.sealedSize, store: manifest.store,
      expecting: expecting
    ) { _, _ throws(LogError) in }
    expecting = SegmentScanner.Expectation(
      sequence: scan.records.last?.header.sequence.next ?? scan.header.firstSequence, chain: scan.chain)
    records += scan.records
    scans.append(scan)
  }
  return (records, scans)
}

/// The bytes of a file.
func bytes(_ name: String, _ directory: any Directory) throws -> [UInt8] {
  let file = try directory.open(name, .readOnly)
  return try file.read(at: 0, count: try file.size())
}

/// Overwrites bytes of a file.
func patch(_ name: String, _ directory: any Directory, at offset: Int, _ bytes: [UInt8]) throws {
  try directory.open(name, .readWrite).write(bytes, at: offset)
}

/// The error code that a body throws; nil when it throws none.
func code(_ body: () throws -> Void) throws -> LogError.Code? {
  do {
    try body()
    return nil
  } catch let error as LogError {
    return error.code
  }
}
