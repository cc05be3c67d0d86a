import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage
import Synchronization

/// Runs a stream over rows in memory, from crash to crash.
struct CrashingRun<Result: Record> {
  var rows: [Result] = []
  var report = RunReport()
  /// The most groups that the state had after a batch.
  var mostGroups = 0

  /// Runs a stream to its end.
  ///
  /// - Parameters:
  ///   - crash: whether to crash after the batch of that number.
  ///   - change: what else is to be set.
  init(
    _ stream: Stream<Result>, crash: (Int) -> Bool = { _ in false },
    _ change: (inout EngineOptions) -> Void = { _ in }
  ) throws {
    let ticks = Ticks()
    var options = EngineOptions()
    options.clock = { ticks.next() }
    options.wallClock = { 0 }
    options.random = { 0x5EED }
    options.sleep = { _ in }
    options.owner = "a test"
    options.log = LogOptions(segmentCapacity: 1 << 14)
    options.shardCount = 4
    change(&options)
    let received = Received()
    let job = stream.write(to: CallbackSink { batch in received.add(batch) })
    let store = MemoryDirectory()
    var engine: MicroBatchEngine?
    func open() throws {
      // What is dropped lets go of the store, as a killed process does.
      engine = nil
      engine = try MicroBatchEngine(
        job.plan, sources: job.sources, sink: job.sink, store: store.reopened(), options: options)
    }
    try open()
    var number = 0
    while try engine?.step() != .finished {
      number += 1
      mostGroups = max(mostGroups, engine?.report.groups ?? 0)
      if crash(number) { try open() }
    }
    report = engine?.report ?? report
    for batch in received.batches.withLock({ $0 }) { rows += try Result.rows(of: batch) }
  }
}

/// What a sink was given.
private final class Received: Sendable {
  let batches = Mutex<[ColumnBatch]>([])

  func add(_ batch: ColumnBatch) { batches.withLock { $0.append(batch) } }
}

/// A clock that goes on by itself.
private final class Ticks: Sendable {
  private let count = Atomic<UInt64>(1)

  func next() -> UInt64 { count.wrappingAdd(1, ordering: .relaxed).newValue }
}

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct PairingRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}

/// A row with a key that may be missing, a time, and a number of its own.
@Record struct Item: Hashable {
  var key: Int64?
  var name: String
  var at: Timestamp
  var number: Int64
}

/// Random rows of one input: partitions, each cut into batches.
struct Items {
  /// The rows of each partition, batch by batch.
  var partitions: [[[Item]]]
  var delay: Int64

  /// Makes rows whose times go on, with some disorder; a few are far too late.
  init(
    _ random: inout PairingRandom, partitions: Int, rows: Int, keys: Int64, delay: Int64, pace: Int64,
    firstNumber: Int64 = 0
  ) {
    self.delay = delay
    var number = firstNumber
    self.partitions = (0..<partitions).map { _ in
      var time = Int64.random(in: -20...20, using: &random)
      var left = rows
      var batches: [[Item]] = []
      while left > 0 {
        let size = min(left, Int.random(in: 0...4, using: &random) * Int.random(in: 0...3, using: &random))
        left -= size
        batches.append(
          (0..<size).map { _ in
            time += Int64.random(in: 0...pace, using: &random)
            let isLate = Int.random(in: 0...9, using: &random) == 0
            let back = Int64.random(in: 0...(isLate ? 3 * delay + 5 : delay), using: &random)
            let key = Int64.random(in: 0...keys, using: &random)
            number += 1
            return Item(
              key: key == 0 ? nil : key, name: "name \(key % 3)",
              at: Timestamp(microsecondsSince1970: (time - back) * 1_000_000), number: number)
          })
      }
      return batches
    }
  }

  /// A stream of them.
  var stream: Stream<Item> {
    Stream(
      Item.self,
      source: BatchSource(Item.schema, partitions: partitions.map { $0.map { Item.batch(of: $0) } })
    ).eventTime(\.at, delay: .seconds(delay))
  }

  /// The rows that are not late, in the order in which they are read: batch by batch, partition by partition.
  ///
  /// A row is late when it is further behind the latest of its partition so far than the delay.
  var onTime: [Item] {
    var newest = [Int64](repeating: .min, count: partitions.count)
    var rows: [Item] = []
    for step in 0..<(partitions.map(\.count).max() ?? 0) {
      for (index, batches) in partitions.enumerated() where step < batches.count {
        for row in batches[step] {
          newest[index] = max(newest[index], row.second)
          if row.second >= newest[index] - delay { rows.append(row) }
        }
      }
    }
    return rows
  }

  var count: Int { partitions.joined().joined().count }
}

extension Item {
  var second: Int64 { at.microseconds / 1_000_000 }
}
