import StrandlineBytes
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// A store as the engine finds it: open, with its state, or none at all.
struct OpenedStore: ~Copyable {
  private var state: StreamState
  private var store: CheckpointStore?
  let report: RecoveryReport?
  let epoch: Epoch
  let lastBatch: BatchID?

  /// Opens the store of a plan; without a directory, an empty state in memory.
  init(
    _ plan: CompiledPlan, _ outputs: Outputs, _ directory: (any Directory)?, _ options: EngineOptions
  ) throws(StreamError) {
    let shards =
      options.shardCount
      ?? (options.memoryLimit == nil ? CheckpointOptions.defaultShardCount : EngineOptions.shardsOfSpilledState)
    guard let directory else {
      state = StreamState(plan.states, shardCount: shards, seed: options.random())
      store = nil
      report = nil
      epoch = Epoch(0)
      lastBatch = nil
      return
    }
    var report = RecoveryReport()
    var restored: StreamState?
    let opened: CheckpointStore
    var options = options.checkpoint(plan: "\(plan.description)\n\(outputs.description)")
    options.publishedThrough = try outputs.publishedThrough()
    // A store without a batch knows nothing of its output: if there is any, it is refused as it is.
    var refusal: StreamError?
    do throws(LogError) {
      opened = try CheckpointStore.open(
        directory, options: options,
        state: { StreamState(plan.states, shardCount: $0, seed: $1) }, restored: &restored, report: &report
      ) { (plan: RecoveryPlan) throws(LogError) in
        if plan.last != nil { return }
        do throws(StreamError) {
          try outputs.checkUnused()
        } catch {
          refusal = error
          throw LogError(.mismatch, error.message, file: error.file)
        }
      }
    } catch {
      throw refusal ?? StreamError(error)
    }
    state = restored ?? StreamState(plan.states, shardCount: shards, seed: 0)
    epoch = opened.manifest.epoch
    lastBatch = opened.lastBatch
    self.report = report
    store = consume opened
  }

  var commit: CommitRecord? { report?.plan?.commit }

  var unpublished: [(batch: BatchID, receipt: [UInt8])] {
    report?.plan?.publish.compactMap { batch in batch.receipt.map { (batch.batch, $0) } } ?? []
  }

  func positions() throws(StreamError) -> OutputPositions? {
    guard let commit else { return nil }
    do {
      return try OutputPositions(decoding: commit.sinkPosition)
    } catch {
      throw StreamError(.sink, "the checkpoint's output position can't be read: \(error)")
    }
  }

  func fence() -> StoreFence? { store?.fence() }

  func lockNumber() throws(StreamError) -> FileNumber? {
    do throws(LogError) {
      return try store?.lockNumber()
    } catch {
      throw StreamError(error)
    }
  }

  /// The state, which is then somebody else's: two copies would be two memories.
  mutating func takeState() -> StreamState {
    var taken = StreamState([], shardCount: 1, seed: 0)
    swap(&taken, &state)
    return taken
  }

  mutating func takeStore() -> CheckpointStore? {
    var taken: CheckpointStore? = nil
    swap(&taken, &store)
    return taken
  }
}
