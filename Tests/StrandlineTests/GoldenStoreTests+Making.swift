import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import Synchronization

/// How the golden stores of every format version were made. Nothing here may change: the stores hold what these rows came to.
enum GoldenStore: String, CaseIterable, CustomStringConvertible {
  /// A whole snapshot with every batch, keys of two columns, closed.
  case snapshot
  /// Deltas and rolling shard snapshots over several segments, an integer key, closed.
  case log
  /// Killed while it wrote its last record, half of which is there; a text key that is sometimes null.
  case torn
  /// Shard snapshots in slices over several batches, records of version 2; keys of a text and an integer, closed.
  case sliced
  /// Sessions of which single ones are removed, with runs of bytes, and sliding windows of them: three keyed states, records of
  /// version 3, closed.
  case operators
  /// Words in planes and in steps, of which older stores have none: records of version 4; an integer key of five bytes that goes on from row to
  /// row, closed.
  case words

  static let batches = 24
  static let schema = Schema([
    Field("at", .timestamp), Field("page", .string, nullable: true), Field("code", .int64),
    Field("amount", .double, nullable: true), Field("size", .int64, nullable: true),
  ])

  var description: String { rawValue }

  /// The version of the format that it is an example of.
  var version: String {
    switch self {
    case .sliced: "v2"
    case .operators: "v3"
    case .words: "v4"
    default: "v1"
    }
  }

  /// Whether its commits hold deltas, of many keys.
  private var isLog: Bool { self == .log || self == .sliced || self == .words }

  private var codes: UInt64 { self == .sliced ? 600 : self == .log ? 60 : 4 }

  /// The batches after which the store is left.
  var stopsAfter: Int { isLog ? 19 : self == .operators ? 15 : 9 }

  var plan: StreamPlan {
    guard self == .operators else { return aggregation }
    var windows = StreamPlan(
      rows: Schema([Field("key1", .string, nullable: true), Field("value1", .int64)]), from: .stage(aggregation))
    windows.keys = [.column("key1")]
    windows.window = .sliding(size: 40_000_000, slide: 10_000_000, offset: 0)
    windows.outputs = [
      OutputColumn("key1", .key(0)), OutputColumn("window", .window),
      OutputColumn("sessions", .aggregate(AggregateCall(.count))),
      OutputColumn("rows", .aggregate(AggregateCall(.sum, .column("value1")))),
    ]
    return windows
  }

  private var aggregation: StreamPlan {
    var plan = StreamPlan(rows: Self.schema)
    plan.eventTime = EventTimePlan(column: "at", delay: 20_000_000)
    plan.window = .tumbling(size: self == .sliced ? 40_000_000 : 10_000_000, offset: 0)
    var aggregates = [AggregateCall(.count), AggregateCall(.sum, .column("size"))]
    switch self {
    case .snapshot:
      plan.keys = [.column("page"), .column("code")]
      aggregates += [
        AggregateCall(.sum, .column("amount")), AggregateCall(.average, .column("size")),
        AggregateCall(.min, .column("amount")), AggregateCall(.max, .column("at")),
      ]
    case .log:
      plan.keys = [.column("code")]
      aggregates += [AggregateCall(.max, .column("amount"))]
    case .sliced:
      plan.keys = [.column("page"), .column("code")]
    case .words:
      plan.keys = [.column("code")]
      aggregates += [AggregateCall(.sum, .column("amount"))]
    case .operators:
      plan.keys = [.column("page")]
      plan.window = .session(gap: .fixed(1_500_000))
      aggregates += [
        AggregateCall(.count, .column("code"), distinct: true), AggregateCall(.first, .column("amount")),
        AggregateCall(.approximateCount, .column("size")), AggregateCall(.max, .column("page")),
      ]
    case .torn:
      plan.keys = [.column("page")]
      plan.filters = [.compare(.notEqual, .column("code"), .literal(.int64(3)))]
    }
    plan.outputs = plan.keys.enumerated().map { OutputColumn("key\($0.offset + 1)", .key($0.offset)) }
    plan.outputs.append(OutputColumn("window", .window))
    plan.outputs += aggregates.enumerated().map { OutputColumn("value\($0.offset + 1)", .aggregate($0.element)) }
    return plan
  }

