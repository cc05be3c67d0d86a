public import StrandlineLog
public import StrandlineState
public import StrandlineStorage

/// Reads a store without its lock: for looking at one, live or not.
///
/// A writer may be at work. What it has not synced may be seen half written: that is a torn tail, not damage. When it has
/// removed a segment under our eyes, the store is read again.
public struct StoreReader {
  private let directory: any Directory
  private let clock: () -> UInt64

  /// A reader of a store.
  public init(_ directory: any Directory, clock: @escaping () -> UInt64) {
    self.directory = directory
    self.clock = clock
  }

  /// The facts of the store.
  ///
  /// - Throws: `LogError` `.noStore` where there is none, `.corruption` where one has lost its manifest.
  public func facts() throws(LogError) -> StoreFacts {
    for _ in 0..<8 {
      guard let facts = try StoreFacts.gather(directory) else {
        try StoreFacts.requireNoSegments(directory)
        throw LogError(
          .noStore, "there is no store at \(directory.path): it has no \(Manifest.name)", file: directory.path)
      }
      if try ManifestFile.read(directory) == facts.manifest { return facts }
    }
    throw LogError(.storage, "the store changes faster than it can be read", file: directory.path)
  }

  /// The state after a batch, or after the newest.
  public func state(
    _ facts: StoreFacts, through batch: BatchID? = nil, empty: (Int, UInt64) -> StreamState
  ) throws(LogError) -> (state: StreamState, plan: RecoveryPlan, figures: RestoreFigures) {
    let plan = try RecoveryPlanner.plan(facts, through: batch)
    var state = empty(facts.manifest.identity.shardCount, facts.manifest.identity.hashSeed)
    var restorer = StateRestorer(directory, clock: clock)
    try restorer.restore(plan, into: &state)
    return (state, plan, restorer.figures)
  }

  /// The whole record of a batch.
  public func commit(_ batch: BatchFacts) throws(LogError) -> CommitRecord {
    var reader = try SectionReader(directory)
    return try reader.commit(batch)
  }

  /// Reads everything that a store holds and computes every digest that can be computed, from nothing.
  ///
  /// Damage that recovery survives is in the report's plan, as `degraded`.
  ///
  /// - Parameter progress: is told how many batches of how many are done.
  /// - Throws: `LogError` `.corruption` for the first damage that recovery doesn't survive.
  public func verify(
    _ facts: StoreFacts, empty: (Int, UInt64) -> StreamState, progress: (Int, Int) -> Void
  ) throws(LogError) -> VerificationReport {
    var verification = try Verification(facts, directory, empty: empty)
    for (index, batch) in facts.batches.enumerated() {
      try verification.check(batch)
      progress(index + 1, facts.batches.count)
    }
    return verification.report
  }
}
