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
/// the batch writes what it changed, and carries along a multiple of these bytes in shard snapshots, so that the log
/// behind the second newest snapshot of every shard can go and no commit is much dearer than the others.
///
/// With a recovery budget more slices are written than that where redo would take too long otherwise, and a snapshot of all
/// shards is taken when nothing else brings the predicted recovery under the budget.
public struct CheckpointPolicy: Sendable, Hashable {
  /// The caller's choice.
  public var mode: CheckpointMode
  /// How many syncs a snapshot may cost.
  public var snapshotFactor = 4.0
  /// The nanoseconds that a recovery may take; nil when it doesn't matter.
  public var recoveryBudgetNanos: UInt64?
  /// Bytes of shard snapshots per byte of delta, at least.
  ///
  /// Two generations are kept, and a third is under way: so the log has about 2 · (1 + 1 / share) times the bytes of a
  /// snapshot, and a snapshot of all shards more where it began with one.
  public var snapshotShare = 2.0

  /// Nanoseconds to gather, compress and write a group into a snapshot, as measured so far.
  public private(set) var nanosPerGroup = 100.0
  /// The bytes of compressed deltas per byte of them, as measured so far.
  public private(set) var compressedShare = 0.5
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

  /// Notes what deltas of so many bytes were compressed to.
  public mutating func measuredDeltas(raw: Int, bytes: Int) {
    if raw > 0 { compressedShare += Self.weight * (Double(bytes) / Double(raw) - compressedShare) }
  }

  /// Notes what a sync took.
  public mutating func measuredSync(nanos: UInt64) {
    nanosPerSync += Self.weight * (Double(nanos) - nanosPerSync)
  }

  /// What a recovery is predicted to take.
  public struct Outlook: Sendable, Hashable {
    /// Nanoseconds, as the log is now.
    public var nanos: UInt64
    /// Nanoseconds if the log had nothing but a snapshot: no policy does better.
    public var leastNanos: UInt64
    /// The nanoseconds of redoing as many bytes of deltas as a snapshot has.
    public var cycleNanos: UInt64

    /// An outlook.
    public init(nanos: UInt64, leastNanos: UInt64, cycleNanos: UInt64) {
      self.nanos = nanos
      self.leastNanos = leastNanos
      self.cycleNanos = cycleNanos
    }
  }

  /// The most bytes of shard snapshots per byte of delta.
  private static let largestShare = 16.0

  /// Whether the next batch is committed with a snapshot.
  ///
  /// - Parameters:
  ///   - groups: the groups of the state.
  ///   - changed: those that the batch changed.
  ///   - hasBase: whether the log holds a snapshot of every shard.
  ///   - outlook: what a recovery is predicted to take.
  public func takesSnapshot(groups: Int, changed: Int, hasBase: Bool, outlook: Outlook? = nil) -> Bool {
    guard hasBase else { return true }
    switch mode {
    case .snapshot: return true
    case .log: return false
    case .auto:
      if Double(groups) * nanosPerGroup <= snapshotFactor * nanosPerSync { return true }
      guard let budget = recoveryBudgetNanos, let outlook else { return false }
      return outlook.nanos > budget && canMeetBudget(outlook) && outlook.nanos / 2 > outlook.leastNanos
    }
  }

  /// Whether a recovery from a snapshot alone is predicted to stay within the budget; true without one.
  public func canMeetBudget(_ outlook: Outlook) -> Bool {
    recoveryBudgetNanos.map { outlook.leastNanos <= $0 } ?? true
  }

  /// Bytes of shard snapshots per byte of the next delta.
  ///
  /// With a share of k, what is redone is about a k-th of a snapshot's bytes, so k is chosen by the time that the budget
  /// leaves for redo; within bounds, since every commit pays for it.
  public func share(_ outlook: Outlook) -> Double {
    guard let budget = recoveryBudgetNanos, canMeetBudget(outlook) else { return snapshotShare }
    let left = Double(budget - outlook.leastNanos)
    let wanted = left > 0 ? Double(outlook.cycleNanos) / left : Self.largestShare
    return min(max(snapshotShare, wanted), max(snapshotShare, Self.largestShare))
  }
}
