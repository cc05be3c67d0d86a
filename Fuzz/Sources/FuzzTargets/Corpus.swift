import StrandlineBytes
import StrandlineColumns
import StrandlineState
import StrandlineStorage

@testable import StrandlineLog

/// The inputs that fuzzing begins with: what the encoders write, and what somebody hostile would.
public enum Corpus {
  /// An input with its name.
  public typealias Seed = (name: String, bytes: [UInt8])

  /// The inputs of every target.
  public static func all() throws -> [(target: String, seeds: [Seed])] {
    [
      ("record", try records()), ("segment", try segments()), ("manifest", manifests()), ("snapshot", try snapshots()),
      ("ndjson", ndjson()), ("csv", csv()),
    ]
  }

  /// Writes a directory per target; files that are there stay.
  public static func write(to path: String) throws {
    for (target, seeds) in try all() {
      let directory = try PosixDirectory.open(path: "\(path)/\(target)", create: true)
      let there = Set(try directory.entries().map(\.name))
      for seed in seeds where !there.contains(seed.name) {
        let file = try directory.open(seed.name, .create)
        try file.write(seed.bytes, at: 0)
        try file.close()
      }
    }
  }

  static func record() -> CommitRecord {
    var record = CommitRecord()
    for index in 0..<2 {
      record.partitions.append(
        PartitionRecord(
          name: "views-\(index).ndjson", identity: [1, 2, 3], offset: 4096, rows: 40, maximumTime: index == 0 ? 7 : nil,
          joinedAt: .min, status: index == 0 ? .active : .finished))
    }
    record.watermark = 1000
    record.rowsRead = 300
    record.batchRows = 40
    record.groups = 3
    record.digest = 1 << 100
    record.receipt = [1, 2]
    record.sinkPosition = [3]
    record.sections = [StateSection(kind: .snapshot, operatorID: 0, shard: 0, rawLength: 9, frame: [])]
    return record
  }

  private static func payload(_ record: CommitRecord) throws -> [UInt8] {
    var writer = ByteWriter()
    var compressor = try ZstdCompressor(level: 1)
    try record.encode(into: &writer, compressor: &compressor)
    return writer.bytes
  }

  private static func records() throws -> [Seed] {
    let whole = try payload(record())
    // Behind flags, length and checksum stands the metadata.
    let metadata = Array(whole.dropFirst(9))
    var bomb = ByteWriter()
    bomb.varint(1 << 40)
    var name = ByteWriter()
    name.varint(1)
    name.string("../../etc\u{0}/passwd")
    return [
      ("payload", [0] + whole), ("metadata", [0] + metadata), ("header", [0] + header(whole, 1).encoded()),
      ("length-bomb", [0] + bomb.bytes), ("hostile-name", [0] + name.bytes),
      ("zstd-bomb", [1] + bombFrame), ("compressed", [1] + (try compressed(metadata))),
    ]
  }

  private static func header(_ payload: [UInt8], _ sequence: UInt64) -> RecordHeader {
    RecordHeader(
      kind: .snapshot, flags: 0, payloadLength: payload.count, payloadChecksum: CRC32C.checksum(payload),
      store: SegmentTarget.store, sequence: SequenceNumber(sequence), epoch: Epoch(1), batch: BatchID(sequence - 1),
      floor: SequenceNumber(0), after: 0)
  }

  private static func segments() throws -> [Seed] {
    let payload = try payload(record())
    let identity = StoreIdentity(hashSeed: 1, shardCount: 4, fingerprint: 5)
    var file = SegmentHeader(
      store: SegmentTarget.store, number: 1, epoch: Epoch(1), firstSequence: SequenceNumber(1), capacity: 4096,
      floor: SequenceNumber(0), predecessor: nil, identity: identity
    ).encoded()
    let empty = file
    for sequence in 1...3 as ClosedRange<UInt64> {
      file += header(payload, sequence).encoded() + payload
      file += [UInt8](repeating: 0, count: (8 - payload.count % 8) % 8)
    }
    let end = [UInt8](repeating: 0, count: 160)
    var bomb = file
    bomb.set(UInt32(0x7FFF_FFFF), at: SegmentHeader.size + 8)
    return [
      ("three", [3] + file + end), ("torn", [2] + file.dropLast(20)), ("empty", [1] + empty + end),
      ("as-it-is", [0] + SegmentTarget.sealed(file, records: 3)), ("length-bomb", [0] + bomb),
    ]
  }

