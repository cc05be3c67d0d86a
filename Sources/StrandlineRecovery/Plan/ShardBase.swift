public import StrandlineLog

/// The records that hold a snapshot of a shard: one, or the first and the last of its slices.
///
/// Redo of the shard begins behind the first. In each later record the shard's delta comes before a slice of it, so that a
/// group ends up with what the last of the two says, whichever it is in.
public struct ShardBase: Sendable, Hashable {
  /// The record that holds it, or its first slice.
  public var first: SequenceNumber
  /// The record that holds it, or its last slice.
  public var last: SequenceNumber

  /// A snapshot in those records.
  public init(first: SequenceNumber, last: SequenceNumber) {
    self.first = first
    self.last = last
  }

  /// Whether a part of the state, of this shard or of all, is to be put into the shard's state.
  func takes(_ kind: StateSection.Kind, of record: SequenceNumber) -> Bool {
    switch kind {
    case .snapshot, .shardSnapshot: record == first && first == last
    case .firstSlice: record == first && first < last
    case .middleSlice, .lastSlice: record > first && record <= last
    case .shardDelta: record > first
    }
  }
}

/// Follows the snapshots of shards through the records of a log.
///
/// Slices without a beginning, of which the log has lost the first ones, those that were not finished, because the writer
/// was opened anew, and those of which one is damaged, come to nothing.
struct SnapshotFollower: Sendable {
  /// The record of the first slice of the snapshot that is under way, per shard.
  private(set) var begun: [SequenceNumber?]

  init(shardCount: Int) {
    begun = Array(repeating: nil, count: shardCount)
  }

  /// Notes what a record holds.
  ///
  /// - Parameter completed: is told each shard of which a snapshot is whole with this record.
  mutating func note(_ sequence: SequenceNumber, _ sections: [StateSection], completed: (Int, ShardBase) -> Void) {
    for section in sections where section.shard < begun.count {
      if section.isDamaged {
        begun[section.shard] = nil
        continue
      }
      switch section.kind {
      case .snapshot:
        for shard in begun.indices {
          begun[shard] = nil
          completed(shard, ShardBase(first: sequence, last: sequence))
        }
      case .shardSnapshot:
        begun[section.shard] = nil
        completed(section.shard, ShardBase(first: sequence, last: sequence))
      case .firstSlice:
        begun[section.shard] = sequence
      case .middleSlice:
        break
      case .lastSlice:
        if let first = begun[section.shard] { completed(section.shard, ShardBase(first: first, last: sequence)) }
        begun[section.shard] = nil
      case .shardDelta:
        break
      }
    }
  }
}
