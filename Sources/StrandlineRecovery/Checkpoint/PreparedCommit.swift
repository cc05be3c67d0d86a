import StrandlineBytes
public import StrandlineLog

/// A commit on its way: what its record will hold, copied out of the state, which may change meanwhile.
public struct PreparedCommit: Sendable {
  /// The batch.
  public let batch: BatchID
  /// Everything but the parts of the state. What is known only when it is written (the receipt, where outputs stand) may be
  /// set until then.
  public var record: CommitRecord
  /// What kind of record it will be.
  public internal(set) var kind = RecordKind.tick
  /// What is written of the state, not yet compressed.
  var raws: [RawSection] = []
  /// The slices of shard snapshots that go along.
  var slices: [RollingSnapshots.RawSlice] = []
  /// The nanoseconds that copying took.
  var nanos: UInt64 = 0

  struct RawSection: Sendable {
    var kind: StateSection.Kind
    var shard: Int
    var bytes: [UInt8]
  }

  init(batch: BatchID, record: CommitRecord) {
    self.batch = batch
    self.record = record
  }

  /// Bytes of what is written of the state, without the slices.
  var rawBytes: Int { raws.reduce(0) { $0 + $1.bytes.count } }

  mutating func copy(_ kind: StateSection.Kind, _ shard: Int, _ encode: (inout ByteWriter) -> Void) {
    var raw = ByteWriter(capacity: 1 << 12)
    encode(&raw)
    raws.append(RawSection(kind: kind, shard: shard, bytes: raw.bytes))
  }
}
