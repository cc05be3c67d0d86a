import Strandline
import StrandlineColumns
import StrandlineLog

/// A source of the rows of a schedule: the times at which they are due, and one of 1,000 keys.
struct ScheduledSource: Source {
  let schedule: RowSchedule
  var schema: Schema { TimedKey.schema }

  func open(columns: Schema, recovered: [PartitionRecord]) -> any SourceReader {
    Reader(ScheduledPartition(schedule, columns))
  }

  private final class Reader: SourceReader {
    private var partition: ScheduledPartition?
    init(_ partition: ScheduledPartition) { self.partition = partition }
    func discover() -> [any PartitionReader] {
      defer { partition = nil }
      return partition.map { [$0] } ?? []
    }
  }
}

private final class ScheduledPartition: PartitionReader {
  let name = "schedule"
  var identity: [UInt8] { [] }
  private(set) var offset: UInt64 = 0
  private let schedule: RowSchedule
  private let columns: Schema

  init(_ schedule: RowSchedule, _ columns: Schema) {
    self.schedule = schedule
    self.columns = columns
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) -> PartitionProgress {
    let rows = schedule.take(limits.rows)
    batch = ColumnBatch(
      columns,
      columns: columns.fields.map { field in
        field.type == .timestamp
          ? Column(.timestamp, words: rows.map(schedule.micros))
          : Column(.int64, words: rows.map { Int64($0 &* 7919 % 1000) })
      })
    offset = UInt64(rows.upperBound)
    // It never says that it has ended, so that no batch does more than count its rows.
    return .waiting
  }
}
