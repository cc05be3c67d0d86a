import StrandlineLog
import StrandlineState

/// A partition while the engine runs: its reader, and where it stands.
@dynamicMemberLookup
struct PartitionCursor {
  let reader: any PartitionReader
  var standing: PartitionStanding

  /// A partition that joins the stream.
  init(_ reader: any PartitionReader, source: Int, joiningAt watermark: Int64) {
    self.reader = reader
    standing = PartitionStanding(source: source, joiningAt: watermark)
  }

  /// A partition that goes on where a commit left it.
  init(_ reader: any PartitionReader, _ record: PartitionRecord) {
    self.reader = reader
    standing = PartitionStanding(record)
  }

  subscript<Value>(dynamicMember path: WritableKeyPath<PartitionStanding, Value>) -> Value {
    get { standing[keyPath: path] }
    set { standing[keyPath: path] = newValue }
  }

  var record: PartitionRecord {
    var record = PartitionRecord(
      name: reader.name, identity: reader.identity, offset: reader.offset, rows: self.rows,
      maximumTime: self.clock.maximum, joinedAt: self.clock.joinedAt, status: self.status)
    record.source = self.source
    record.malformed = self.malformed
    return record
  }
}

/// How far the rows of a partition have come: its event time, and how many they are.
struct PartitionStanding: Sendable {
  /// The number of its source.
  var source: Int
  var clock: PartitionClock
  var rows: UInt64
  /// The rows among them that could not be decoded.
  var malformed: UInt64 = 0
  var status: PartitionRecord.Status
  /// Whether the reader has said that there will be no more.
  var hasEnded = false
  /// When it last brought rows, in monotonic nanoseconds; nil before it was looked at.
  var lastRows: UInt64?

  /// A partition that joins the stream.
  init(source: Int, joiningAt watermark: Int64) {
    self.source = source
    clock = PartitionClock()
    if watermark > .min { clock.join(at: watermark) }
    rows = 0
    status = .active
  }

  /// A partition that goes on where a commit left it.
  init(_ record: PartitionRecord) {
    source = record.source
    clock = PartitionClock(maximum: record.maximumTime, joinedAt: record.joinedAt)
    rows = record.rows
    malformed = record.malformed
    status = record.status
    hasEnded = record.status == .finished
  }

  /// Notes that rows came, or that none did for so long that the watermark goes on without the partition.
  ///
  /// - Parameters:
  ///   - now: monotonic nanoseconds.
  ///   - idleAfter: nanoseconds without rows until the partition is idle.
  ///   - watermark: that of the source, at no less than which the partition comes back.
  /// - Returns: whether the partition has become idle.
  mutating func note(rows: Bool, now: UInt64, idleAfter: UInt64, watermark: Int64) -> Bool {
    if rows || lastRows == nil { lastRows = now }
    if rows && status == .idle {
      status = .active
      clock.join(at: watermark)
    }
    guard let lastRows, status == .active, !hasEnded, now &- lastRows >= idleAfter else { return false }
    status = .idle
    return true
  }
}
