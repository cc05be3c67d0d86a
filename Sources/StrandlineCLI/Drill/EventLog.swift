import Strandline
import StrandlineColumns
import StrandlineStorage
import StrandlineTestKit

/// The JSON objects that a run has printed, read back line by line.
enum EventLog {
  /// The bytes of a file; none where there is none.
  static func bytes(_ path: String) throws(StorageError) -> [UInt8] {
    guard try !Glob.existing(path).isEmpty else { return [] }
    let file = try InputFile(path: path)
    var bytes: [UInt8] = []
    try file.read(at: 0, into: &bytes, count: try file.status().size)
    try file.close()
    return bytes
  }

  /// The objects of a file that have at least those members, as rows; other lines are passed over.
  static func rows(_ path: String, _ fields: [Field]) throws(StorageError) -> ColumnBatch {
    let bytes = try bytes(path)
    var decoder = JSONLinesDecoder(schema: Schema(fields), options: DecodingOptions())
    var batch = ColumnBatch(Schema(fields))
    var errors: [RowError] = []
    // Unsafe: what a byte is made of is itself, so all of it is initialised.
    _ = unsafe decoder.decode(
      bytes.span.bytes, from: 0, baseOffset: 0, atEnd: true, maximumRows: .max, into: &batch, errors: &errors)
    return batch
  }
}

/// The end of a run.
struct CountOutcome {
  var nanos: UInt64
  var rowsRead: Int64
  var rowsLate: Int64
  var rowsWritten: Int64
  var lastBatch: Int64
  var isFinished: Bool
  /// How long the run itself took, without the start of its process.
  var runNanos: UInt64

  static func last(in path: String, nanos: UInt64) throws(StorageError) -> CountOutcome? {
    let rows = try EventLog.rows(
      path,
      [
        Field("rows_read", .int64), Field("rows_late", .int64), Field("rows_written", .int64),
        Field("last_batch", .int64), Field("finished", .bool), Field("wall_ms", .double),
      ])
    guard rows.count > 0 else { return nil }
    let words = rows.columns.map { $0.words[rows.count - 1] }
    return CountOutcome(
      nanos: nanos, rowsRead: words[0], rowsLate: words[1], rowsWritten: words[2], lastBatch: words[3],
      isFinished: words[4] != 0, runNanos: UInt64(Double(bitPattern: UInt64(bitPattern: words[5])) * 1e6))
  }
}

/// A recovery that a run has announced.
struct CountRecovery {
  var batch: Int64
  var groups: Int64
  /// What it took.
  var sample: RecoverySample

  var nanos: UInt64 { sample.nanos }
  var batchesRedone: Int { sample.batchesRedone }

  private static let fields = [
    Field("batch", .int64), Field("groups", .int64), Field("millis", .double), Field("batches_redone", .int64),
    Field("snapshot_ms", .double), Field("redo_ms", .double), Field("snapshot_bytes", .int64),
    Field("redo_bytes", .int64),
  ]

  static func all(in path: String) throws(StorageError) -> [CountRecovery] {
    let rows = try EventLog.rows(path, fields)
    return (0..<rows.count).map { row in
      let words = rows.columns.map { $0.words[row] }
      let nanos = { (word: Int64) in UInt64(Double(bitPattern: UInt64(bitPattern: word)) * 1e6) }
      return CountRecovery(
        batch: words[0], groups: words[1],
        sample: RecoverySample(
          nanos: nanos(words[2]), snapshotNanos: nanos(words[4]), redoNanos: nanos(words[5]),
          bytes: Int(words[6] + words[7]), batchesRedone: Int(words[3])))
    }
  }
}

/// A batch that a run has committed, as its trace says.
struct TracedBatch {
  var batch: Int64
  var digest: String
  var rows: Int64

  static func all(in path: String) throws(StorageError) -> [TracedBatch] {
    let rows = try EventLog.rows(path, [Field("batch", .int64), Field("digest", .string), Field("rows", .int64)])
    return (0..<rows.count).map { row in
      TracedBatch(
        batch: rows.columns[0].words[row], digest: rows.columns[1].text(row), rows: rows.columns[2].words[row])
    }
  }
}
