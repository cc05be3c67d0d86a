#if ServiceLifecycle
  public import Logging
  public import ServiceLifecycle

  /// A job as a service: it runs until its input ends, and ends after the batch in hand on graceful shutdown.
  public struct StreamService: Service {
    private let job: StreamJob
    private let checkpoint: String
    private let options: EngineOptions
    private let logger: Logger?

    /// A service that runs a job over a checkpoint.
    public init(
      _ job: StreamJob, checkpoint: String, options: EngineOptions = EngineOptions(), logger: Logger? = nil
    ) {
      self.job = job
      self.checkpoint = checkpoint
      self.options = options
      self.logger = logger
    }

    /// Runs the job.
    public func run() async throws {
      let stop = StopSignal()
      try await withGracefulShutdownHandler {
        _ = try await job.run(checkpoint: checkpoint, options: options, stop: stop, logger: logger)
      } onGracefulShutdown: {
        stop.stop()
      }
    }
  }
#endif
