import StrandlineBytes
import StrandlineColumns
import StrandlineLog
import Synchronization

/// An array as one partition.
struct ArraySource<Row: Record>: Source {
  private let rows: [Row]

  init(_ rows: [Row]) { self.rows = rows }

  var schema: Schema { Row.schema }

  var approximateBytes: Int? { rows.count * schema.fields.count * 8 }

  func open(columns: Schema, recovered: [PartitionRecord]) throws(StreamError) -> any SourceReader {
    var next = 0
    let rows = rows
    return try RowPartition<Row>.reader(columns, recovered) { count in
      let taken = Array(rows[next..<min(rows.count, next + count)])
      next += taken.count
      return taken.isEmpty ? .ended : .rows(taken)
    }
  }
}

/// What asking for rows came to.
enum RowSupply<Row: Sendable>: Sendable {
  /// Some rows, at least one.
  case rows([Row])
  /// None now, perhaps later.
  case none
  /// No more, ever.
  case ended
  /// The sequence failed.
  case failed(String)
}

/// Rows that are asked for in turn, as one partition.
///
/// The identity is a hash of all rows before the offset. After a restart the rows up to the committed offset are taken
/// again, and their hash is compared: another sequence is an error, not a wrong count.
final class RowPartition<Row: Record>: PartitionReader {
  let name = "rows"
  private(set) var offset: UInt64 = 0
  private let columns: Schema
  private let positions: [Int]
  private let next: (Int) -> RowSupply<Row>
  private var hash = XXH64Stream(seed: 0)
  private var scratch = ByteWriter()

  private init(_ columns: Schema, _ next: @escaping (Int) -> RowSupply<Row>) {
    self.columns = columns
    self.positions = columns.fields.compactMap { Row.schema.index(of: $0.name) }
    self.next = next
  }

  static func reader(
    _ columns: Schema, _ recovered: [PartitionRecord], _ next: @escaping (Int) -> RowSupply<Row>
  ) throws(StreamError) -> any SourceReader {
    let partition = RowPartition(columns, next)
    if let record = recovered.first { try partition.skip(record) }
    return FixedPartitions([partition])
  }

  var identity: [UInt8] {
    var writer = ByteWriter()
    writer.uint8(3)
    writer.uint64(hash.value)
    return writer.bytes
  }

  private func skip(_ record: PartitionRecord) throws(StreamError) {
    while offset < record.offset {
      switch next(Int(min(record.offset - offset, 65_536))) {
      case .rows(let rows): take(Row.batch(of: rows))
      case .none: continue
      case .ended: throw otherRows(record)
      case .failed(let reason): throw StreamError(.source, reason, file: name)
      }
    }
    guard identity == record.identity else { throw otherRows(record) }
  }

  private func otherRows(_ record: PartitionRecord) -> StreamError {
    StreamError(
      .source,
      "the rows are not those of the checkpoint: its first \(record.offset) rows were counted before and must come again unchanged",
      file: name, offset: Int(offset))
  }

  func read(
    _ limits: BatchLimits, into batch: inout ColumnBatch, problems: inout [RowProblem]
  ) throws(StreamError) -> PartitionProgress {
    var progress = PartitionProgress.more
    collect: while batch.count < limits.rows {
      switch next(limits.rows - batch.count) {
      case .rows(let rows):
        let whole = Row.batch(of: rows)
        take(whole)
        batch.append(contentsOf: ColumnBatch(columns, columns: positions.map { whole.columns[$0] }))
      case .none:
        progress = batch.count == 0 ? .waiting : .more
        break collect
      case .ended:
        progress = .finished
        break collect
      case .failed(let reason):
        throw StreamError(.source, reason, file: name, offset: Int(offset))
      }
    }
    return progress
  }

  /// Counts rows, and takes them into the hash one by one, so that it doesn't depend on how they were cut.
  private func take(_ batch: ColumnBatch) {
    for row in 0..<batch.count {
      scratch.removeAll(keepingCapacity: true)
      for column in batch.columns {
        scratch.uint8(column.isNull(row) ? 0 : 1)
        if column.type == .string {
          let range = Int(column.offsets[row])..<Int(column.offsets[row + 1])
          scratch.varint(UInt64(range.count))
          scratch.raw(column.bytes.span.extracting(range))
        } else {
          scratch.int64(column.words[row])
        }
      }
      hash.update(scratch.rawSpan)
    }
    offset += UInt64(batch.count)
  }
}

/// An asynchronous sequence as one partition.
///
/// A task draws the elements into a queue of bounded length, from which the engine's thread takes them.
struct AsyncSequenceSource<Rows: AsyncSequence & Sendable>: Source where Rows.Element: Record {
  private let rows: Rows

  init(_ rows: Rows) { self.rows = rows }

  var schema: Schema { Rows.Element.schema }

  func open(columns: Schema, recovered: [PartitionRecord]) throws(StreamError) -> any SourceReader {
    let queue = RowQueue<Rows.Element>()
    let rows = rows
    let task = Task {
      do {
        for try await row in rows { await queue.add(row) }
        queue.end(nil)
      } catch {
        queue.end("the sequence of rows failed: \(error)")
      }
    }
    let guardian = TaskGuardian(task)
    return try RowPartition<Rows.Element>.reader(columns, recovered) { count in
      withExtendedLifetime(guardian) { queue.take(count) }
    }
  }
}

/// Cancels a task when nobody holds it any more.
private final class TaskGuardian: Sendable {
  private let task: Task<Void, Never>
  init(_ task: Task<Void, Never>) { self.task = task }
  deinit { task.cancel() }
}

/// A queue between a task that adds rows and a thread that takes them.
private final class RowQueue<Row: Record>: Sendable {
  private struct Contents {
    var rows: [Row] = []
    var waiting: CheckedContinuation<Void, Never>?
    var hasEnded = false
    var failure: String?
  }

  private let contents = Mutex(Contents())
  private static var capacity: Int { 65_536 }

  /// Adds a row, and waits while the queue is full.
  func add(_ row: Row) async {
    let isFull = contents.withLock { contents in
      contents.rows.append(row)
      return contents.rows.count >= Self.capacity
    }
    guard isFull else { return }
    await withCheckedContinuation { continuation in
      let goesOn = contents.withLock { contents in
        if contents.rows.count < Self.capacity { return true }
        contents.waiting = continuation
        return false
      }
      if goesOn { continuation.resume() }
    }
  }

  func end(_ failure: String?) {
    contents.withLock {
      $0.hasEnded = true
      $0.failure = failure
    }
  }

  func take(_ count: Int) -> RowSupply<Row> {
    let (supply, waiting) = contents.withLock { contents -> (RowSupply<Row>, CheckedContinuation<Void, Never>?) in
      if contents.rows.isEmpty {
        if let failure = contents.failure { return (.failed(failure), nil) }
        return (contents.hasEnded ? .ended : .none, nil)
      }
      let taken = Array(contents.rows.prefix(count))
      contents.rows.removeFirst(taken.count)
      let waiting = contents.waiting
      contents.waiting = nil
      return (.rows(taken), waiting)
    }
    waiting?.resume()
    return supply
  }
}
