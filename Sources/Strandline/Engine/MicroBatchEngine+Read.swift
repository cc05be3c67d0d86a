import StrandlineColumns
import StrandlineLog
import StrandlineState

/// Reading: partitions in turn, their rows in morsels that are computed side by side.
extension MicroBatchEngine {
  /// How many morsels are gathered per thread: while some threads work on the last ones, few have nothing to do.
  private static let morselsPerThread = 4

  /// Reads the partitions in turn. Returns whether one of them has ended, or has become idle.
  ///
  /// - Parameter start: the rows read before the batch.
  func readBatch(from start: UInt64) throws(StreamError) -> Bool {
    var hasChanged = false
    var taken = report.rowsRead - start
    var morsels: [Morsel] = []
    for step in partitions.indices {
      let index = (cursor + step) % partitions.count
      if partitions[index].hasEnded { continue }
      let (rows, changed) = try read(index, &morsels)
      hasChanged = changed || hasChanged
      if workers.count == 1 || morsels.count >= workers.count * Self.morselsPerThread { try process(&morsels) }
      taken += rows
      if taken >= UInt64(options.rowsPerBatch) {
        cursor = (index + 1) % partitions.count
        break
      }
    }
    try process(&morsels)
    return hasChanged
  }

  /// Reads a partition. Returns the rows read, and whether it has ended or has become idle.
  private func read(_ index: Int, _ morsels: inout [Morsel]) throws(StreamError) -> (rows: UInt64, changed: Bool) {
    let source = partitions[index].source
    let text = try readText(index, &morsels)
    let (rows, progress) = if let text { text } else { try readRows(index, &morsels) }
    var isIdle = false
    if let idleNanos = options.idleNanos {
      isIdle = partitions[index].note(
        rows: rows > 0, now: options.clock(), idleAfter: idleNanos, watermark: sourceWatermarks[source])
    }
    guard progress == .finished else { return (UInt64(rows), isIdle) }
    partitions[index].hasEnded = true
    if !options.leavesOpen { partitions[index].status = .finished }
    return (UInt64(rows), true)
  }

  /// Reads text that is decoded side by side; nil where there is one thread, or the text can't be cut.
  private func readText(
    _ index: Int, _ morsels: inout [Morsel]
  ) throws(StreamError) -> (rows: Int, progress: PartitionProgress)? {
    if workers.count == 1 { return nil }
    let bytes = options.rowsPerMorsel * Morsel.bytesPerRow
    guard let block = try partitions[index].reader.readMorsels(options.limits, morselBytes: bytes) else { return nil }
    morsels += block.morsels.map { morsel(.text($0), of: index) }
    return (block.lines, block.progress)
  }

  /// Reads rows, and cuts them into morsels where there are threads for them.
  private func readRows(
    _ index: Int, _ morsels: inout [Morsel]
  ) throws(StreamError) -> (rows: Int, progress: PartitionProgress) {
    var batch = ColumnBatch(plan.sources[partitions[index].source].schema)
    var problems: [RowProblem] = []
    let progress = try partitions[index].reader.read(options.limits, into: &batch, problems: &problems)
    let rows = batch.count + problems.count
    if rows == 0 { return (0, progress) }
    let count = workers.count == 1 ? 1 : max(1, batch.count / options.rowsPerMorsel)
    for number in 0..<count {
      let places = batch.count * number / count..<batch.count * (number + 1) / count
      var morsel = morsel(.rows(batch, places), of: index)
      if number == 0 { morsel.problems = problems }
      morsels.append(morsel)
    }
    return (rows, progress)
  }

  private func morsel(_ content: Morsel.Content, of partition: Int) -> Morsel {
    Morsel(
      partition: partition, source: partitions[partition].source, content, flow.context.forMorsel(flow.emptyState))
  }

  /// Takes morsels through the operators, those of a partition in their order.
  private func process(_ morsels: inout [Morsel]) throws(StreamError) {
    if morsels.isEmpty { return }
    let late = flow.context.lateRows
    let rows = morsels.reduce(0) { $0 + $1.size }
    try flow.begin(&morsels, on: rows >= options.rowsPerMorsel / 4 ? workers : .one)
    for index in morsels.indices {
      let partition = morsels[index].partition
      // Rows that can't be decoded have no number: which of them share a batch with others must not matter.
      let decoded = partitions[partition].rows &- partitions[partition].malformed
      let ordinal = Int64(partition) << 44 | Int64(truncatingIfNeeded: decoded & (1 << 44 - 1))
      flow.stamp(&morsels[index], clock: &partitions[partition].clock, ordinal: ordinal)
      let (rows, malformed) = (morsels[index].count, morsels[index].problems.count)
      partitions[partition].rows += UInt64(rows + malformed)
      partitions[partition].malformed += UInt64(malformed)
      report.rowsRead += UInt64(rows + malformed)
      report.rowsThisRun += UInt64(rows + malformed)
    }
    flow.finish(&morsels)
    var rest = morsels[...]
    while let partition = rest.first?.partition {
      // Those of one partition were read at once.
      let own = rest.prefix { $0.partition == partition }
      rest = rest.dropFirst(own.count)
      try take(own, of: partition)
    }
    morsels.removeAll()
    try flow.mergeParts()
    report.rowsLate += flow.context.lateRows - late
  }

  private func take(_ morsels: ArraySlice<Morsel>, of partition: Int) throws(StreamError) {
    let reader = partitions[partition].reader
    var problems = morsels.flatMap(\.problems)
    do throws(StreamError) {
      for morsel in morsels {
        let refused = try flow.take(morsel)
        let places = morsel.locate(refused, reader)
        for (index, row) in refused.enumerated() {
          problems.append(
            problem(row.reason, index < places.count ? places[index] : nil, partitions[partition]))
        }
      }
    } catch {
      var error = error
      if error.code == .row && error.file == nil { error.file = reader.name }
      throw error
    }
    if !problems.isEmpty { try refuse(problems, reader) }
  }

  private func problem(
    _ reason: RefusedRow.Reason, _ place: (offset: Int, length: Int)?, _ partition: PartitionCursor
  ) -> RowProblem {
    let reader = partition.reader
    let eventTime = plan.sources[partition.source].eventTime
    let column = eventTime?.column ?? ""
    let reason =
      switch reason {
      case .expression(let error): "\(error)"
      case .time(.noTime): "the event time \(column) is null"
      case .time(.outOfRange): "the event time \(column) is beyond the years that can be counted"
      case .time(.jump):
        "the event time \(column) is more than \(eventTime?.maximumJump ?? 0) us ahead of its partition"
      }
    return RowProblem(
      partition: reader.name, offset: place?.offset ?? Int(reader.offset), length: place?.length ?? 0, reason: reason)
  }

  /// Applies the policy for rows that can't be used.
  private func refuse(_ problems: [RowProblem], _ reader: any PartitionReader) throws(StreamError) {
    guard case .skip = options.onRowError else {
      let first = problems[0]
      throw StreamError(
        .row,
        "\(first.partition) at byte \(first.offset): \(first.reason)"
          + (problems.count > 1 ? " (and \(problems.count - 1) more rows of the batch)" : "")
          + "; correct it, or pass such rows over with the policy skip",
        file: first.partition, offset: first.offset)
    }
    report.rowsRefused += UInt64(problems.count)
    guard case .skip(_?) = options.onRowError else { return }
    refused += problems.map { ($0, $0.length > 0 ? reader.bytes(at: $0.offset, count: $0.length) : nil) }
  }
}
