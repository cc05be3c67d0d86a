import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// A commit of a small state against the raw write and `fdatasync` of as many bytes into a file prepared the same way,
/// in turn, pair by pair.
enum CommitLatency {
  static let measurements = [
    Measurement(name: "commit-4k", about: "commit of 256 groups (4 KiB) against raw write and fdatasync, pairwise") {
      try run($0, "commit-4k", groups: 256)
    },
    Measurement(name: "commit-16k", about: "commit of 1,024 groups (16 KiB) against raw write and fdatasync, pairwise")
    {
      try run($0, "commit-16k", groups: 1024)
    },
  ]

  private static func run(_ bench: Bench, _ name: String, groups: Int) throws {
    let pairs = bench.rows(1000)
    let path = bench.path(name)
    let directory = try PosixDirectory.open(path: path, create: true)
    let rawDirectory = try PosixDirectory.open(path: path + "-raw", create: true)
    var restored: StreamState?
    var report = RecoveryReport()
    var options = CheckpointOptions(
      plan: "bench", clock: { SystemClock.monotonicNanos() }, random: { SystemRandom.uint64() })
    options.mode = .snapshot
    let plan = KeyedStatePlan(
      id: 0, keys: .word(.int64), values: AccumulatorLayout([.countRows]),
      window: .tumbling(size: 10_000_000, offset: 0))
    var store = try CheckpointStore.open(
      directory, options: options, state: { StreamState([plan], shardCount: $0, seed: $1) },
      restored: &restored, report: &report)
    guard var state = restored else { throw BenchError("a new store has no state") }
    let raw = try RawLog(rawDirectory)
    var commits: [UInt64] = []
    var raws: [UInt64] = []
    var (bytes, lastBytes) = (0, 0)
    var random: UInt64 = 1
    try bench.measure(name, rows: pairs, bytes: nil) {
      for batch in 0..<pairs {
        // Every group is changed, by counts that can't be guessed.
        var keys: [Int64] = []
        for key in 0..<groups {
          random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          keys.append(contentsOf: repeatElement(Int64(key), count: 1 + Int(random >> 62)))
        }
        try state.states[0].add(pane: 0, keys: [Column(.int64, words: keys)], inputs: [], rows: keys.count)
        state.endBatch()
        var record = CommitRecord()
        record.batchRows = UInt64(keys.count)
        record.rowsRead = UInt64(batch + 1) * UInt64(keys.count)
        record.groups = UInt64(state.groupCount)
        record.groupsChanged = UInt64(state.changedGroups)
        record.digest = state.digest.value
        record.partitions = [
          PartitionRecord(
            name: "events.ndjson", identity: [], offset: UInt64(batch), rows: UInt64(batch), maximumTime: 1,
            joinedAt: .min, status: .active)
        ]
        // Each goes first in every other pair: what follows a sync at once finds the disk awake.
        if batch.isMultiple(of: 2) && batch > 0 { raws.append(try nanos { try raw.write(lastBytes) }) }
        commits.append(
          try nanos {
            lastBytes = try store.commit(BatchID(UInt64(batch)), record, state: state).bytes
            try store.sync()
          })
        if !batch.isMultiple(of: 2) || batch == 0 { raws.append(try nanos { try raw.write(lastBytes) }) }
        bytes += lastBytes
        state.beginBatch()
      }
      commits.sort()
      raws.sort()
      var line = JSONLine()
      line.add("bytes", bytes)
      line.add("pairs", pairs)
      line.add("record_bytes", bytes / pairs)
      line.add("state_groups", state.groupCount)
      line.add("commit_us_p50", Double(commits[pairs / 2]) / 1000)
      line.add("commit_us_p99", Double(commits[pairs * 99 / 100]) / 1000)
      line.add("raw_us_p50", Double(raws[pairs / 2]) / 1000)
      line.add("raw_us_p99", Double(raws[pairs * 99 / 100]) / 1000)
      line.add("ratio_p50", Double(commits[pairs / 2]) / Double(raws[pairs / 2]))
      return line
    }
    try store.close()
    try Files.removeStore(path)
    try Files.removeStore(path + "-raw")
  }

  private static func nanos(_ body: () throws -> Void) rethrows -> UInt64 {
    let started = SystemClock.monotonicNanos()
    try body()
    return SystemClock.monotonicNanos() - started
  }
}
