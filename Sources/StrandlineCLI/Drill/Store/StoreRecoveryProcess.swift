import StrandlineColumns
import StrandlineStorage
import StrandlineTestKit

/// A recovery in a process of its own.
struct StoreRecoveryProcess {
  /// The copy that is recovered.
  let store: String
  /// Where the process says what it did.
  let log: String

  /// What a recovery came to, as its process says.
  struct Outcome {
    var batch: Int64
    var digest: String
    var groups: Int64
    var sample: RecoverySample
    var snapshotBytes: Int
    var redoBytes: Int
    /// From the start of the process to its end.
    var wallNanos: UInt64
  }

  func start() throws(StorageError) -> ChildProcess {
    try ChildProcess(
      try SystemProcess.executablePath(), ["drill-recover", store], output: .file(log), error: .file(log))
  }

  /// Recovers.
  ///
  /// - Throws: `Failure` with what the process said when it fails.
  func run() throws -> Outcome {
    let started = SystemClock.monotonicNanos()
    let ended = try start().wait()
    let wall = SystemClock.monotonicNanos() - started
    guard ended == .exited(0), let outcome = try outcome(wall) else {
      let said = String(decoding: try EventLog.bytes(log), as: UTF8.self).split(separator: "\n").last.map(String.init)
      throw Failure(.damage, code: "drill", "the recovery \(ended): \(said ?? "it said nothing")", file: store)
    }
    return outcome
  }

  private static let fields = [
    Field("batch", .int64), Field("digest", .string), Field("groups", .int64), Field("nanos", .int64),
    Field("snapshot_nanos", .int64), Field("redo_nanos", .int64), Field("snapshot_bytes", .int64),
    Field("redo_bytes", .int64), Field("batches_redone", .int64),
  ]

  private func outcome(_ wall: UInt64) throws(StorageError) -> Outcome? {
    let rows = try EventLog.rows(log, Self.fields)
    guard rows.count > 0 else { return nil }
    let last = rows.count - 1
    let word = { (column: Int) in rows.columns[column].words[last] }
    return Outcome(
      batch: word(0), digest: rows.columns[1].text(last), groups: word(2),
      sample: RecoverySample(
        nanos: UInt64(clamping: word(3)), snapshotNanos: UInt64(clamping: word(4)),
        redoNanos: UInt64(clamping: word(5)),
        bytes: Int(word(6) + word(7)), batchesRedone: Int(word(8))),
      snapshotBytes: Int(word(6)), redoBytes: Int(word(7)), wallNanos: wall)
  }
}
