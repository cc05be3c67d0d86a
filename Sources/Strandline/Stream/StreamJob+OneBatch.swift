public import Logging

extension StreamJob {
  /// Runs a bounded input to its end as one batch, without a checkpoint: what is written is what one batch of all rows would give.
  ///
  /// The plan and its operators are those of `run`, and rows go through them as they are read. But `ordered(by:)` orders all rows, a
  /// `limit` is of all of them, and results that change (`changes`, `all`, early ones, corrections, `top` over all rows) are written
  /// once, as they are in the end. What waits for the end is in memory until then.
  ///
  /// - Parameters:
  ///   - stop: ends the run before its input has ended: what waited for that is not written.
  ///   - logger: is told of the end and of failures.
  ///   - progress: is told from time to time what has been done so far, on the run's thread.
  /// - Throws: `StreamError` as `run` does, and `.plan` for an input that is followed, which never ends.
  @discardableResult
  public func runAsOneBatch(
    options: EngineOptions = EngineOptions(), stop: StopSignal = StopSignal(), logger: Logger? = nil,
    progress: (@Sendable (RunReport) -> Void)? = nil
  ) async throws -> RunReport {
    var options = options
    options.isOneBatch = true
    return try await run(checkpoint: nil, options: options, stop: stop, logger: logger, progress: progress)
  }
}
