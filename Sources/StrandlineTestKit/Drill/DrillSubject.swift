public import Strandline
public import StrandlineColumns
import StrandlineLog
import StrandlineStorage

/// What a drill runs: a plan over rows that are made beforehand, so that every run of it is the same.
public struct DrillSubject: Sendable {
  /// Where the result goes.
  public enum Output: String, Sendable, Hashable, CaseIterable {
    /// One file.
    case file
    /// A directory with a file per batch.
    case parts
  }

  /// What is computed.
  public var plan: StreamPlan
  /// The columns of the rows.
  public var schema: Schema
  /// How many sources the plan has; each of them gives all of the rows.
  public var sources = 1
  /// The rows: for each partition its batches, as they will be read.
  public var partitions: [[ColumnBatch]]
  /// Where the result goes.
  public var output = Output.parts
  /// How the store is written. Clock, randomness and waiting are the drill's own.
  ///
  /// Segments are small and shards few unless said otherwise, so that segments are rolled and removed and each shard has its
  /// turn, and a simulated disk is copied quickly.
  public var options: EngineOptions = {
    var options = EngineOptions()
    options.log = LogOptions(segmentCapacity: 1 << 14)
    options.shardCount = 4
    return options
  }()

  /// A plan over rows in batches.
  public init(plan: StreamPlan, partitions: [[ColumnBatch]]) {
    self.plan = plan
    schema = plan.rows
    self.partitions = partitions
  }

  /// A stream of one's own over rows, of which a batch takes so many of each partition.
  ///
  /// - Parameters:
  ///   - rows: the rows of each partition.
  ///   - batch: how many rows of a partition a batch takes, at least 1.
  ///   - make: makes the stream from its input.
  public init<Row: Record, Result: Record>(
    rows: [[Row]], batch: Int, _ make: (Stream<Row>) -> Stream<Result>
  ) {
    let job = make(Stream<Row>([])).write(to: CallbackSink { _ in })
    plan = job.plan
    sources = job.sources.count
    schema = Row.schema
    let size = max(1, batch)
    partitions = rows.map { rows in
      stride(from: 0, to: rows.count, by: size).map { start in
        Row.batch(of: Array(rows[start..<min(start + size, rows.count)]))
      }
    }
  }
}
