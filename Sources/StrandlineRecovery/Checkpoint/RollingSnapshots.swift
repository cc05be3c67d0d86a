import StrandlineBytes
import StrandlineLog
import StrandlineState

/// Which slice of which shard a batch's record carries along, paid for by deltas.
///
/// # Overview
/// Shards take turns, and a shard is written in slices, each about as large as what the deltas since the last one have paid
/// for. So a commit costs a fixed multiple of its delta, however large the state is, and the log behind the second newest
/// snapshot of every shard can go.
///
/// # Invariants
/// - A record holds at most one slice of a shard.
/// - The slices of a snapshot are all of one opening of the store: after an opening groups may lie in another order.
struct RollingSnapshots: Sendable {
  /// The shard that is being written.
  private var shard: Int
  private let shardCount: Int
  private var cursor = SliceCursor()
  /// Bytes of slices that deltas have paid for; below zero when the last slice was larger than that.
  private var credit = 0.0
  /// Whether the shard is written whole, since the slices of an earlier opening are lost. A store that is opened for a few
  /// batches at a time would never finish one otherwise.
  private var isOwed: Bool
  /// Bytes and groups of the last slices, each less than the one behind it.
  private var measured = (bytes: 0.0, groups: 0.0)

  /// A slice is no smaller than this if the shard has as much.
  private let smallestSlice: Double
  /// A slice without groups still costs its place in the record.
  private static let smallestCost = 64
  /// How much of the older measurements stays with each new one.
  private static let memory = 0.7

  /// The snapshots of a store with that history.
  init(_ history: SnapshotHistory, shardCount: Int, smallestSlice: Int) {
    self.shardCount = shardCount
    self.smallestSlice = Double(max(1, smallestSlice))
    isOwed = history.unfinishedShard != nil
    shard = history.unfinishedShard ?? history.stalestShard
  }

  /// Forgets a snapshot that is under way: one of all shards has been written.
  mutating func restart() {
    cursor = SliceCursor()
    isOwed = false
    credit = min(credit, 0)
  }

  /// The slices that go along with a batch's deltas.
  ///
  /// - Parameters:
  ///   - paid: bytes of slices that the batch pays for.
  ///   - estimate: bytes per group to begin with.
  ///   - section: makes a part of the state of what is encoded.
  mutating func slices(
    paid: Double, estimate: Double, of state: borrowing StreamState,
    section: (Int, [UInt8]) throws(BytesError) -> StateSection
  ) throws(BytesError) -> [StateSection] {
    credit += paid
    // What could not be spent must not make one later commit much dearer than the others.
    var budget = max(min(credit, 2 * paid), smallestSlice)
    var sections: [StateSection] = []
    while credit > 0 && budget > 0 && sections.count < shardCount {
      let isWhole = cursor.isAtStart
      let limit = isOwed ? Int.max : groups(in: budget, estimate)
      var raw = ByteWriter(capacity: 1 << 12)
      let slice = state.encodeSlice(ofShard: shard, from: &cursor, limit: limit, into: &raw)
      var part = try section(shard, raw.bytes)
      part.kind = slice.isLast ? (isWhole ? .shardSnapshot : .lastSlice) : (isWhole ? .firstSlice : .middleSlice)
      sections.append(part)
      let cost = Double(max(part.frame.count, Self.smallestCost))
      credit -= cost
      budget -= cost
      measured.bytes = measured.bytes * Self.memory + Double(part.frame.count)
      measured.groups = measured.groups * Self.memory + Double(slice.groups)
      if !slice.isLast { break }
      shard = (shard + 1) % shardCount
      cursor = SliceCursor()
      isOwed = false
    }
    // Every shard was written; what is left over must not pile up for later batches.
    if sections.count == shardCount { credit = min(credit, 0) }
    return sections
  }

  /// How many groups go into so many bytes.
  private func groups(in bytes: Double, _ estimate: Double) -> Int {
    let perGroup = measured.groups >= 1 ? measured.bytes / measured.groups : estimate
    return max(1, Int(min(bytes / max(perGroup, 0.1), 1e9)))
  }
}
