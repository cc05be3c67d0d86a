import Dispatch
public import Logging
public import StrandlineRecovery
import StrandlineStorage

/// A stream with a beginning and an end: what can be run.
public struct StreamJob: Sendable {
  /// What is computed.
  public let plan: StreamPlan
  /// Where rows come from, in the order of the plan.
  public let sources: [any Source]
  /// Where the result goes.
  public let sink: any Sink
  /// Where late rows go; nil when they are only counted.
  public internal(set) var lateSink: (any Sink)?
  /// Whether the source may bring more after it has had nothing.
  public let follows: Bool
  /// Why the job can't be run, where that was found when it was put together.
  var problem: StreamError?

  /// A job of those parts.
  public init(plan: StreamPlan, sources: [any Source], sink: any Sink, lateSink: (any Sink)? = nil, follows: Bool) {
    self.plan = plan
    self.sources = sources
    self.sink = sink
    self.lateSink = lateSink
    self.follows = follows
  }

  /// A job of a plan with one source.
  public init(plan: StreamPlan, source: any Source, sink: any Sink, follows: Bool) {
    self.init(plan: plan, sources: [source], sink: sink, follows: follows)
  }

  /// Checks the plan without running it.
  ///
  /// - Throws: `StreamError` `.plan`.
  public func check() throws(StreamError) {
    _ = try compiled()
  }

  private func compiled() throws(StreamError) -> CompiledPlan {
    if let problem { throw problem }
    let compiled = try CompiledPlan(plan)
    try compiled.checkLateSink(lateSink)
    return compiled
  }

  /// The plan as a tree: the outputs, and below them each operator with what it does, what it keeps, and its watermark.
  ///
  /// - Throws: `StreamError` `.plan` when the plan can't be carried out.
  public func explanation() throws(StreamError) -> String {
    var sinks = ["write to \(sink.description) (\(sink.guarantee.rawValue))"]
    if let lateSink { sinks.append("late rows to \(lateSink.description) (\(lateSink.guarantee.rawValue))") }
    return try compiled().explanation(sinks: sinks, sizes: sources.map(\.approximateBytes))
  }

  /// Runs until the input ends, `stop` is given or the task is cancelled; then the batch is finished and committed.
  ///
  /// It runs on a thread of its own. Running again over the same checkpoint goes on after the last committed batch.
  ///
  /// - Parameters:
  ///   - checkpoint: the path of the store's directory, which is made when it is missing; nil keeps the state in memory
  ///     alone.
  ///   - stop: ends the run after the batch in hand.
  ///   - logger: is told of recovery, of the end and of failures.
  ///   - progress: is told after each batch what has been done so far, on the run's thread.
  /// - Throws: `StreamError`. What was committed before it stays committed.
  @discardableResult
  public func run(
    checkpoint: String?, options: EngineOptions = EngineOptions(), stop: StopSignal = StopSignal(),
    logger: Logger? = nil, progress: (@Sendable (RunReport) -> Void)? = nil
  ) async throws -> RunReport {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // Reading and syncing block: they have a thread of their own, not one that other tasks wait for.
        DispatchQueue(label: "strandline.engine").async {
          continuation.resume(
            with: Result { try runNow(checkpoint, options, stop, logger, progress) })
        }
      }
    } onCancel: {
      stop.stop()
    }
  }

  /// Runs on the calling thread until the input ends or `stop` is given.
  ///
  /// - Throws: `StreamError`.
  public func runNow(
    _ checkpoint: String?, _ options: EngineOptions, _ stop: StopSignal, _ logger: Logger?,
    _ progress: ((RunReport) -> Void)?
  ) throws(StreamError) -> RunReport {
    do throws(StreamError) {
      if let problem { throw problem }
      var directory: PosixDirectory?
      do throws(StorageError) {
        if let checkpoint {
          directory = try PosixDirectory.open(path: checkpoint, create: !options.mustExist)
        }
      } catch {
        throw StreamError(.store, error)
      }
      var options = options
      options.pipelinesCommits = options.pipelinesCommits ?? true
      options.workers = options.workers ?? SystemProcess.processorCount
      let engine = try MicroBatchEngine(
        plan, sources: sources, sink: sink, lateSink: lateSink, store: directory, options: options, follows: follows)
      return try drive(engine, options, stop, logger, progress)
    } catch {
      logger?.error("stream failed", metadata: ["code": "\(error.code.name)", "error": "\(error)"])
      throw error
    }
  }

  /// What opening a checkpoint would come to, as far as that can be told without restoring its state.
  ///
  /// Nothing is changed, and no lock is taken; the source is not looked at.
  ///
  /// - Throws: `StreamError` `.plan`, or `.store` when the directory can't be opened.
  public func preview(
    checkpoint: String, options: EngineOptions = EngineOptions()
  ) throws(StreamError) -> OpeningPreview {
    try check()
    var directory: PosixDirectory?
    do throws(StorageError) {
      directory = try PosixDirectory.open(path: checkpoint)
    } catch {
      if error.code != .notFound { throw StreamError(.store, error) }
    }
    let outputs = Outputs(result: sink, late: lateSink)
    var options = options.checkpoint(plan: "\(plan.description)\n\(outputs.description)")
    options.publishedThrough = try outputs.publishedThrough()
    return OpeningPreview(directory, path: checkpoint, options: options)
  }

  private func drive(
    _ engine: MicroBatchEngine, _ options: EngineOptions, _ stop: StopSignal, _ logger: Logger?,
    _ progress: ((RunReport) -> Void)?
  ) throws(StreamError) -> RunReport {
    let metrics = RunMetrics()
    if let recovery = engine.report.recovery, let last = engine.report.lastBatch {
      logger?.info(
        "recovered",
        metadata: [
          "batch": "\(last)", "redone": "\(recovery.figures.batchesRedone)", "nanos": "\(recovery.nanos)",
        ])
      for change in recovery.planChanges {
        logger?.notice("the plan has changed, and was carried over", metadata: ["change": "\(change)"])
      }
      for snapshot in recovery.plan?.degraded ?? [] {
        logger?.warning("recovered from an older snapshot", metadata: ["damage": "\(snapshot.text)"])
      }
      metrics.recovered(recovery)
    }
    progress?(engine.report)
    run: while !stop.isStopped {
      let before = engine.report
      switch try engine.step() {
      case .committed:
        metrics.committed(engine.report, after: before)
        progress?(engine.report)
      case .waiting: options.sleep(options.pollNanos)
      case .finished: break run
      }
    }
    try engine.close()
    logger?.info(
      "stream ended", metadata: ["batches": "\(engine.report.batches)", "rows": "\(engine.report.rowsRead)"])
    return engine.report
  }
}
