public import StrandlineLog

/// What recovery will do with a store, as a value: decided from facts alone, printed before it is done.
public struct RecoveryPlan: Sendable {
  /// The manifest from which it was made.
  public var manifest: Manifest
  /// The records of the snapshot that each shard begins with; the same for all after a snapshot of all.
  public var bases: [ShardBase]
  /// The batches whose records are read, from the oldest base to the last batch, ascending.
  public var redo: [BatchFacts]
  /// The last batch; nil for a store without batches.
  public var last: BatchFacts?
  /// What the last batch's record says, without the state.
  public var commit: CommitRecord?
  /// The highest record that is proved to be durable.
  public var floor: SequenceNumber
  /// The last record that stays where it is, and its chain value.
  public var sealedThrough: SequenceNumber
  /// The chain value of that record.
  public var sealedChain: UInt64
  /// The live segments and the byte at which each is sealed.
  public var sealed: [CommitLog.SealedSegment]
  /// Records above the floor: they are written again into a new segment.
  public var carry: [ScannedRecord]
  /// The torn tail, if there is one.
  public var tail: TornTail?
  /// Damaged snapshots of shards, which older ones and the log replace.
  public var degraded: [DegradedSnapshot]
  /// Batches whose output may not be published, with their receipts.
  public var publish: [BatchFacts]
  /// Files of ours that are no longer needed.
  public var remove: [String]
  /// Names that are not the store's; they stay.
  public var unknown: [String]
  /// The highest number of a segment, ever.
  public var highestSegment: UInt64
}

/// A damaged snapshot of a shard in a record that is whole otherwise.
public struct DegradedSnapshot: Sendable, Hashable {
  /// The shard.
  public var shard: Int
  /// The batch whose record holds it.
  public var batch: BatchID
  /// The number of that record.
  public var sequence: SequenceNumber
  /// The segment.
  public var segment: String
  /// The byte at which the record begins.
  public var offset: Int

  /// The damage in words.
  public var text: String {
    "the snapshot of shard \(shard) in record \(sequence) (batch \(batch)) is damaged: \(segment), record at byte \(offset)"
  }
}

/// Bytes behind the last whole record, above the floor.
public struct TornTail: Sendable, Hashable {
  /// The segment.
  public var segment: String
  /// The first byte that is cut.
  public var offset: Int
  /// The bytes up to the end of the file, the unwritten ones included.
  public var length: Int
  /// Why the log ends there.
  public var reason: String
  /// The number of the record that would have stood there.
  public var sequence: SequenceNumber
  /// Whole records behind it, which can't be used.
  public var laterRecords: Int
  /// Whether the record may have been acknowledged: no later record proves that it was, and none that it wasn't.
  public var isPossiblyAcknowledged: Bool
}

extension RecoveryPlan {
  /// The first record that is read; nil for a store without batches.
  public var oldestBase: SequenceNumber? { bases.map(\.first).min() }

  /// The plan in words, a line per step, in the order in which it is carried out.
  public var lines: [String] {
    var lines: [String] = []
    if let last {
      let oldest = oldestBase ?? last.sequence
      if Set(bases).count == 1, bases[0].first == bases[0].last {
        lines.append("restore: the snapshot of record \(oldest)")
      } else {
        let newest = bases.map(\.last).max() ?? oldest
        lines.append("restore: \(bases.count) shard snapshots of records \(oldest) to \(newest)")
      }
      let after = redo.filter { $0.sequence > oldest }
      lines.append(after.isEmpty ? "redo: nothing" : "redo: \(after.count) batches, \(after[0].batch) to \(last.batch)")
    } else {
      lines.append("restore: nothing, the store has no batch")
    }
    for snapshot in degraded { lines.append("degraded: \(snapshot.text); an older one and the log replace it") }
    if let tail {
      lines.append(
        "cut: \(tail.segment) at byte \(tail.offset): \(tail.reason)"
          + (tail.isPossiblyAcknowledged ? "; record \(tail.sequence) was possibly acknowledged" : ""))
    }
    if !carry.isEmpty { lines.append("carry: \(carry.count) records above the floor \(floor) into a new segment") }
    if !publish.isEmpty { lines.append("publish: the output of \(publish.count) batches, where it isn't yet") }
    if !remove.isEmpty { lines.append("remove: \(remove.joined(separator: ", "))") }
    if !unknown.isEmpty { lines.append("leave: \(unknown.joined(separator: ", ")) (not the store's)") }
    return lines + ["go on: at batch \(last?.batch.next ?? BatchID(0))"]
  }
}
