import StrandlineLog

/// What a recovery would have to read if the process ended now, kept up to date with every record.
///
/// # Invariants
/// `work` is that of the plan that recovery would make of the same records.
struct RecoveryBacklog: Sendable {
  private struct Shard {
    /// Bytes of the newest whole snapshot, and of the deltas behind its first slice.
    var base = RecoveryWork()
    /// The same of a snapshot that is under way; nil when there is none.
    var next: RecoveryWork?
    /// Whether it still begins with the snapshot of all shards.
    var isOnWhole = false
  }

  private var shards: [Shard]
  /// Bytes of a snapshot of all shards that some of them still begin with: it is read once, whole.
  private var whole = 0

  init(shardCount: Int) {
    shards = Array(repeating: Shard(), count: shardCount)
  }

  /// What recovery reads.
  var work: RecoveryWork {
    var work = RecoveryWork()
    for shard in shards {
      work.snapshotBytes += shard.base.snapshotBytes
      work.redoBytes += shard.base.redoBytes
    }
    if shards.contains(where: \.isOnWhole) { work.snapshotBytes += whole }
    return work
  }

  /// Notes the parts of the state of a record.
  mutating func note(_ sections: [StateSection]) {
    for section in sections where section.shard < shards.count {
      if section.isDamaged {
        shards[section.shard].next = nil
        continue
      }
      switch section.kind {
      case .snapshot:
        for index in shards.indices { shards[index] = Shard(isOnWhole: true) }
        whole = section.rawLength
      case .shardDelta:
        shards[section.shard].base.redoBytes += section.rawLength
        shards[section.shard].next?.redoBytes += section.rawLength
      case .shardSnapshot, .firstSlice:
        shards[section.shard].next = RecoveryWork()
        shards[section.shard].next?.snapshotBytes = section.rawLength
        if section.kind == .shardSnapshot { finish(section.shard) }
      case .middleSlice, .lastSlice:
        shards[section.shard].next?.snapshotBytes += section.rawLength
        if section.kind == .lastSlice { finish(section.shard) }
      }
    }
  }

  private mutating func finish(_ shard: Int) {
    guard let next = shards[shard].next else { return }
    shards[shard] = Shard(base: next)
  }
}
