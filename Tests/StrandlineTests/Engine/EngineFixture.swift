import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import Synchronization

/// A row of the engine's tests.
struct Event: Record, Hashable {
  var at: Timestamp
  var key: String
  var value: Int64?

  struct Columns: Sendable {
    let at: Expr<Timestamp>
    let key: Expr<String>
    let value: Expr<Int64?>
  }
  struct Projection: Sendable {}
  static let schema = Schema([Field("at", .timestamp), Field("key", .string), Field("value", .int64, nullable: true)])
  static var columns: Columns { columns(prefix: "") }
  static func columns(prefix: String) -> Columns {
    Columns(at: Expr(column: prefix + "at"), key: Expr(column: prefix + "key"), value: Expr(column: prefix + "value"))
  }
  static func project(_ projection: Projection) -> [(name: String, item: OutputItem)] { [] }
  static func expressions(_ columns: Columns) -> [(name: String, expression: Expression)] { [] }

  init(at: Int, key: String, value: Int64? = nil) {
    self.at = Timestamp(secondsSince1970: at)
    self.key = key
    self.value = value
  }

  func append(to batch: inout ColumnBatch) {
    batch.columns[0].append(word: at.microseconds)
    batch.columns[1].append(key)
    if let value { batch.columns[2].append(word: value) } else { batch.columns[2].appendNull() }
  }

  init(reading row: inout RowReader) throws(ColumnsError) {
    at = try row.next()
    key = try row.next()
    value = try row.next()
  }
}

/// Runs a plan over events, in memory.
struct EngineFixture {
  var delay = 0
  var window = 10
  var emission = Emission.final
  var options = EngineOptions()
  let store = MemoryDirectory()
  let output = MemoryDirectory()

  init() {
    // A clock that goes on by itself, so that a run is the same each time.
    let ticks = Atomic64()
    options.clock = { ticks.next() }
    options.wallClock = { 0 }
    options.random = { ticks.next() &* 0x9E37_79B9_7F4A_7C15 }
    options.sleep = { _ in }
    options.owner = "a test"
    options.log = LogOptions(segmentCapacity: 1 << 14)
  }

  var plan: StreamPlan {
    var plan = StreamPlan(rows: Event.schema)
    plan.eventTime = EventTimePlan(column: "at", delay: Int64(delay) * 1_000_000)
    plan.keys = [.column("key")]
    plan.window = .tumbling(size: Int64(window) * 1_000_000, offset: 0)
    plan.outputs = [
      OutputColumn("key", .key(0)), OutputColumn("window", .window),
      OutputColumn("count", .aggregate(AggregateCall(.count))),
      OutputColumn("sum", .aggregate(AggregateCall(.sum, .column("value")))),
    ]
    plan.emission = emission
    return plan
  }

  /// An engine over partitions of events, in batches of their own.
  func engine(
    _ partitions: [[[Event]]], store: (any Directory)? = nil, sink: (any Sink)? = nil
  ) throws -> MicroBatchEngine {
    let batches = partitions.map { $0.map { Event.batch(of: $0) } }
    return try MicroBatchEngine(
      plan, source: BatchSource(Event.schema, partitions: batches),
      sink: sink ?? FileSink(output, name: "out.ndjson", format: .jsonLines), store: store ?? self.store,
      options: options)
  }

  /// Runs to the end.
  @discardableResult
  func run(_ partitions: [[[Event]]]) throws -> RunReport {
    let engine = try engine(partitions)
    while try engine.step() != .finished {}
    try engine.close()
    return engine.report
  }

  /// The lines of the output file.
  func lines(_ name: String = "out.ndjson") throws -> [String] {
    let file = try output.open(name, .readOnly)
    return String(decoding: try file.read(at: 0, count: try file.size()), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }
}

/// A counter that may be used from any thread.
final class Atomic64: Sendable {
  private let value = Atomic<UInt64>(1)
  func next() -> UInt64 { value.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// What the events come to, folded row by row: the oracle.
func expectedRows(_ partitions: [[[Event]]], window: Int, delay: Int) -> (rows: [String], late: Int) {
  struct Group: Hashable {
    let start: Int
    let key: String
  }
  var counts: [Group: (count: Int, sum: Int64?)] = [:]
  var late = 0
  for partition in partitions {
    var latest = Int.min
    for event in partition.flatMap({ $0 }) {
      let time = Int(event.at.microseconds / 1_000_000)
      latest = max(latest, time)
      let start = time - ((time % window) + window) % window
      if start + window <= latest - delay {
        late += 1
        continue
      }
      var group = counts[Group(start: start, key: event.key)] ?? (0, nil)
      group.count += 1
      if let value = event.value { group.sum = (group.sum ?? 0) + value }
      counts[Group(start: start, key: event.key)] = group
    }
  }
  let rows = counts.sorted { ($0.key.start, $0.key.key) < ($1.key.start, $1.key.key) }.map { group, value in
    "{\"key\":\"\(group.key)\",\"window_start\":\"\(Timestamp(secondsSince1970: group.start))\","
      + "\"window_end\":\"\(Timestamp(secondsSince1970: group.start + window))\",\"count\":\(value.count),"
      + "\"sum\":\(value.sum.map { "\($0)" } ?? "null")}"
  }
  return (rows, late)
}

/// A generator whose seed a failing test prints.
struct EventGenerator {
  var state: UInt64

  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }

  /// Partitions of disordered events, cut into batches at random.
  mutating func partitions(_ count: Int, rows: Int, disorder: Int) -> [[[Event]]] {
    (0..<count).map { _ in
      var batches: [[Event]] = []
      var left = rows
      var time = 0
      while left > 0 {
        let size = min(left, 1 + next(40))
        batches.append(
          (0..<size).map { _ in
            time += next(3)
            return Event(
              at: time - next(disorder + 1), key: "k\(next(20))", value: next(4) == 0 ? nil : Int64(next(100)))
          })
        left -= size
      }
      return batches
    }
  }
}
