import StrandlineColumns
import StrandlineLog
import StrandlineState

/// Reading: partitions in turn, their rows in morsels that are computed side by side.
extension MicroBatchEngine {
  /// How many morsels are gathered per thread: while some threads work on the last ones, few have nothing to do.
  private static let morselsPerThread = 8

  /// Reads the partitions in turn. Returns whether one of them has ended, has become idle or has brought lines without rows.
  ///
  /// - Parameter start: the rows read before the batch.
  func readBatch(from start: UInt64) throws(StreamError) -> Bool {
    let before = report.rowsRead
    var taken = before - start
    var morsels: [Morsel] = []
    var visited: [(partition: Int, progress: PartitionProgress)] = []
    withRows.removeAll()
    let step = readingSteps.first { step in
      partitions.contains { !$0.hasEnded && step.contains($0.source) }
    }
    for turn in partitions.indices {
      let index = (cursor + turn) % partitions.count
      if partitions[index].hasEnded || !(step?.contains(partitions[index].source) ?? true) { continue }
      let (rows, progress) = try read(index, &morsels)
      visited.append((index, progress))
      taken += UInt64(rows)
      if taken >= UInt64(options.rowsPerBatch) {
        cursor = (index + 1) % partitions.count
        break
      }
    }
    try process(&morsels)
    flow.context.workers = workers
    var hasChanged = taken > before - start && report.rowsRead == before
    // Only now is it known which of them had rows, and nothing is told of a partition's end before its last rows.
    for (index, progress) in visited {
      if !withRows.contains(index) && note(rows: false, of: index) { hasChanged = true }
      guard progress == .finished else { continue }
      partitions[index].hasEnded = true
      if !options.leavesOpen { partitions[index].status = .finished }
      hasChanged = true
    }
    return hasChanged
  }

  /// Notes that a partition brought rows, or none. Returns whether it has become idle.
  private func note(rows: Bool, of index: Int) -> Bool {
    guard let idleNanos = options.idleNanos else { return false }
    return partitions[index].standing.note(
      rows: rows, now: options.clock(), idleAfter: idleNanos, watermark: sourceWatermarks[partitions[index].source])
  }

  /// Reads a partition: text that is decoded side by side as far as there are threads for that and it can be cut.
  ///
  /// - Returns: the rows, of which some may be blank lines.
  private func read(
    _ index: Int, _ morsels: inout [Morsel]
  ) throws(StreamError) -> (rows: Int, progress: PartitionProgress) {
    var left = options.limits
    if workers.count == 1 { return try readRows(index, left, &morsels) }
    let bytes = options.rowsPerMorsel * Morsel.bytesPerRow
    // No more of a text is read at once than there are morsels for.
    while left.rows > 0 && left.bytes > 0 {
      let limits = BatchLimits(rows: left.rows, bytes: min(left.bytes, bytes * morselsAtOnce))
      guard let block = try partitions[index].reader.readMorsels(limits, morselBytes: bytes) else {
        let (rows, progress) = try readRows(index, left, &morsels)
        return (options.limits.rows - left.rows + rows, progress)
      }
      morsels += block.morsels.map { morsel(.text($0), of: index) }
      left.rows -= block.lines
      left.bytes -= block.morsels.reduce(0) { $0 + $1.byteCount }
      if morsels.count >= morselsAtOnce { try process(&morsels) }
      if block.progress != .more { return (options.limits.rows - left.rows, block.progress) }
    }
    return (options.limits.rows - left.rows, .more)
  }

  /// Reads rows, and cuts them into morsels.
  private func readRows(
    _ index: Int, _ limits: BatchLimits, _ morsels: inout [Morsel]
  ) throws(StreamError) -> (rows: Int, progress: PartitionProgress) {
    var batch = ColumnBatch(plan.sources[partitions[index].source].schema)
    var problems: [RowProblem] = []
    let progress = try partitions[index].reader.read(limits, into: &batch, problems: &problems)
    let rows = batch.count + problems.count
    if rows == 0 { return (0, progress) }
    // Cutting copies, so what is not twice as large is left as it is. One thread needs no second morsel, but for its cache.
    let count = max(1, batch.count / (options.rowsPerMorsel * (workers.count == 1 ? 2 : 1)))
    for number in 0..<count {
      let places = batch.count * number / count..<batch.count * (number + 1) / count
      var morsel = morsel(.rows(batch, places), of: index)
      if number == 0 { morsel.problems = problems }
      morsels.append(morsel)
    }
    if morsels.count >= morselsAtOnce { try process(&morsels) }
    return (rows, progress)
  }

