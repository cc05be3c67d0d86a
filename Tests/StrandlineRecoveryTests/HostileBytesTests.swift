import StrandlineBytes
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineLog
@testable import StrandlineRecovery

/// Bytes whose checksums are right and which say what no writer says.
@Suite("hostile bytes with right checksums")
struct HostileBytesTests {
  /// A gigabyte of zeros, as a zstd frame of 32 KiB: blocks that repeat one byte 131,072 times.
  static let bomb: [UInt8] = {
    var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0x40, 0, 0, 0, 0]
    for _ in 0..<8191 { frame += [0x02, 0x00, 0x10, 0x00] }
    return frame + [0x03, 0x00, 0x10, 0x00]
  }()

  /// A store whose only batch has that payload.
  private func store(_ payload: [UInt8], kind: RecordKind = .snapshot) throws -> MemoryDirectory {
    let directory = MemoryDirectory(path: "store")
    let lock = try directory.lock(StoreNames.lock, owner: "a test")
    let manifest = Manifest(
      store: StoreID(high: 1, low: 2), epoch: Epoch(1),
      identity: StoreIdentity(hashSeed: 3, shardCount: 4, fingerprint: PlanDifference.fingerprint("p")), plan: "p",
      segments: [])
    var log = try CommitLog.begin(
      in: directory, lock: lock, manifest: manifest, sealed: [], number: 1, last: SequenceNumber(0), chain: 0,
      carrying: [], options: LogOptions(segmentCapacity: 1 << 18))
    try log.append(kind, batch: BatchID(0)) { (writer: inout ByteWriter) throws(BytesError) in writer.raw(payload) }
    try log.close(batch: BatchID(0))
    lock.release()
    return directory
  }

  private func payload(metadata: [UInt8], compressed: UInt8 = 0, length: Int? = nil, frames: [UInt8] = []) -> [UInt8] {
    var writer = ByteWriter()
    writer.uint8(compressed)
    writer.uint32(UInt32(length ?? metadata.count))
    writer.uint32(CRC32C.checksum(metadata))
    writer.raw(metadata)
    writer.raw(frames)
    return writer.bytes
  }

  /// Metadata without partitions, with parts as `sections` writes them.
  private func metadata(partitions: UInt64 = 0, sections: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(partitions)
    writer.int64(0)
    for _ in 0..<8 { writer.varint(0) }
    writer.uint64(0)
    writer.uint64(0)
    writer.uint8(0)
    writer.varint(0)
    writer.varint(0)
    writer.int64(0)
    sections(&writer)
    return writer.bytes
  }

  private func section(_ writer: inout ByteWriter, kind: UInt8 = 1, shard: UInt64 = 0, raw: UInt64, frame: [UInt8]) {
    writer.uint8(kind)
    writer.varint(0)
    writer.varint(shard)
    writer.varint(raw)
    writer.varint(UInt64(frame.count))
    writer.uint32(CRC32C.checksum(frame))
  }

  /// Expects opening, reading and verifying to say where the damage is.
  private func expectCorruption(_ directory: MemoryDirectory, _ comment: Comment, about text: String? = nil) throws {
    let settings = StoreSettings(saysShards: false, plan: "p")
    let before = try contents(directory).filter { $0.key != StoreNames.lock }
    let reader = StoreReader(directory, clock: { 0 })
    let errors = [
      #expect(throws: LogError.self, comment) { _ = try Session(directory.reopened(), settings) },
      #expect(throws: LogError.self, comment) {
        _ = try reader.verify(try reader.facts(), empty: emptyState) { _, _ in }
      },
    ]
    for error in errors {
      #expect(error?.code == .corruption, "\(comment): \(error.map { "\($0)" } ?? "-")")
      #expect(error?.file == "store/00000001-1.log", comment)
      #expect(error?.offset == SegmentHeader.size, comment)
      if let text { #expect(error?.message.contains(text) == true, "\(error.map { "\($0)" } ?? "-")") }
    }
    #expect(try contents(directory).filter { $0.key != StoreNames.lock } == before, comment)
  }

  @Test("a gigabyte in 32 KiB of state, or of metadata, is refused before room is made for it")
  func bombs() throws {
    let state = metadata {
      $0.varint(1)
      section(&$0, raw: 1 << 30, frame: Self.bomb)
    }
    try expectCorruption(try store(payload(metadata: state, frames: Self.bomb)), "state", about: "256 times")
    try expectCorruption(try store(payload(metadata: Self.bomb, compressed: 1)), "metadata")
    let shard = metadata {
      $0.varint(4)
      for number in 0..<4 { section(&$0, kind: 2, shard: UInt64(number), raw: 1 << 30, frame: Self.bomb) }
    }
    let bombs = Array(repeatElement(Self.bomb, count: 4).joined())
    try expectCorruption(try store(payload(metadata: shard, frames: bombs), kind: .delta), "shards", about: "256 times")
  }

  @Test("lengths and numbers beyond what is there are refused")
  func lengths() throws {
    let empty = metadata { $0.varint(0) }
    try expectCorruption(try store(payload(metadata: empty, length: Int(UInt32.max))), "length of the metadata")
    try expectCorruption(try store(payload(metadata: empty, compressed: 7)), "unknown flags")
    try expectCorruption(try store([]), "no payload")
    for count in [1, 1 << 20, 1 << 40, UInt64.max] {
      try expectCorruption(
        try store(payload(metadata: metadata(partitions: count) { $0.varint(0) })), "\(count) partitions")
      try expectCorruption(try store(payload(metadata: metadata { $0.varint(count) })), "\(count) parts")
    }
    for raw in [UInt64(1 << 33), 1 << 62, .max] {
      let small: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x00, 0x01, 0x00, 0x00]
      let stated = metadata {
        $0.varint(1)
        section(&$0, raw: raw, frame: small)
      }
      try expectCorruption(try store(payload(metadata: stated, frames: small)), "\(raw) bytes of state")
    }
    let shard = metadata {
      $0.varint(1)
      section(&$0, kind: 2, shard: 4096, raw: 1, frame: [1])
    }
    try expectCorruption(try store(payload(metadata: shard, frames: [1]), kind: .delta), "shard 4096")
    let foreign = metadata {
      $0.varint(1)
      section(&$0, kind: 2, shard: 9, raw: 1, frame: [1])
    }
    #expect(throws: LogError.self) {
      _ = try Session(
        try store(payload(metadata: foreign, frames: [1]), kind: .delta), StoreSettings(saysShards: false, plan: "p"))
    }
  }

  @Test("the same store with an honest batch is opened")
  func control() throws {
    var compressor = try ZstdCompressor()
    var frame = ByteWriter()
    try compressor.compress([0], appendingTo: &frame)
    let honest = metadata {
      $0.varint(1)
      section(&$0, raw: 1, frame: frame.bytes)
    }
    let directory = try store(payload(metadata: honest, frames: frame.bytes))
    let session = try Session(directory, StoreSettings(saysShards: false, plan: "p"))
    #expect(session.next == 1 && session.state.groupCount == 0)
  }

  @Test("in a manifest are refused by name")
  func manifest() throws {
    let head: (inout ByteWriter) -> Void = { writer in
      writer.raw(Array("STRNDMAN".utf8))
      writer.uint32(0)
      writer.uint16(1)
      writer.uint16(0)
      for word: UInt64 in [0, 0, 1, 2, 1, 3] { writer.uint64(word) }
    }
    let tails: [(String, (inout ByteWriter) -> Void)] = [
      ("no shards", { for word: UInt64 in [0, 0] { $0.uint64(word) } }),
      ("three shards", { for word: UInt64 in [3, 0] { $0.uint64(word) } }),
      ("too many shards", { for word: UInt64 in [1 << 40, 0] { $0.uint64(word) } }),
      (
        "a plan of an exabyte",
        {
          for word: UInt64 in [4, 0] { $0.uint64(word) }
          $0.varint(1 << 60)
        }
      ),
      (
        "more segments than there is room for",
        {
          for word: UInt64 in [4, 0] { $0.uint64(word) }
          $0.string("p")
          $0.varint(1 << 50)
        }
      ),
      (
        "a plan that is no UTF-8",
        {
          for word: UInt64 in [4, 0] { $0.uint64(word) }
          $0.blob([0xFF, 0xFE])
          $0.varint(0)
        }
      ),
      (
        "bytes behind the end",
        {
          for word: UInt64 in [4, 0] { $0.uint64(word) }
          $0.string("p")
          $0.varint(0)
          $0.uint8(0)
        }
      ),
    ]
    for (name, tail) in tails {
      var writer = ByteWriter()
      head(&writer)
      tail(&writer)
      writer.setUInt32(CRC32C.checksum(Array(writer.bytes[12...])), at: 8)
      let directory = MemoryDirectory(path: "store")
      try directory.open(Manifest.name, .create).write(writer.bytes, at: 0)
      let error = #expect(throws: LogError.self, "\(name)") { _ = try StoreFacts.gather(directory) }
      #expect(error?.code == .corruption && error?.file == "store/MANIFEST", "\(name)")
    }
  }

  @Test("a manifest names segments by numbers alone, so that no name leads out of the store")
  func names() throws {
    for name in [
      "../MANIFEST", "a/b.log", "1-1.log", "00000001-1.log\0", "00000001-+1.log", "/00000001-1.log", "..", "",
    ] {
      #expect(SegmentName(name) == nil, "\(name)")
      if name != "1-1.log" && name != "00000001-+1.log" {
        #expect(!DirectoryName.isValid(name) || name.isEmpty, "\(name)")
      }
    }
    for name in [SegmentName(number: .max, epoch: Epoch(.max)), SegmentName(number: 0, epoch: Epoch(0))] {
      #expect(DirectoryName.isValid(name.description) && SegmentName(name.description) == name)
    }
  }
}
