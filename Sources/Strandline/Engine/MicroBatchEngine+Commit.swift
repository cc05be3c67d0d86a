public import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
public import StrandlineState

extension MicroBatchEngine {
  /// Ends the batch of the operators, stages the result, commits the batch and publishes what has become durable.
  func commit(_ batch: BatchID, rows: UInt64, watermarks: [Int64]) throws(StreamError) {
    let late = flow.context.lateRows
    let result = try flow.endBatch(sources: watermarks)
    report.rowsLate += flow.context.lateRows - late
    sourceWatermarks = watermarks
    report.watermark = watermarks.min() ?? .min
    let started = options.clock()
    var receipt: [UInt8]?
    let lateRows = flow.context.late
    if result.count > 0 || !lateRows.isEmpty {
      // A writer that has lost its store would be found out by the commit; what it stages may be seen before.
      try requireHeld()
      receipt = try output.stage(batch, result, late: lateRows)
      report.rowsWritten += UInt64(result.count)
    }
    try write(batch, rows: rows, receipt: receipt)
    flow.context.state.beginBatch()
    nextBatch = batch.next
    if let receipt { unpublished.append((batch, receipt)) }
    try publish(now: report.isFinished || unpublished.count >= options.maximumUnpublished)
    report.commitNanos += options.clock() &- started
    report.batches += 1
    report.lastBatch = batch
    updateReport()
  }

  private func requireHeld() throws(StreamError) {
    do {
      try store?.requireHeld()
    } catch {
      throw StreamError(error)
    }
  }

  private func write(_ batch: BatchID, rows: UInt64, receipt: [UInt8]?) throws(StreamError) {
    guard store != nil else { return }
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
    record.receipt = receipt
    record.sinkPosition =
      OutputPositions(
        sink: output.position, rejects: rejects?.position, lock: lock
      ).encoded
    record.publishedBefore = publishedBefore
    record.committedAt = flow.context.now
    (record.watermarks, record.operators) = flow.record
    if sourceWatermarks.count != 1 { record.sourceWatermarks = sourceWatermarks }
    do {
      if let written = try store?.commit(batch, record, state: flow.context.state) {
        report.commits[written.kind, default: 0] += 1
      }
    } catch {
      throw StreamError(error)
    }
  }

  /// Syncs what is due, and publishes the output of every batch that is durable.
  func publish(now: Bool) throws(StreamError) {
    do {
      if store != nil, try store?.sync(now: now) == false { return }
    } catch {
      throw StreamError(error)
    }
    for (batch, receipt) in unpublished { try output.publish(batch, receipt) }
    unpublished.removeAll()
    report.durableBatch = store?.durableBatch
    publishedBefore = nextBatch
    store?.published(before: nextBatch)
  }

  /// With nothing to read: syncs what waits, and proves it to a later recovery.
  func settle() throws(StreamError) {
    guard store != nil, report.lastBatch != nil else { return }
    try publish(now: true)
    do {
      if options.durability != .none { try store?.noteIdle() }
    } catch {
      throw StreamError(error)
    }
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

  func updateReport() {
    report.groups = flow.context.state.groupCount
    report.openPanes = flow.context.state.openPaneCount
    report.digest = flow.context.state.digest
    report.logBytes = store?.bytesOnDisk ?? 0
    report.logBytesWritten = store?.bytesAppended ?? 0
    if let outlook = store?.outlook {
      report.predictedRecoveryNanos = outlook.nanos
      report.canMeetRecoveryBudget = options.recoveryBudgetNanos.map { outlook.leastNanos <= $0 } ?? true
    }
  }

  /// Makes everything durable and visible, and closes store and sink. The engine is then of no further use.
  public func close() throws(StreamError) {
    try publish(now: true)
    do {
      try store?.close()
    } catch {
      throw StreamError(error)
    }
    updateReport()
    try output.close()
    try rejects?.close()
  }
}
