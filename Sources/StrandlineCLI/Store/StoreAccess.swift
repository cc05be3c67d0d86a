import ArgumentParser
import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage

/// A store that is looked at without its lock, whether somebody writes it or not.
struct StoreAccess {
  let reader: StoreReader
  let facts: StoreFacts
  let plan: StoredPlan

  /// Opens a store and reads its facts.
  init(path: String) throws {
    guard let directory = try PosixDirectory.existing(path) else {
      throw LogError(.noStore, "there is no store at \(path)")
    }
    reader = StoreReader(directory, clock: { SystemClock.monotonicNanos() })
    facts = try reader.facts()
    plan = try StoredPlan(parsing: facts.manifest.plan)
  }

  /// An empty state of the store's plan.
  func emptyState(_ shards: Int, _ seed: UInt64) -> StreamState {
    plan.emptyState(shardCount: shards, seed: seed)
  }

  /// The state after a batch, or after the newest.
  func state(
    through batch: BatchID? = nil
  ) throws(LogError) -> (state: StreamState, plan: RecoveryPlan, figures: RestoreFigures) {
    try reader.state(facts, through: batch, empty: emptyState)
  }
}

/// The store that a command looks at.
struct StoreArguments: ParsableArguments {
  @Argument(help: "The directory of the checkpoint.")
  var store: String

  @Flag(help: "Print JSON.")
  var json = false
}
