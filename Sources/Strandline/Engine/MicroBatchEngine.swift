import StrandlineBytes
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
public import StrandlineStorage

/// Runs a plan batch by batch: reads, computes, stages, commits, publishes.
///
/// # Overview
/// Whoever owns the engine calls `step` until it says `finished`, and `close`. Time, randomness and storage are handed in, so that
/// a run can be repeated exactly. It has no thread of its own unless it is to write a batch while it computes the next one.
///
/// # Invariants
/// - After an error the engine is to be dropped: what the batch did in memory goes with it.
///
/// # After a crash
/// A new engine over the same directory goes on after the last committed batch.
public final class MicroBatchEngine {
  let plan: CompiledPlan
  let options: EngineOptions
  let follows: Bool
  var flow: Dataflow
  /// Who writes batches.
  var pipeline: CommitPipeline
  var partitions: [PartitionCursor] = []
  var nextBatch = BatchID(0)
  /// Rows of the batch that were passed over, with their bytes, for the file of rejected rows.
  var refused: [(problem: RowProblem, bytes: [UInt8]?)] = []
  private let sources: [any SourceReader]
  /// The watermarks of the sources after the last batch.
  var sourceWatermarks: [Int64]
  /// The partition whose turn it is.
  var cursor = 0
  /// The sources that are read together, step by step; empty where all are.
  let readingSteps: [[Int]]
  /// The partitions that have brought rows since reading began.
  var withRows: Set<Int> = []
  /// Who computes.
  let workers: Workers
  private var lastLook: UInt64?
  /// What has been done so far.
  public internal(set) var report = RunReport()

  /// Opens sources, store and sink, and recovers what the store holds.
  ///
  /// - Parameters:
  ///   - sources: the sources of the plan, in its order.
  ///   - directory: the store; nil keeps the state in memory alone.
  ///   - follows: whether sources may bring more after they have had nothing.
  public init(
    _ plan: StreamPlan, sources: [any Source], sink: any Sink, lateSink: (any Sink)? = nil,
    store directory: (any Directory)?, options: EngineOptions = EngineOptions(), follows: Bool = false
  ) throws(StreamError) {
    if options.isOneBatch && (directory != nil || follows) {
      throw StreamError(
        .plan,
        follows
          ? "the input is followed and has no end, at which one batch of all rows would be whole: run it as a job"
          : "one batch of all rows has nothing to go on from: run it without a checkpoint, or batch by batch")
    }
    let spill = try options.spillSpace(isBounded: directory == nil && !follows)
    let outputs = Outputs(result: sink, late: lateSink)
    let compiled = try CompiledPlan(plan)
    try compiled.checkLateSink(lateSink)
    if options.isOneBatch { try compiled.checkOneBatch() }
    self.plan = compiled
    self.options = options
    self.follows = follows
    guard sources.count == compiled.sources.count else {
      throw StreamError(.plan, "the plan has \(compiled.sources.count) sources, and \(sources.count) are given")
    }
    var opened = try OpenedStore(compiled, outputs, directory, options)
    workers = .threads(options.workers ?? 1)
    flow = Dataflow(
      compiled, opened.takeState(), keepsLate: lateSink != nil, isOneBatch: options.isOneBatch,
      rowsPerMorsel: options.rowsPerMorsel)
    flow.context.spill = spill
    readingSteps = options.isOneBatch ? compiled.readingSteps(sources.map(\.approximateBytes)) : []
    sourceWatermarks = Array(repeating: .min, count: sources.count)
    let commit = opened.commit
    var readers: [any SourceReader] = []
    for (number, source) in sources.enumerated() {
      readers.append(
        try source.open(
          columns: compiled.sources[number].schema,
          recovered: (commit?.partitions ?? []).filter { $0.source == number }))
    }
    self.sources = readers
    let positions = try opened.positions()
    let lock = try opened.lockNumber()
    // Somebody has removed the lock file, and whoever had it may still be there, with the output open.
    let takesOver = positions?.lock.map { $0 != lock } ?? false
    let next = opened.lastBatch.map(\.next) ?? BatchID(0)
    let opening = SinkOpening(
      schema: compiled.outputSchema, epoch: opened.epoch, position: positions?.sink,
      unpublished: opened.unpublished, nextBatch: next,
      isDurable: directory != nil && options.durability != .none, publishesEarly: options.publishesEarly,
      takesOver: takesOver, fence: opened.fence())
    if positions == nil { try outputs.checkUnused() }
    let output = try outputs.open(opening, lateSchema: compiled.lateSchema)
    var rejects: RejectedRows?
    if case .skip(let path?) = options.onRowError {
      rejects = try Self.openRejects(path, opening, positions?.rejects)
    }
    nextBatch = next
    pipeline = CommitPipeline(
      BatchWriter(
        store: opened.takeStore(), output: output, rejects: rejects, lock: lock, nextBatch: next, options: options),
      hasThread: options.pipelinesCommits ?? false)
    report.recovery = opened.report
    if commit == nil { flow.begin() }
    if let commit {
      try recover(commit, opened.lastBatch)
      // The output has moved to files of its own: the store says so before anything is written there.
      if takesOver && !commit.isFinished { try commitWithoutRows() }
    } else if directory != nil {
      // Batch 0 has no rows. It says which output is the store's own before anything is written there, so it is synced
      // whatever the durability is.
      try commitWithoutRows()
    }
  }

