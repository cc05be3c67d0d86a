import Strandline
import StrandlineColumns
import StrandlineLog

/// Partitions whose batches are all there beforehand: each read takes the next one, so every run cuts its batches alike.
struct PreparedSource: Source {
  let schema: Schema
  let partitions: [[ColumnBatch]]

  func open(columns: Schema, recovered: [PartitionRecord]) -> any SourceReader {
    PreparedReader(
      partitions.enumerated().map { index, batches in
        PreparedPartition(
          index, batches, columns, offset: index < recovered.count ? Int(recovered[index].offset) : 0)
      })
  }
}

private final class PreparedReader: SourceReader {
  private var partitions: [PreparedPartition]

  init(_ partitions: [PreparedPartition]) { self.partitions = partitions }

  func discover() -> [any PartitionReader] {
    defer { partitions = [] }
    return partitions
  }
}

private final class PreparedPartition: PartitionReader {
  let name: String
  var identity: [UInt8] { [] }
  var offset: UInt64 { UInt64(next) }
  private let batches: [ColumnBatch]
  private let columns: Schema
  private var next: Int

  init(_ index: Int, _ batches: [ColumnBatch], _ columns: Schema, offset: Int) {
    name = "partition-\(index)"
    self.batches = batches
    self.columns = columns
    next = offset
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) -> PartitionProgress {
    guard next < batches.count else { return .finished }
    let found = batches[next]
    batch = ColumnBatch(columns, columns: columns.fields.compactMap { found.column($0.name) })
    next += 1
    return .more
  }
}
