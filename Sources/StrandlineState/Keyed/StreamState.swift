public import StrandlineBytes

/// The state of a plan: that of its operators, cut into the same shards.
///
/// # Overview
/// The durable unit is a shard: its snapshots and deltas hold the parts of all keyed states that belong to it, one after
/// another. A plan with one keyed state is written as that state alone.
///
/// # Invariants
/// All keyed states have the same number of shards and the same seed.
public struct StreamState: Sendable {
  /// The keyed states, by their number in the plan.
  public var states: [KeyedState]
  /// The number of shards, a power of two.
  public let shardCount: Int

  /// An empty state.
  ///
  /// - Parameters:
  ///   - shardCount: a power of two, at most 4,096.
  ///   - seed: the store's hash seed.
  public init(_ plans: [KeyedStatePlan], shardCount: Int, seed: UInt64) {
    states = plans.map { KeyedState($0, shardCount: shardCount, seed: seed) }
    self.shardCount = shardCount
  }

  private init(_ states: [KeyedState], shardCount: Int) {
    self.states = states
    self.shardCount = shardCount
  }

  /// What the keyed states hold.
  public var plans: [KeyedStatePlan] { states.map(\.plan) }
  /// The digest at the last `endBatch`: the sum over the keyed states.
  public var digest: StateDigest { sum { $0.digest } }
  /// The number of groups at the last `endBatch`.
  public var groupCount: Int { states.reduce(0) { $0 + $1.groupCount } }
  /// The number of groups that the last ended batch changed.
  public var changedGroups: Int { states.reduce(0) { $0 + $1.changedGroups } }
  /// The number of open panes.
  public var openPaneCount: Int { states.reduce(0) { $0 + $1.openPanes.count } }
  /// Bytes of memory held by the tables, unused capacity included. Linear in the number of tables, and of groups with blobs.
  public var memoryBytes: Int { states.reduce(0) { $0 + $1.memoryBytes } }

  /// The digest of the whole state, computed from nothing: what `verify` compares with the one kept. Linear in the groups.
  public func recomputedDigest() -> StateDigest { sum { $0.recomputedDigest() } }

  /// The digest of one shard, computed from nothing.
  public func recomputedDigest(ofShard shard: Int) -> StateDigest { sum { $0.recomputedDigest(ofShard: shard) } }

  private func sum(_ digest: (borrowing KeyedState) -> StateDigest) -> StateDigest {
    var sum = StateDigest()
    for state in states { sum += digest(state) }
    return sum
  }

  /// Drops the panes that end by the watermarks of their operators.
  ///
  /// - Parameter watermarks: one per keyed state.
  /// - Returns: the number of panes dropped.
  @discardableResult
  public mutating func close(through watermarks: [Int64]) -> Int {
    precondition(watermarks.count == states.count, "a watermark for each keyed state")
    var closed = 0
    for index in states.indices { closed += states[index].close(through: watermarks[index]) }
    return closed
  }

  /// Ends a batch: brings the digest and the number of groups up to date with what it changed.
  ///
  /// - Parameter workers: who works; a shard is one's alone.
  public mutating func endBatch(on workers: Workers = .one) {
    for index in states.indices { states[index].endBatch(on: workers) }
  }

  /// Forgets what the last batch changed.
  public mutating func beginBatch() {
    for index in states.indices { states[index].beginBatch() }
  }

  /// Takes a shard over from another state of the same plan, shards and seed, in place of what it has of it.
  public mutating func adopt(shard: Int, from other: borrowing StreamState) {
    for index in states.indices { states[index].adopt(shard: shard, from: other.states[index]) }
  }

  /// An empty state of the same plan, shards and seed.
  public func emptied() -> StreamState {
    StreamState(states.map { $0.emptied() }, shardCount: shardCount)
  }

  /// Takes over how many groups another state of the same plan had at its last `endBatch`: rows are aggregated for it.
  public mutating func expectGroups(of other: borrowing StreamState) {
    for index in states.indices { states[index].expectedGroups = other.states[index].groupCount }
  }

  /// The shards that the ended batch has touched, ascending.
  public var touchedShards: [Int] {
    Set(states.flatMap(\.touchedShards)).sorted()
  }

  /// The number of groups of one shard.
  public func groups(ofShard shard: Int) -> Int { states.reduce(0) { $0 + $1.groups(ofShard: shard) } }
}

// MARK: - Encoding

extension StreamState {
  /// Encodes every group of every shard. Linear in the groups.
  public func encodeSnapshot(into writer: inout ByteWriter) {
    for state in states { state.encodeSnapshot(into: &writer) }
  }

  /// Encodes every group of one shard. Linear in the groups of the shard.
  public func encodeSnapshot(ofShard shard: Int, into writer: inout ByteWriter) {
    var cursor = SliceCursor()
    _ = encodeSlice(ofShard: shard, from: &cursor, limit: .max, into: &writer)
  }

  /// Encodes the groups of one shard that the ended batch has touched, with their new words. Linear in those groups.
  public func encodeDelta(ofShard shard: Int, into writer: inout ByteWriter) {
    for state in states { state.encodeDelta(ofShard: shard, into: &writer) }
  }

  /// Encodes the next groups of a shard, at most `limit` of them, and moves the cursor behind them.
  ///
  /// Linear in these groups and the panes that they are in. The bytes are those of a snapshot that has only these groups.
  public func encodeSlice(
    ofShard shard: Int, from cursor: inout SliceCursor, limit: Int, into writer: inout ByteWriter
  ) -> Slice {
    let first = cursor.state
    for _ in 0..<first { writer.varint(0) }
    var taken = Slice(groups: 0, isLast: true)
    for index in first..<states.count {
      // What comes after a state that isn't done has its turn in a later slice.
      guard taken.isLast && (taken.groups < limit || index == first) else {
        writer.varint(0)
        taken.isLast = taken.isLast && states[index].groups(ofShard: shard) == 0
        continue
      }
      if index > first { cursor = SliceCursor(state: index) }
      let slice = states[index].encodeSlice(
        ofShard: shard, from: &cursor, limit: limit - taken.groups, into: &writer)
      taken.groups += slice.groups
      taken.isLast = slice.isLast
    }
    return taken
  }

  /// Puts the groups of a snapshot or a delta into the state: groups that are there get new words.
  ///
  /// Redo is idempotent, since a delta says what a group became, not what was added to it. What it put does not count as
  /// touched; the digest has it after `endBatch`, which computes that of the panes concerned from nothing.
  ///
  /// - Parameters:
  ///   - shard: the shard to which every key must belong; nil when the bytes are of all shards.
  ///   - skipped: shards whose keys are passed over, because something newer is known of them.
  /// - Returns: the number of groups in the bytes.
  /// - Throws: `StateError` `.malformed` with the place in the bytes.
  @discardableResult
  public mutating func put(
    _ bytes: RawSpan, shard: Int? = nil, skipping skipped: Set<Int> = []
  ) throws(StateError) -> Int {
    var reader = ByteReader(bytes)
    do {
      var groups = 0
      for index in states.indices { groups += try states[index].put(&reader, shard: shard, skipping: skipped) }
      try reader.finish()
      return groups
    } catch let error as BytesError {
      throw StateError(.malformed, "state bytes are damaged: \(error)")
    } catch let error as StateError {
      throw error
    } catch {
      throw StateError(.malformed, "\(error)")
    }
  }
}