  /// Opens the source of a plan that has one, store and sink, and recovers what the store holds.
  public convenience init(
    _ plan: StreamPlan, source: any Source, sink: any Sink, store directory: (any Directory)?,
    options: EngineOptions = EngineOptions(), follows: Bool = false
  ) throws(StreamError) {
    try self.init(plan, sources: [source], sink: sink, store: directory, options: options, follows: follows)
  }

  private func commitWithoutRows() throws(StreamError) {
    flow.beginBatch(nextBatch, now: max(flow.context.now, options.wallClock()))
    try commit(nextBatch, rows: 0, watermarks: sourceWatermarks, isLast: true)
  }

  private static func openRejects(
    _ path: String, _ opening: SinkOpening, _ position: [UInt8]?
  ) throws(StreamError) -> RejectedRows {
    var opening = opening
    opening.position = position
    let (parent, name) = splitPath(path)
    do {
      let directory = try PosixDirectory.open(path: parent, create: true)
      if position == nil { try AppendedFile.checkUnused(directory, name) }
      return RejectedRows(try AppendedFile.open(directory, name, opening))
    } catch let error as StorageError {
      throw StreamError(.sink, error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.sink, "\(error)")
    }
  }

  /// Takes up the partitions of the last commit.
  private func recover(_ commit: CommitRecord, _ last: BatchID?) throws(StreamError) {
    var readers: [ArraySlice<any PartitionReader>] = []
    for source in sources { readers.append(try source.discover()[...]) }
    lastLook = options.clock()
    if !commit.sourceWatermarks.isEmpty {
      sourceWatermarks = commit.sourceWatermarks
    } else {
      sourceWatermarks = sourceWatermarks.map { _ in commit.watermark }
    }
    report.lastBatch = last
    report.computedBatch = last
    report.durableBatch = last
    report.rowsRead = commit.rowsRead
    report.rowsLate = commit.rowsLate
    report.rowsRefused = commit.rowsRefused
    report.rowsWritten = commit.rowsWritten
    report.watermark = commit.watermark
    report.isFinished = commit.isFinished
    for record in commit.partitions {
      guard record.source < sources.count, let reader = readers[record.source].popFirst() else {
        throw StreamError(.source, "the source has fewer partitions than the checkpoint")
      }
      var cursor = PartitionCursor(reader, record)
      let sourceHasEnded = sourceWatermarks[record.source] == .max
      // One that had ended, and goes on, joins the stream anew.
      if !sourceHasEnded { cursor.clock.join(at: sourceWatermarks[record.source]) }
      if cursor.hasEnded && (!follows || sourceHasEnded) && reader.hasGrown {
        throw StreamError(
          .finished,
          "\(reader.name) has grown since it was read to its end: its last windows are closed; use a new checkpoint, or run with leave-open from the beginning",
          file: reader.name)
      }
      if cursor.hasEnded && follows && !sourceHasEnded {
        cursor.hasEnded = false
        cursor.status = .active
      }
      partitions.append(cursor)
    }
    let new = readers.flatMap { $0 }
    if commit.isFinished, let first = new.first {
      throw StreamError(
        .finished,
        "the job of this checkpoint has ended, its windows are closed, and there is new input: \(first.name)\(new.count > 1 ? " and \(new.count - 1) more" : ""); use a new checkpoint, or run with leave-open from the beginning",
        file: first.name)
    }
    for (source, readers) in readers.enumerated() {
      for reader in readers { try join(reader, source) }
    }
    // Processing time doesn't go back, whatever the clock of this machine says.
    flow.beginBatch(nextBatch, now: commit.committedAt)
    try flow.restored(sources: sourceWatermarks, marks: commit.watermarks, progress: commit.operators)
    try updateReport()
  }

