/// Whether a batch is committed with a snapshot or with a delta.
public enum CheckpointMode: String, Sendable, Hashable, CaseIterable {
  /// By cost.
  case auto
  /// Always a snapshot.
  case snapshot
  /// Always a delta, after a first snapshot.
  case log
}

/// Decides how a batch's state goes into the log, from measurements that are handed in.
///
/// A snapshot per batch is the simplest thing to recover from, and while the state is small it costs less than the sync
/// behind it. So the snapshot is taken while writing it is estimated at no more than `snapshotFactor` syncs; beyond that
/// the batch writes what it changed, and carries along as many bytes of shard snapshots as of deltas, so that the log
/// behind the second newest snapshot of every shard can go and no commit is much dearer than the others.
public struct CheckpointPolicy: Sendable, Hashable {
  /// The caller's choice.
  public var mode: CheckpointMode
  /// How many syncs a snapshot may cost.
  public var snapshotFactor = 4.0
  /// Bytes of shard snapshots per byte of delta.
  ///
  /// Two generations are kept, and a third is under way: so the log has about 2 · (1 + 1 / share) times the bytes of a
  /// snapshot, and a snapshot of all shards more where it began with one.
  public var snapshotShare = 2.0

  /// Nanoseconds to gather, compress and write a group into a snapshot, as measured so far.
  public private(set) var nanosPerGroup = 100.0
  /// Nanoseconds of a sync, as measured so far.
  public private(set) var nanosPerSync = 500_000.0

  /// A policy of that mode.
  public init(mode: CheckpointMode = .auto) {
    self.mode = mode
  }

  /// How much a new measurement counts against the old ones.
  private static let weight = 0.1

  /// Notes what a snapshot of so many groups took.
  public mutating func measuredSnapshot(groups: Int, nanos: UInt64) {
    // Below some hundred groups the fixed cost would pass for the cost of a group.
    if groups < 256 { return }
    nanosPerGroup += Self.weight * (Double(nanos) / Double(groups) - nanosPerGroup)
  }

  /// Notes what a sync took.
  public mutating func measuredSync(nanos: UInt64) {
    nanosPerSync += Self.weight * (Double(nanos) - nanosPerSync)
  }

  /// Whether the next batch is committed with a snapshot.
  ///
  /// - Parameters:
  ///   - groups: the groups of the state.
  ///   - changed: those that the batch changed.
  ///   - hasBase: whether the log holds a snapshot of every shard.
  public func takesSnapshot(groups: Int, changed: Int, hasBase: Bool) -> Bool {
    guard hasBase else { return true }
    switch mode {
    case .snapshot: return true
    case .log: return false
    case .auto: return Double(groups) * nanosPerGroup <= snapshotFactor * nanosPerSync
    }
  }
}
