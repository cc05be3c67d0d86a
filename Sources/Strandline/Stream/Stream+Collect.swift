import Synchronization

extension Stream {
  /// Runs over a bounded input as one computation in memory, and returns the rows of the result.
  ///
  /// The plan is the one that a job runs, and the result is as if all rows were in one batch: `ordered(by:)` orders all of them, and
  /// results that change are there as they are in the end. Final results of windows come in the order of (window end, start, key).
  /// Nothing is committed. The rows of the result are all in memory at the end; of the input, no more than is being computed, and
  /// what operators keep of it.
  ///
  /// ```swift
  /// let busiest = try await requests.grouped(by: { $0.path }, in: .tumbling(.hours(1)))
  ///   .aggregate(Traffic.self) { … }
  ///   .collect()
  /// ```
  ///
  /// - Parameter options: how errors in rows are dealt with, how many workers there are, and the like; what it says of commits
  ///   has no meaning here.
  /// - Throws: `StreamError` as a job does, and `.plan` for an input that is followed, which never ends. `CancellationError`
  ///   when the task is cancelled before the end.
  public func collect(options: EngineOptions = EngineOptions()) async throws -> [Row] {
    guard !ends.follows else {
      throw StreamError(
        .plan, "the input is followed and has no end, at which the result would be whole: run it as a job")
    }
    let rows = Mutex<[Row]>([])
    var options = options
    options.pipelinesCommits = false
    options.isOneBatch = true
    let report = try await write(
      to: CallbackSink { batch in
        let more = try Row.rows(of: batch)
        rows.withLock { $0 += more }
      }
    ).run(checkpoint: nil, options: options)
    try Task.checkCancellation()
    guard report.isFinished || options.leavesOpen else { throw CancellationError() }
    return rows.withLock { $0 }
  }
}
