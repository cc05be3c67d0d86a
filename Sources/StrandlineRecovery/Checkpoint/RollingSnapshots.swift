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
  private static let smallestCost = 64.0
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

  /// A slice that was copied out of the state and has yet to be compressed.
  struct RawSlice: Sendable {
    var kind: StateSection.Kind
    var shard: Int
    var groups: Int
    var bytes: [UInt8]
    /// The bytes that it was expected to have in the record.
    var expected: Double
  }

  /// Copies the slices out of the state that go along with a batch's deltas.
  ///
  /// What they cost is known when they are compressed: `wrote` tells it before the next call.
  ///
  /// - Parameters:
  ///   - paid: bytes of slices that the batch pays for.
  ///   - estimate: bytes per group to begin with.
  mutating func slices(paid: Double, estimate: Double, of state: borrowing StreamState) -> [RawSlice] {
    credit += paid
    // What could not be spent must not make one later commit much dearer than the others.
    var budget = max(min(credit, 2 * paid), smallestSlice)
    var slices: [RawSlice] = []
    while credit > 0 && budget > 0 && slices.count < shardCount {
      let isWhole = cursor.isAtStart
      let perGroup = bytesPerGroup(estimate)
      let limit = isOwed ? Int.max : max(1, Int(min(budget / perGroup, 1e9)))
      var raw = ByteWriter(capacity: 1 << 12)
      let slice = state.encodeSlice(ofShard: shard, from: &cursor, limit: limit, into: &raw)
      let expected = max(Double(slice.groups) * perGroup, Self.smallestCost)
      slices.append(
        RawSlice(
          kind: slice.isLast
            ? (isWhole ? .shardSnapshot : .lastSlice) : (isWhole ? .firstSlice : .middleSlice),
          shard: shard, groups: slice.groups, bytes: raw.bytes, expected: expected))
      credit -= expected
      budget -= expected
      if !slice.isLast { break }
      shard = (shard + 1) % shardCount
      cursor = SliceCursor()
      isOwed = false
    }
    // Every shard was written; what is left over must not pile up for later batches.
    if slices.count == shardCount { credit = min(credit, 0) }
    return slices
  }

  /// Notes how many bytes a slice has in the record.
  mutating func wrote(_ slice: RawSlice, bytes: Int) {
    credit += slice.expected - max(Double(bytes), Self.smallestCost)
    measured.bytes = measured.bytes * Self.memory + Double(bytes)
    measured.groups = measured.groups * Self.memory + Double(slice.groups)
  }

  private func bytesPerGroup(_ estimate: Double) -> Double {
    max(measured.groups >= 1 ? measured.bytes / measured.groups : estimate, 0.1)
  }
}
