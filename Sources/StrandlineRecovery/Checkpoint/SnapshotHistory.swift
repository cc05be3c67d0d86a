import StrandlineLog

/// Which records hold the snapshots of which shard, and from which record on the log is needed.
///
/// Two whole generations of every shard are kept, and what the last `retained` batches need; the log before that may go.
struct SnapshotHistory: Sendable {
  private var perShard: [[ShardBase]]
  private var follower: SnapshotFollower
  private var batches: [SequenceNumber] = []
  private let retained: Int

  init(shardCount: Int, retained: Int) {
    perShard = Array(repeating: [], count: shardCount)
    follower = SnapshotFollower(shardCount: shardCount)
    self.retained = max(1, retained)
  }

  /// Whether every shard has a snapshot.
  var isComplete: Bool { !perShard.contains { $0.isEmpty } }

  /// Notes a batch's record and the parts of the state in it.
  mutating func note(_ sequence: SequenceNumber, _ sections: [StateSection]) {
    batches.append(sequence)
    if batches.count > retained { batches.removeFirst(batches.count - retained) }
    follower.note(sequence, sections) { perShard[$0].append($1) }
    trim()
  }

  /// A shard of which a snapshot was begun and has not been finished.
  var unfinishedShard: Int? { follower.begun.firstIndex { $0 != nil } }

  /// The shard whose newest snapshot is the oldest.
  var stalestShard: Int {
    perShard.indices.min { (perShard[$0].last?.first.value ?? 0) < (perShard[$1].last?.first.value ?? 0) } ?? 0
  }

  /// The first record that is needed.
  var neededFrom: SequenceNumber {
    perShard.reduce(SequenceNumber(.max)) { min($0, $1.first?.first ?? SequenceNumber(0)) }
  }

  /// Drops what is older than both the second newest snapshot and the one that the oldest retained batch builds on.
  private mutating func trim() {
    guard let oldest = batches.first else { return }
    for shard in perShard.indices {
      let list = perShard[shard]
      guard list.count > 2 else { continue }
      let bound = min(oldest, list[list.count - 2].last)
      if let keep = list.lastIndex(where: { $0.last <= bound }), keep > 0 { perShard[shard].removeFirst(keep) }
    }
  }
}