  private func join(_ reader: any PartitionReader, _ source: Int) throws(StreamError) {
    guard sourceWatermarks[source] < .max else {
      throw StreamError(
        .finished,
        "the source of \(reader.name) has ended, and its windows are closed; use a new checkpoint, or run with leave-open from the beginning",
        file: reader.name)
    }
    partitions.append(PartitionCursor(reader, source: source, joiningAt: sourceWatermarks[source]))
  }

  /// Processes and commits one batch, if there is anything to read or to close.
  ///
  /// - Throws: `StreamError`; the engine is then of no further use.
  public func step() throws(StreamError) -> EngineStep {
    do throws(StreamError) {
      return try stepOn()
    } catch {
      // What is on its way to the disk gets there, or fails, before the caller can open the store anew.
      _ = try? awaitCommit()
      throw error
    }
  }

  private func stepOn() throws(StreamError) -> EngineStep {
    if report.isFinished { return .finished }
    flow.beginBatch(nextBatch, now: max(flow.context.now, options.wallClock()))
    if flow.isUnfinished { return try endOn() }
    var hasChanged = try look()
    let before = report.rowsRead
    hasChanged = try readBatch(from: before) || hasChanged
    // What comes while the batch before is written would have to wait for two of them: this batch takes it along.
    while follows && pipeline.isBusy && report.rowsRead - before < UInt64(options.rowsPerBatch) {
      let rows = report.rowsRead
      hasChanged = try readBatch(from: before) || hasChanged
      if report.rowsRead == rows { pipeline.wait(atMost: Self.shortWait) }
    }
    let rows = report.rowsRead - before
    let hasEnded = !follows && partitions.allSatisfy(\.hasEnded)
    let watermarks = sources.indices.map { watermark(of: $0) }
    let isDue = flow.nextAlarm.map { $0 <= flow.context.now } ?? false
    if rows == 0 && !hasChanged && watermarks == sourceWatermarks && !hasEnded && !isDue {
      try settle()
      return .waiting
    }
    if hasEnded && options.leavesOpen && rows == 0 && !hasChanged && watermarks == sourceWatermarks {
      return .finished
    }
    let batch = nextBatch
    report.isFinished = hasEnded && !options.leavesOpen
    try commit(batch, rows: rows, watermarks: watermarks, hasEnded: hasEnded)
    return .committed(batch)
  }

  /// Goes on with the last batch: what it gives is written as several.
  private func endOn() throws(StreamError) -> EngineStep {
    let batch = nextBatch
    flow.context.workers = workers
    report.isFinished = true
    try commit(batch, rows: 0, watermarks: sourceWatermarks, hasEnded: true)
    return .committed(batch)
  }

  /// Looks for new partitions: at first, and from time to time while following.
  private func look() throws(StreamError) -> Bool {
    let now = options.clock()
    if let lastLook {
      guard follows, now &- lastLook >= options.pollNanos else { return false }
    }
    lastLook = now
    let before = partitions.count
    for (number, source) in sources.enumerated() {
      for reader in try source.discover() { try join(reader, number) }
    }
    return partitions.count > before
  }

  /// How long nothing is read while a batch is written and no row comes, in nanoseconds.
  private static let shortWait: UInt64 = 100_000

  /// The watermark of a source: the minimum over its partitions that may bring more.
  private func watermark(of source: Int) -> Int64 {
    let own = partitions.filter { $0.source == source }
    let hasEnded = !follows && own.allSatisfy(\.hasEnded)
    if hasEnded && !options.leavesOpen { return .max }
    // Without event time nothing is known before the end.
    guard let limits = plan.sources[source].limits else { return sourceWatermarks[source] }
    if hasEnded {
      // As if each partition had ended before the one that is furthest ahead.
      let furthest = own.map { $0.clock.watermark(delay: limits.delay) }.max() ?? .min
      return max(sourceWatermarks[source], furthest)
    }
    var minimum = Int64.max
    for partition in own where !partition.hasEnded && partition.status == .active {
      minimum = min(minimum, partition.clock.watermark(delay: limits.delay))
    }
    if minimum == .max { return sourceWatermarks[source] }
    return max(sourceWatermarks[source], minimum)
  }
}
