public import StrandlineColumns
public import StrandlineLog

/// Batches of columns that are already in memory: each element is a partition, each of its batches is read whole.
///
/// The offset counts batches. Nothing is compared after a restart: the caller hands in the same batches again.
public struct BatchSource: Source {
  public let schema: Schema
  private let partitions: [[ColumnBatch]]

  /// A source of those partitions.
  public init(_ schema: Schema, partitions: [[ColumnBatch]]) {
    self.schema = schema
    self.partitions = partitions
  }

  public var approximateBytes: Int? {
    partitions.joined().reduce(0) { sum, batch in
      sum + batch.columns.reduce(0) { $0 + $1.bytes.count + $1.words.count * 8 }
    }
  }

  public func open(columns: Schema, recovered: [PartitionRecord]) throws(StreamError) -> any SourceReader {
    let positions = columns.fields.compactMap { schema.index(of: $0.name) }
    return FixedPartitions(
      partitions.enumerated().map { index, batches in
        BatchPartition(
          name: "batches-\(index)", batches: batches, columns: columns, positions: positions,
          offset: index < recovered.count ? recovered[index].offset : 0)
      })
  }
}

/// A reader of partitions that are all known from the beginning.
final class FixedPartitions: SourceReader {
  private var partitions: [any PartitionReader]

  init(_ partitions: [any PartitionReader]) {
    self.partitions = partitions
  }

  func discover() -> [any PartitionReader] {
    defer { partitions = [] }
    return partitions
  }
}

private final class BatchPartition: PartitionReader {
  let name: String
  var identity: [UInt8] { [] }
  private(set) var offset: UInt64
  private let batches: [ColumnBatch]
  private let columns: Schema
  private let positions: [Int]

  init(name: String, batches: [ColumnBatch], columns: Schema, positions: [Int], offset: UInt64) {
    self.name = name
    self.batches = batches
    self.columns = columns
    self.positions = positions
    self.offset = offset
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) -> PartitionProgress {
    guard offset < batches.count else { return .finished }
    let next = batches[Int(offset)]
    batch = ColumnBatch(columns, columns: positions.map { next.columns[$0] })
    offset += 1
    return offset < batches.count ? .more : .finished
  }
}
