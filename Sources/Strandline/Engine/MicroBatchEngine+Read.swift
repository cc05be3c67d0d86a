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
    var (rows, progress) = try readText(index, &morsels)
    if rows == 0 && progress == .more { (rows, progress) = try readRows(index, &morsels) }
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

  /// Reads text that is decoded side by side, no more of it at once than there are morsels for.
  ///
  /// - Returns: no rows, and that there may be more, where one thread computes or the text can't be cut.
  private func readText(
    _ index: Int, _ morsels: inout [Morsel]
  ) throws(StreamError) -> (rows: Int, progress: PartitionProgress) {
    if workers.count == 1 { return (0, .more) }
    let reader = partitions[index].reader
    let bytes = options.rowsPerMorsel * Morsel.bytesPerRow
    var left = options.limits
    var rows = 0
    while left.rows > 0 && left.bytes > 0 {
      let limits = BatchLimits(rows: left.rows, bytes: min(left.bytes, bytes * morselsAtOnce))
      guard let block = try reader.readMorsels(limits, morselBytes: bytes) else { break }
      morsels += block.morsels.map { morsel(.text($0), of: index) }
      rows += block.lines
      left.rows -= block.lines
      left.bytes -= block.morsels.reduce(0) { $0 + $1.byteCount }
      if morsels.count >= morselsAtOnce { try process(&morsels) }
      if block.progress != .more { return (rows, block.progress == .finished || rows == 0 ? block.progress : .more) }
    }
    return (rows, .more)
  }

  /// Reads rows, and cuts them into morsels.
  private func readRows(
    _ index: Int, _ morsels: inout [Morsel]
  ) throws(StreamError) -> (rows: Int, progress: PartitionProgress) {
    var batch = ColumnBatch(plan.sources[partitions[index].source].schema)
    var problems: [RowProblem] = []
    let progress = try partitions[index].reader.read(options.limits, into: &batch, problems: &problems)
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
      let own = rest.prefix { $0.partition == partition }
      rest = rest.dropFirst(own.count)
      try take(own, of: partition)
    }
    try flow.mergeParts()
  }

  private func take(_ morsels: ArraySlice<Morsel>, of partition: Int) throws(StreamError) {
    let reader = partitions[partition].reader
    // Those that can't be decoded are known first.
    var problems = morsels.flatMap { morsel in morsel.problems.map { ($0, morsel) } }
    do throws(StreamError) {
      for morsel in morsels {
        let refused = try flow.take(morsel)
        let places = morsel.locate(refused, reader)
        for (index, row) in refused.enumerated() {
          let place = index < places.count ? places[index] : nil
          problems.append((problem(row.reason, place, partitions[partition]), morsel))
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
  private func refuse(
    _ problems: [(RowProblem, Morsel)], _ reader: any PartitionReader
  ) throws(StreamError) {
    guard case .skip = options.onRowError else {
      let first = problems[0].0
      throw StreamError(
        .row,
        "\(first.partition) at byte \(first.offset): \(first.reason)"
          + (problems.count > 1 ? " (and \(problems.count - 1) more rows of the batch)" : "")
          + "; correct it, or pass such rows over with the policy skip",
        file: first.partition, offset: first.offset)
    }
    report.rowsRefused += UInt64(problems.count)
    guard case .skip(_?) = options.onRowError else { return }
    refused += problems.map { ($0, $0.length > 0 ? $1.bytes(at: $0.offset, count: $0.length, reader) : nil) }
  }
}
