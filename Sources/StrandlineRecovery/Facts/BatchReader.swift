import StrandlineBytes
import StrandlineLog
import StrandlineStorage

/// Reads batches' records while segments are scanned, and checks that each goes on where the one before ended.
struct BatchReader: ~Copyable {
  var batches: [BatchFacts] = []
  var newest: CommitRecord?
  private var decompressor: ZstdDecompressor

  init() throws(LogError) {
    do {
      decompressor = try ZstdDecompressor()
    } catch {
      throw LogError(.storage, "zstd can't be used: \(error)")
    }
  }

  mutating func read(_ record: ScannedRecord, _ payload: [UInt8], _ path: String) throws(LogError) {
    guard record.header.kind.isBatch else { return }
    let commit: CommitRecord
    do {
      commit = try CommitRecord(
        decoding: payload.rawSpan, withSections: false, toleratingDamage: record.isDegraded,
        decompressor: &decompressor)
    } catch {
      throw corruption("a record can't be decoded: \(error)", record, path)
    }
    guard commit.payloadVersion <= record.header.version else {
      throw corruption(
        "a record of version \(record.header.version) holds what version \(commit.payloadVersion) has", record, path)
    }
    if let last = batches.last, record.header.batch != last.batch.next {
      throw corruption("batch \(record.header.batch) follows batch \(last.batch)", record, path)
    }
    if let newest { try check(commit, after: newest, record, path) }
    batches.append(
      BatchFacts(
        record: record, sections: commit.sections, digest: commit.digest, watermark: commit.watermark,
        watermarks: commit.watermarks, rowsRead: commit.rowsRead, receipt: commit.receipt,
        publishedBefore: commit.publishedBefore))
    newest = commit
  }

  private func check(
    _ commit: CommitRecord, after before: CommitRecord, _ record: ScannedRecord, _ path: String
  ) throws(LogError) {
    guard commit.partitions.count >= before.partitions.count else {
      throw corruption("a partition has gone", record, path)
    }
    for (now, then) in zip(commit.partitions, before.partitions) where now.offset < then.offset {
      throw corruption("the offset of \(now.name) went back from \(then.offset) to \(now.offset)", record, path)
    }
    let watermarksRise =
      commit.watermarks.count == before.watermarks.count
      && zip(commit.watermarks, before.watermarks).allSatisfy { $0 >= $1 }
    guard commit.rowsRead == before.rowsRead &+ commit.batchRows, commit.watermark >= before.watermark,
      watermarksRise
    else {
      throw corruption("rows or the watermark don't continue the batch before", record, path)
    }
  }

  private func corruption(_ text: String, _ record: ScannedRecord, _ path: String) -> LogError {
    LogError(
      .corruption, text, file: "\(path)/\(record.segment)", offset: record.offset, sequence: record.header.sequence)
  }
}

/// Reads records behind damage, in runs: within each, every record continues the chain of the one before.
struct RunReader: ~Copyable {
  private var finished: [[BatchFacts]] = []
  private var reader: BatchReader
  private var last: RecordHeader?

  init() throws(LogError) {
    reader = try BatchReader()
  }

  /// The runs that hold batches.
  var runs: [[BatchFacts]] { (finished + [reader.batches]).filter { !$0.isEmpty } }

  mutating func read(_ records: [ScannedRecord], _ directory: any Directory) throws(LogError) {
    for record in records {
      if let last, record.header.sequence != last.sequence.next || !record.header.follows(last.chain) {
        try beginRun()
      }
      last = record.header
      let payload = try SegmentScanner.payload(of: record, in: directory)
      do throws(LogError) {
        try reader.read(record, payload, directory.path)
      } catch {
        // What contradicts the batch before it is in no run: nothing says which of the two is right.
        guard error.code == .corruption else { throw error }
        try beginRun()
      }
    }
  }

  private mutating func beginRun() throws(LogError) {
    finished.append(reader.batches)
    reader = try BatchReader()
  }
}
