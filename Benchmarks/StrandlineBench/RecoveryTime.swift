import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// How long a store takes to be opened again after its process is gone, and how flat the cost of its commits is.
enum RecoveryTime {
  static let measurements = [
    Measurement(name: "recovery-10k", about: "opening a store of 10,000 keys after 200 batches of deltas") {
      try recover($0, "recovery-10k", keys: 10_000, changed: 1000, batches: 200)
    },
    Measurement(name: "recovery-1m", about: "opening a store of 1,000,000 keys after 60 batches of deltas") {
      try recover($0, "recovery-1m", keys: 1_000_000, changed: 50_000, batches: 60)
    },
    Measurement(name: "recovery-10m", about: "opening a store of 10,000,000 keys after 60 batches of deltas") {
      try recover($0, "recovery-10m", keys: 10_000_000, changed: 100_000, batches: 60)
    },
    Measurement(name: "log-flat", about: "500 commits of 100,000 of 10,000,000 keys: bytes of each, and of the log") {
      try flat($0, "log-flat", keys: 10_000_000, changed: 100_000, batches: 500)
    },
  ]

  private static func recover(_ bench: Bench, _ name: String, keys: Int, changed: Int, batches: Int) throws {
    let keys = bench.rows(keys)
    let path = bench.path(name)
    let directory = try PosixDirectory.open(path: path, create: true)
    var predicted = try fill(directory, keys: keys, changed: bench.rows(changed), batches: batches)
    // First with the speeds of any machine, then with those of the opening before.
    for pass in ["first", "again", "and again"] {
      let cpu = SystemClock.processCPUNanos()
      let started = SystemClock.monotonicNanos()
      let store = try KeyedStore(directory, mode: .log)
      let wall = SystemClock.monotonicNanos() - started
      let figures = store.report.figures
      var line = JSONLine()
      line.add("name", name)
      line.add("pass", pass)
      line.add("keys", store.state.groupCount)
      line.add("predicted_s", Double(predicted) / 1e9)
      line.add("wall_s", Double(wall) / 1e9)
      line.add("wall_over_predicted", Double(wall) / Double(predicted))
      line.add("cpu_s", Double(SystemClock.processCPUNanos() - cpu) / 1e9)
      line.add("facts_s", Double(store.report.factsNanos) / 1e9)
      line.add("snapshot_s", Double(figures.snapshotNanos) / 1e9)
      line.add("redo_s", Double(figures.redoNanos) / 1e9)
      line.add("snapshot_groups_per_s", Double(figures.snapshotGroups) / Double(figures.snapshotNanos) * 1e9)
      line.add("redo_groups_per_s", Double(figures.redoGroups) / Double(max(1, figures.redoNanos)) * 1e9)
      line.add("batches_redone", figures.batchesRedone)
      line.add("log_bytes", store.store.bytesOnDisk)
      line.print()
      predicted = store.store.outlook.nanos
    }
    try Files.removeStore(path)
  }

  /// Makes a store and leaves it as a kill does: without closing it. Returns what it said a recovery will take.
  private static func fill(_ directory: any Directory, keys: Int, changed: Int, batches: Int) throws -> UInt64 {
    var store = try KeyedStore(directory, mode: .log)
    _ = try store.commit((0..<keys).map(KeyedStore.key))
    for _ in 0..<batches { _ = try store.commit(changing: changed, of: keys) }
    return store.store.outlook.nanos
  }

  private static func flat(_ bench: Bench, _ name: String, keys: Int, changed: Int, batches: Int) throws {
    let keys = bench.rows(keys)
    let changed = bench.rows(changed)
    let path = bench.path(name)
    let files = try PosixDirectory.open(path: path, create: true)
    let directory = CountingDirectory(files)
    var store = try KeyedStore(directory, mode: .log, durability: .batch)
    _ = try store.commit((0..<keys).map(KeyedStore.key))
    var records: [Int] = []
    var written: [Int] = []
    var nanos: [UInt64] = []
    var largest = 0
    try bench.measure(name, rows: batches * changed, bytes: nil) {
      for _ in 0..<batches {
        let before = directory.counts
        let started = SystemClock.monotonicNanos()
        records.append(try store.commit(changing: changed, of: keys).bytes)
        nanos.append(SystemClock.monotonicNanos() - started)
        let after = directory.counts
        written.append(
          after.bytesWritten - before.bytesWritten + after.bytesPreallocated - before.bytesPreallocated)
        largest = max(largest, try Files.storeBytes(path))
      }
      let snapshot = try store.snapshotBytes()
      var line = JSONLine()
      line.add("snapshot_bytes", snapshot)
      for (name, sizes) in [("record", records.sorted()), ("written", written.sorted())] {
        line.add("\(name)_bytes_p50", sizes[sizes.count / 2])
        line.add("\(name)_bytes_max", sizes[sizes.count - 1])
        line.add("\(name)_max_over_p50", Double(sizes[sizes.count - 1]) / Double(sizes[sizes.count / 2]))
      }
      nanos.sort()
      line.add("commit_ms_p50", Double(nanos[nanos.count / 2]) / 1e6)
      line.add("commit_ms_max", Double(nanos[nanos.count - 1]) / 1e6)
      line.add("log_bytes_max", largest)
      line.add("log_over_snapshot", Double(largest) / Double(snapshot))
      return line
    }
    try Files.removeStore(path)
  }
}