  private static func manifests() -> [Seed] {
    func manifest(_ plan: String, _ sizes: [Int?]) -> [UInt8] {
      Manifest(
        store: SegmentTarget.store, epoch: Epoch(3),
        identity: StoreIdentity(hashSeed: 1, shardCount: 4, fingerprint: 5), plan: plan,
        segments: sizes.enumerated().map {
          Manifest.Segment(name: SegmentName(number: UInt64($0) + 1, epoch: Epoch(2)), sealedSize: $1)
        }
      ).encoded()
    }
    var bomb = manifest("p", [])
    bomb[bomb.count - 1] = 0xFF
    bomb += [0xFF, 0xFF, 0xFF, 0x7F]
    return [
      ("two", [0] + manifest("column at timestamp\nkey 1: page", [4096, nil])), ("none", [0] + manifest("", [])),
      ("hostile-plan", [0] + manifest("../../x\u{0}/y", [nil])), ("two-open", [0] + manifest("p", [nil, nil])),
      ("length-bomb", [0] + bomb), ("as-it-is", [1] + manifest("p", [nil])),
    ]
  }

  private static func snapshots() throws -> [Seed] {
    var seeds: [Seed] = []
    for choice in 0..<16 as Range<UInt8> {
      var state = SnapshotTarget.state(choice, shards: 4, seed: 7)
      let keys = SnapshotTarget.keys[Int(choice & 3)].map { type in
        guard type == .string else { return Column(type, words: [1, -5, .max, 0]) }
        var column = Column(type)
        for text in ["a", "", "page/1", "caf\u{E9}"] { column.append(utf8: Array(text.utf8)) }
        return column
      }
      let doubles = [1.5, -2, 0, 1e300].map { Int64(bitPattern: $0.bitPattern) }
      let inputs = [choice >> 2 & 3 == 2 ? Column(.double, words: doubles) : Column(.int64, words: [4, -1, .min, 9])]
      try state.states[0].add(pane: -1000, keys: keys, inputs: inputs, rows: 4)
      try state.states[0].add(pane: 2000, keys: keys, inputs: inputs, rows: 4)
      state.endBatch()
      let bytes = SnapshotTarget.snapshot(state)
      seeds.append(("state-\(choice)", [choice] + bytes))
      if choice == 0 { seeds.append(("frame", [16] + (try compressed(bytes)))) }
    }
    var bomb = ByteWriter()
    bomb.varint(1)
    bomb.zigzag(0)
    bomb.varint(1 << 50)
    return seeds + [("length-bomb", [0] + bomb.bytes), ("zstd-bomb", [16] + bombFrame)]
  }

  private static func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    var writer = ByteWriter()
    var compressor = try ZstdCompressor(level: 1)
    _ = try compressor.compress(bytes.rawSpan, appendingTo: &writer)
    return writer.bytes
  }

  /// A frame that says it holds 1 GiB, in 8192 blocks of zeros of four bytes each.
  private static var bombFrame: [UInt8] {
    [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0x40]
      + (0..<8192).flatMap { [UInt8($0 == 8191 ? 3 : 2), 0, 0x10, 0] }
  }

  private static func ndjson() -> [Seed] {
    let lines = [
      #"{"a":1,"s":"x","d":1.5,"b":true,"t":"2026-01-01T00:00:00Z"}"#,
      #"{"s":"caf\u00e9 \ud83d\ude00","a":-0,"d":1e-308,"more":[1,{"b":"]"}],"t":"1969-12-31T23:59:59.999999+02:00"}"#,
      #"{"a":null,"b":false,"d":null}"#,
    ]
    return [
      ("rows", [7] + Array(lines.joined(separator: "\n").utf8)), ("deep", [1] + Array(repeating: 0x5B, count: 600)),
      ("broken", [3] + Array("{\"a\":\"no\"}\r\n{\"a\":9223372036854775808}\n{\"s\":\"\\ud800\"}\n{\"s\":\"".utf8)),
      ("bytes", [9, 0xEF, 0xBB, 0xBF] + Array("{\"s\":\"".utf8) + [0xC3, 0x28, 0, 0xFF] + Array("\"}\n".utf8)),
    ]
  }

  private static func csv() -> [Seed] {
    let rows = "1,x,1.5,true,2026-01-01T00:00:00Z\r\n-2,\"two\nlines \"\"q\"\"\",,FALSE,\n,,,,\n"
    return [
      ("header", [6] + Array(("a,s,d,b,t\n" + rows).utf8)), ("rows", [7] + Array(rows.utf8)),
      ("other-order", [2] + Array("t,more,b,d,s,a\n2026-01-01T00:00:00Z,?,true,1e5,\"\",3\n".utf8)),
      ("broken", [5] + Array("1,\"open\n2,a\"b,,,\n3,1,2\n\"x\"y,,,,\n".utf8)),
    ]
  }
}