  /// Two partitions of batches: time goes on by about four seconds per batch, with some disorder.
  var partitions: [[ColumnBatch]] {
    var random = GoldenRandom(state: UInt64(rawValue.utf8.count))
    return (0..<2).map { partition in
      (0..<Self.batches).map { number in
        var batch = ColumnBatch(Self.schema)
        for _ in 0..<(isLog ? 24 : 8) {
          batch.columns[0].append(word: (Int64(number) * 4_000 + Int64(random.next(15_000))) * 1000 + Int64(partition))
          if random.next(9) == 0 {
            batch.columns[1].appendNull()
          } else {
            batch.columns[1].append("/é\(random.next(5))")
          }
          let code = Int64(random.next(codes)) - 2
          batch.columns[2].append(
            word: self == .words ? 1 << 40 + Int64(number * 24 + batch.columns[2].count) * 1_000_003 : code)
          if random.next(7) == 0 {
            batch.columns[3].appendNull()
          } else {
            batch.columns[3].append(Double(random.next(1000)) / 8)
          }
          if random.next(5) == 0 {
            batch.columns[4].appendNull()
          } else {
            batch.columns[4].append(word: Int64(random.next(5000)))
          }
        }
        return batch
      }
    }
  }

  /// An engine over a store, whose result goes to `lines`.
  func engine(_ store: any Directory, _ lines: CollectedLines) throws -> MicroBatchEngine {
    var options = EngineOptions()
    let ticks = Atomic64()
    options.clock = { ticks.next() &* 1000 }
    options.wallClock = { 1_431_857_103_000_000 }
    options.random = { ticks.next() &* 0x9E37_79B9_7F4A_7C15 }
    options.sleep = { _ in }
    options.owner = "a golden store"
    options.mode = self == .snapshot ? .snapshot : .log
    if self == .operators { options.smallestSlice = 100 }
    options.shardCount = self == .sliced ? 1 : 4
    options.retainedBatches = 2
    options.log = LogOptions(segmentCapacity: 8 << 10)
    if self == .sliced { options.smallestSlice = 100 }
    let source = BatchSource(Self.schema, partitions: partitions)
    return try MicroBatchEngine(plan, source: source, sink: lines.sink, store: store, options: options)
  }

  /// Makes the store anew, in memory.
  func make() throws -> MemoryDirectory {
    let directory = MemoryDirectory()
    let engine = try engine(directory, CollectedLines())
    for _ in 0..<stopsAfter { _ = try engine.step() }
    if self != .torn { try engine.close() }
    let store = directory.copy()
    guard self == .torn, let facts = try StoreFacts.gather(store), let last = facts.batches.last?.record else {
      return store
    }
    // Everything from the middle of the record on was never written.
    let half = last.header.frameLength / 2
    let file = try store.open(last.segment, .readWrite)
    try file.write(Array(repeating: 0, count: last.header.frameLength - half), at: last.offset + half)
    try file.close()
    return store
  }
}

/// The rows of a result as lines of text.
final class CollectedLines: Sendable {
  private let text = Mutex("")

  var lines: [Substring] { text.withLock { $0 }.split(separator: "\n") }

  var sink: CallbackSink {
    CallbackSink { batch in
      var bytes: [UInt8] = []
      JSONLinesEncoder(schema: batch.schema).append(batch, to: &bytes)
      self.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
    }
  }
}

/// SplitMix64.
struct GoldenRandom {
  var state: UInt64

  mutating func next(_ bound: UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return (value ^ (value >> 31)) % bound
  }
}
