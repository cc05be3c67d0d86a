import Strandline
import StrandlineColumns
import StrandlineLog
import Synchronization

/// Partitions whose batches a test hands in one by one. They are kept, so that a restart can read them again.
final class FedSource: Source {
  let schema: Schema
  private let batches: Mutex<[[ColumnBatch]]>
  private let hasEnded = Atomic<Bool>(false)

  init(schema: Schema, partitions: Int) {
    self.schema = schema
    batches = Mutex(Array(repeating: [], count: partitions))
  }

  func add(_ batch: ColumnBatch, to partition: Int) {
    batches.withLock { $0[partition].append(batch) }
  }

  /// Says that nothing more will be handed in.
  func end() { hasEnded.store(true, ordering: .releasing) }

  fileprivate var isEnded: Bool { hasEnded.load(ordering: .acquiring) }

  fileprivate func batch(_ index: Int, of partition: Int) -> ColumnBatch? {
    batches.withLock { index < $0[partition].count ? $0[partition][index] : nil }
  }

  func open(columns: Schema, recovered: [PartitionRecord]) -> any SourceReader {
    let count = batches.withLock { $0.count }
    return FedReader(
      (0..<count).map {
        FedPartition(self, $0, columns, offset: $0 < recovered.count ? recovered[$0].offset : 0)
      })
  }
}

private final class FedReader: SourceReader {
  private var partitions: [FedPartition]

  init(_ partitions: [FedPartition]) { self.partitions = partitions }

  func discover() -> [any PartitionReader] {
    defer { partitions = [] }
    return partitions
  }
}

private final class FedPartition: PartitionReader {
  let name: String
  var identity: [UInt8] { [] }
  private(set) var offset: UInt64
  private let source: FedSource
  private let index: Int
  private let columns: Schema

  init(_ source: FedSource, _ index: Int, _ columns: Schema, offset: UInt64) {
    name = "partition-\(index)"
    self.source = source
    self.index = index
    self.columns = columns
    self.offset = offset
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) -> PartitionProgress {
    guard let next = source.batch(Int(offset), of: index) else { return source.isEnded ? .finished : .waiting }
    batch = ColumnBatch(columns, columns: columns.fields.compactMap { next.column($0.name) })
    offset += 1
    return .more
  }
}
