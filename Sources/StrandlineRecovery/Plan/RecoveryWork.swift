import StrandlineLog

/// The state that a recovery reads, in bytes before compression: what its time depends on.
public struct RecoveryWork: Sendable, Hashable {
  /// Bytes of snapshots.
  public var snapshotBytes = 0
  /// Bytes of deltas.
  public var redoBytes = 0

  /// No work.
  public init() {}
}

extension RecoveryPlan {
  /// What carrying the plan out reads.
  public var work: RecoveryWork {
    var work = RecoveryWork()
    for batch in redo {
      for section in batch.sections where !section.isDamaged {
        switch section.kind {
        case .snapshot:
          if bases.contains(where: { $0.takes(.snapshot, of: batch.sequence) }) {
            work.snapshotBytes += section.rawLength
          }
        default:
          guard section.shard < bases.count, bases[section.shard].takes(section.kind, of: batch.sequence) else {
            continue
          }
          if section.kind == .shardDelta {
            work.redoBytes += section.rawLength
          } else {
            work.snapshotBytes += section.rawLength
          }
        }
      }
    }
    return work
  }
}