  /// How many morsels go through the operators together: one thread takes one after another, while it is in its cache.
  private var morselsAtOnce: Int { workers.count == 1 ? 1 : workers.count * Self.morselsPerThread }

  private func morsel(_ content: Morsel.Content, of partition: Int) -> Morsel {
    Morsel(
      partition: partition, source: partitions[partition].source, content, flow.context.forMorsel(flow.emptyState))
  }

  /// Takes morsels through the operators, those of a partition in their order.
  private func process(_ morsels: inout [Morsel]) throws(StreamError) {
    let late = flow.context.lateRows
    for start in stride(from: 0, to: morsels.count, by: morselsAtOnce) {
      var some = Array(morsels[start..<min(start + morselsAtOnce, morsels.count)])
      try compute(&some)
    }
    morsels.removeAll()
    report.rowsLate += flow.context.lateRows - late
  }

  private func compute(_ morsels: inout [Morsel]) throws(StreamError) {
    let rows = morsels.reduce(0) { $0 + $1.size }
    var turns = MorselTurns(
      partitions, morsels, withRows: withRows, idleNanos: options.idleNanos, clock: options.clock,
      watermarks: sourceWatermarks)
    try compute(&morsels, &turns, on: rows >= options.rowsPerMorsel / 4 ? workers : .one)
    withRows = turns.withRows
    for (index, standing) in turns.standings { partitions[index].standing = standing }
    report.rowsRead += turns.rows
    report.rowsThisRun += turns.rows
    for morsel in morsels { try take(morsel) }
    try flow.mergeParts()
    try flow.keepWithinLimit()
  }

  /// What the stages hold of operators is let go before these change.
  private func compute(
    _ morsels: inout [Morsel], _ turns: inout MorselTurns, on workers: Workers
  ) throws(StreamError) {
    let stages = try flow.stages(of: Set(morsels.map(\.source)), on: workers)
    workers.forEach(&morsels, state: &turns) { morsel in
      stages.begin(&morsel)
    } between: { morsel, turns in
      turns.stamp(&morsel, stages)
    } last: { morsel in
      stages.finish(&morsel)
    }
  }

  private func take(_ morsel: Morsel) throws(StreamError) {
    let reader = partitions[morsel.partition].reader
    var problems = morsel.problems
    var failure: StreamError?
    do throws(StreamError) {
      let refused = try flow.take(morsel)
      let places = morsel.locate(refused, reader)
      for (index, row) in refused.enumerated() {
        problems.append(problem(row.reason, index < places.count ? places[index] : nil, of: morsel))
      }
    } catch {
      failure = error
    }
    // The first one is the one that is told.
    problems.sort { $0.offset < $1.offset }
    if !problems.isEmpty { try refuse(problems, morsel, reader) }
    if var failure {
      if failure.code == .row && failure.file == nil { failure.file = reader.name }
      throw failure
    }
  }

  private func problem(
    _ reason: RefusedRow.Reason, _ place: (offset: Int, length: Int)?, of morsel: Morsel
  ) -> RowProblem {
    let reader = partitions[morsel.partition].reader
    let eventTime = plan.sources[morsel.source].eventTime
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
      partition: morsel.name(reader), offset: place?.offset ?? Int(reader.offset), length: place?.length ?? 0,
      reason: reason)
  }

  /// Applies the policy for rows that can't be used.
  private func refuse(
    _ problems: [RowProblem], _ morsel: Morsel, _ reader: any PartitionReader
  ) throws(StreamError) {
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
    refused += problems.map { ($0, $0.length > 0 ? morsel.bytes(at: $0.offset, count: $0.length, reader) : nil) }
  }
}
