import StrandlineLog
import StrandlineState

/// A partition while the engine runs: its reader, its event time, and where it stands.
struct PartitionCursor {
  let reader: any PartitionReader
  var clock: PartitionClock
  var rows: UInt64
  var status: PartitionRecord.Status
  /// Whether the reader has said that there will be no more.
  var hasEnded = false

  /// A partition that joins the stream.
  init(_ reader: any PartitionReader, joiningAt watermark: Int64) {
    self.reader = reader
    clock = PartitionClock()
    if watermark > .min { clock.join(at: watermark) }
    rows = 0
    status = .active
  }

  /// A partition that goes on where a commit left it.
  init(_ reader: any PartitionReader, _ record: PartitionRecord) {
    self.reader = reader
    clock = PartitionClock(maximum: record.maximumTime, joinedAt: record.joinedAt)
    rows = record.rows
    status = record.status
    hasEnded = record.status == .finished
  }

  var record: PartitionRecord {
    PartitionRecord(
      name: reader.name, identity: reader.identity, offset: reader.offset, rows: rows,
      maximumTime: clock.maximum, joinedAt: clock.joinedAt, status: status)
  }
}
