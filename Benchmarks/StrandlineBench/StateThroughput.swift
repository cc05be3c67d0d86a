import StrandlineBytes
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// How fast a state of a million keys is written and read, beside copying as many bytes and compressing them, in the same run.
enum StateThroughput {
  static let measurements = [
    Measurement(name: "state-1m", about: "snapshot, delta, restore and redo of 1,000,000 keys, against copy and zstd") {
      try run($0, keys: 1_000_000)
    }
  ]

  private static func run(_ bench: Bench, keys: Int) throws {
    let keys = bench.rows(keys)
    let changed = max(1, keys / 20)
    let path = bench.path("state")
    let directory = try PosixDirectory.open(path: path, create: true)
    var store = try KeyedStore(directory, mode: .log)
    _ = try store.commit((0..<keys).map(KeyedStore.key))
    var raw = ByteWriter()
    store.state.encodeSnapshot(into: &raw)
    let bytes = raw.bytes
    print("state-copy", keys, bytes.count, repeats: 20) { [bytes] in
      // Writing to a copy is what copies.
      var copy = bytes
      copy[0] ^= 1
      return Int(copy[copy.count - 1])
    }
    var compressor = try ZstdCompressor(level: 1)
    var frame = ByteWriter()
    try print("state-zstd", keys, bytes.count, repeats: 5) {
      frame.removeAll(keepingCapacity: true)
      return try compressor.compress(raw.rawSpan, appendingTo: &frame)
    }
    var decompressor = try ZstdDecompressor()
    try print("state-unzstd", keys, bytes.count, repeats: 5) {
      try decompressor.decompress(frame.rawSpan, limit: bytes.count).count
    }
    try print("state-snapshot", keys, bytes.count, repeats: 5) { try store.snapshotBytes() }
    let batches = 20
    try print("state-delta", changed, nil, repeats: batches) { try store.commit(changing: changed, of: keys).bytes }
    // The store is left as a kill leaves it: not closed, and its lock is nobody's.
    _ = consume store
    let opened = try KeyedStore(directory, mode: .log)
    let figures = opened.report.figures
    print("state-restore", figures.snapshotGroups, bytes.count, nanos: figures.snapshotNanos)
    print("state-redo", figures.redoGroups, nil, nanos: figures.redoNanos)
    guard opened.state.groupCount == keys else {
      throw BenchError("\(opened.state.groupCount) keys were restored of \(keys)")
    }
    try Files.removeStore(path)
  }

  /// Measures a piece of work by processor time, the mean of some repetitions, and prints keys and bytes per second.
  private static func print(
    _ name: String, _ keys: Int, _ bytes: Int?, repeats: Int, _ work: () throws -> Int
  ) rethrows {
    let started = SystemClock.processCPUNanos()
    var results = 0
    for _ in 0..<repeats { results &+= try work() }
    let nanos = (SystemClock.processCPUNanos() - started) / UInt64(repeats)
    print(name, keys, bytes, nanos: nanos, result: results / repeats)
  }

  private static func print(_ name: String, _ keys: Int, _ bytes: Int?, nanos: UInt64, result: Int? = nil) {
    var line = JSONLine()
    let seconds = max(1e-9, Double(nanos) / 1e9)
    line.add("name", name)
    line.add("keys", keys)
    line.add("s", seconds)
    line.add("keys_per_s", Double(keys) / seconds)
    if let bytes {
      line.add("bytes", bytes)
      line.add("bytes_per_s", Double(bytes) / seconds)
    }
    if let result, name != "state-copy" { line.add("bytes_out", result) }
    line.print()
  }
}
