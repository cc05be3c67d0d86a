public import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
public import StrandlineState

extension MicroBatchEngine {
  /// Ends the batch of the operators and gives it to the writer, which stages the result, commits the batch and publishes what
  /// has become durable.
  ///
  /// - Parameters:
  ///   - hasEnded: whether the input has.
  ///   - isLast: whether it is made durable and visible at once.
  func commit(
    _ batch: BatchID, rows: UInt64, watermarks: [Int64], hasEnded: Bool = false, isLast: Bool = false
  ) throws(StreamError) {
    let late = flow.context.lateRows
    let result = try flow.endBatch(sources: watermarks, hasEnded: hasEnded)
    // What was not yet given is still to be written.
    if flow.isUnfinished { report.isFinished = false }
    if let spill = flow.context.spill { (report.keptBytes, report.spilledBytes) = (flow.keptBytes, spill.bytesWritten) }
    report.rowsLate += flow.context.lateRows - late
    report.rowsWritten += UInt64(result.count)
    sourceWatermarks = watermarks
    report.watermark = watermarks.min() ?? .min
    var ended = EndedBatch(
      batch: batch, rows: result, late: flow.context.late, refused: takeRefused(), isLast: isLast || report.isFinished)
    try awaitCommit()
    ended.commit = pipeline.prepare(batch, record(rows: rows), flow.context.state)
    // The record has its copy of what the batch changed.
    flow.forgetChanges()
    nextBatch = batch.next
    report.computedBatch = batch
    describeState()
    pipeline.start(ended)
    if !pipeline.hasThread || ended.isLast { try awaitCommit() }
  }

  /// The rows that were passed over, partition by partition in the order in which these had some, and by their offsets: whatever
  /// finds them, and in whatever morsels.
  private func takeRefused() -> [(problem: RowProblem, bytes: [UInt8]?)] {
    defer { refused.removeAll() }
    if refused.count < 2 { return refused }
    var turns: [String: Int] = [:]
    for (problem, _) in refused where turns[problem.partition] == nil { turns[problem.partition] = turns.count }
    let order = refused.indices.sorted { first, second in
      let (a, b) = (refused[first].problem, refused[second].problem)
      return (turns[a.partition] ?? 0, a.offset, first) < (turns[b.partition] ?? 0, b.offset, second)
    }
    return order.map { refused[$0] }
  }

  /// Waits for the batch that is being written, if there is one.
  func awaitCommit() throws(StreamError) {
    let started = options.clock()
    guard let written = try pipeline.wait() else { return }
    report.commitWaitNanos += options.clock() &- started
    report.commitNanos += written.nanos
    report.batches += 1
    report.lastBatch = written.batch
    report.durableBatch = written.durableBatch
    if let kind = written.kind { report.commits[kind, default: 0] += 1 }
    try describeStore()
  }

  private func record(rows: UInt64) -> CommitRecord {
    var record = CommitRecord()
    record.partitions = partitions.map(\.record)
    record.watermark = report.watermark
    record.rowsRead = report.rowsRead
    record.rowsLate = report.rowsLate
    record.rowsRefused = report.rowsRefused
    record.rowsWritten = report.rowsWritten
    record.batchRows = rows
    record.panesClosed = UInt64(flow.context.panesClosed)
    record.groups = UInt64(flow.context.state.groupCount)
    record.groupsChanged = UInt64(flow.context.state.changedGroups)
    record.digest = flow.context.state.digest.value
    record.isFinished = report.isFinished
    record.committedAt = flow.context.now
    (record.watermarks, record.operators) = flow.record
    if sourceWatermarks.count != 1 { record.sourceWatermarks = sourceWatermarks }
    return record
  }

  /// With nothing to read: waits for what is being written, syncs what waits, and proves it to a later recovery.
  func settle() throws(StreamError) {
    try awaitCommit()
    guard report.lastBatch != nil else { return }
    try pipeline.withWriter { (writer) throws(StreamError) in try writer.settle() }
    try updateReport()
  }

  /// The groups of a keyed state as rows: of an aggregation those of all open windows, ordered by (window end, start, key).
  /// Linear in the groups, and their sorting.
  ///
  /// - Throws: `StreamError` `.overflow` for a value beyond the range of its type.
  public func stateRows(number: Int = 0) throws(StreamError) -> ColumnBatch {
    let state = flow.context.state.states[number]
    return try plan.rows(of: state.rows(of: state.openPanes), state: number)
  }

  /// The digest of the state, computed from nothing: that of the report unless something is wrong. Linear in the groups.
  public func recomputedDigest() -> StateDigest { flow.context.state.recomputedDigest() }

  func describeState() {
    report.groups = flow.context.state.groupCount
    report.openPanes = flow.context.state.openPaneCount
    report.digest = flow.context.state.digest
  }

  private func describeStore() throws(StreamError) {
    let counted = report
    report = try pipeline.withWriter { (writer) in
      var report = counted
      writer.describe(&report)
      return report
    }
  }

  func updateReport() throws(StreamError) {
    describeState()
    try describeStore()
  }

  /// Makes everything durable and visible, and closes store and sink. The engine is then of no further use.
  public func close() throws(StreamError) {
    try awaitCommit()
    try pipeline.withWriter { (writer) throws(StreamError) in try writer.close() }
    try updateReport()
  }
}
