import Strandline
import StrandlineBytes
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// A store of counts per int64 key in one window, written without an engine.
struct KeyedStore: ~Copyable {
  static let plan = KeyedStatePlan(
    id: 0, keys: .word(.int64), values: AccumulatorLayout([.countRows]),
    window: .tumbling(size: 10_000_000, offset: 0))

  var store: CheckpointStore
  var state: StreamState
  let report: RecoveryReport
  private var random: UInt64 = 1
  private var rows: UInt64 = 0

  /// Opens a store, or makes one.
  init(_ directory: any Directory, mode: CheckpointMode, durability: Durability = .batch) throws {
    var restored: StreamState?
    var report = RecoveryReport()
    var options = CheckpointOptions(
      plan: "bench", clock: { SystemClock.monotonicNanos() }, random: { SystemRandom.uint64() })
    options.mode = mode
    options.durability = durability
    store = try CheckpointStore.open(
      directory, options: options, state: { StreamState([Self.plan], shardCount: $0, seed: $1) },
      restored: &restored, report: &report)
    // An opened store always has a state.
    state = restored ?? StreamState([Self.plan], shardCount: 1, seed: 0)
    self.report = report
    rows = report.plan?.commit?.rowsRead ?? 0
  }

  /// The bytes of a snapshot of all shards, as a record would hold it now.
  func snapshotBytes() throws -> Int {
    var raw = ByteWriter()
    state.encodeSnapshot(into: &raw)
    var frame = ByteWriter()
    var compressor = try ZstdCompressor(level: 1)
    return try compressor.compress(raw.rawSpan, appendingTo: &frame)
  }

  /// The n-th key: scattered over 40 bits, as identifiers are.
  static func key(_ number: Int) -> Int64 {
    Int64(truncatingIfNeeded: UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15 >> 24)
  }

  /// Commits a batch that counts each of these keys once.
  mutating func commit(_ keys: [Int64]) throws -> CheckpointStore.Receipt {
    let batch = store.lastBatch.map(\.next) ?? BatchID(0)
    state.beginBatch()
    for start in stride(from: 0, to: keys.count, by: 1 << 20) {
      let part = Array(keys[start..<min(start + 1 << 20, keys.count)])
      try state.states[0].add(pane: 0, keys: [Column(.int64, words: part)], inputs: [], rows: part.count)
    }
    state.endBatch()
    rows += UInt64(keys.count)
    var record = CommitRecord()
    record.batchRows = UInt64(keys.count)
    record.rowsRead = rows
    record.groups = UInt64(state.groupCount)
    record.groupsChanged = UInt64(state.changedGroups)
    record.digest = state.digest.value
    let receipt = try store.commit(batch, record, state: state)
    try store.sync()
    store.published(before: batch.next)
    return receipt
  }

  /// Commits a batch that counts so many of the first `keys` keys, by chance.
  mutating func commit(changing count: Int, of keys: Int) throws -> CheckpointStore.Receipt {
    let changed = (0..<count).map { _ in
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Self.key(Int((random >> 33) % UInt64(keys)))
    }
    return try commit(changed)
  }
}
