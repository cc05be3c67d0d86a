import ArgumentParser
import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineTestKit

/// The input of a drill: page views, the same for the same numbers.
struct DrillSample {
  private let scale: DrillScale
  private let plan: StreamPlan
  private let options: EngineOptions
  private let output: DrillSubject.Output

  private static let schema = Schema([
    Field("at", .timestamp), Field("page", .string, nullable: true), Field("bytes", .int64, nullable: true),
  ])

  /// The input of a drill inside this process.
  ///
  /// A window is as long as a batch's rows of a partition; rows are out of order by up to three windows, of which the
  /// delay allows two, so that most batches close a window, several are open, and some rows are late.
  init(_ drill: DrillOptions) throws {
    scale = drill.scale
    let arguments = CountChild.planArguments(
      window: "\(scale.batch * 4)ms", delay: "\(scale.batch * 8)ms")
    plan = try CountPlan.plan(PlanOptions.parse(arguments), Self.schema, condition: nil)
    output = drill.outputKind == .file ? .file : .parts
    var options = EngineOptions()
    options.durability = drill.durability.durability
    options.mode = drill.state.checkpointMode
    // Small segments, so that several are rolled and removed, and few shards, so that each has its turn.
    options.log = LogOptions(segmentCapacity: 1 << 14)
    options.shardCount = 4
    drill.plant?.plant(in: &options)
    self.options = options
  }

  /// What a drill inside this process runs.
  func subject(seed: UInt64) -> DrillSubject {
    let partitions = (0..<scale.partitions).map { partition in
      var shape = Self.shape(scale, seed, partition: partition)
      shape.disorder = Int64(scale.batch) * 12_000
      return Self.batches(of: shape, rows: scale.batch)
    }
    var subject = DrillSubject(plan: plan, partitions: partitions)
    subject.output = output
    subject.options = options
    return subject
  }

  private static func batches(of shape: PageViews.Shape, rows: Int) -> [ColumnBatch] {
    var views = PageViews(shape)
    var batches: [ColumnBatch] = []
    var hasMore = shape.rows > 0
    while hasMore {
      var bytes: [UInt8] = []
      hasMore = views.append(rows, to: &bytes)
      var batch = ColumnBatch(schema)
      var errors: [RowError] = []
      var decoder = JSONLinesDecoder(schema: schema, options: DecodingOptions())
      // Unsafe: what a byte is made of is itself, so all of it is initialised.
      _ = unsafe decoder.decode(
        bytes.span.bytes, from: 0, baseOffset: 0, atEnd: true, maximumRows: .max, into: &batch, errors: &errors)
      precondition(errors.isEmpty, "rows that were made can be read")
      batches.append(batch)
    }
    return batches
  }

  /// Rows of one partition.
  static func shape(_ scale: DrillScale, _ seed: UInt64, partition: Int) -> PageViews.Shape {
    var shape = PageViews.Shape()
    shape.pages = scale.keys
    shape.step = 4000
    shape.rows = scale.rows / scale.partitions + (partition < scale.rows % scale.partitions ? 1 : 0)
    shape.seed = seed &* 1000 &+ UInt64(partition)
    return shape
  }
}
