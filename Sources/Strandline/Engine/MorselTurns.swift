import StrandlineState

/// Partitions while their morsels are computed: each morsel has its turn to move its partition on.
struct MorselTurns: Sendable {
  /// Where the partitions of the morsels stand, by their numbers.
  private(set) var standings: [Int: PartitionStanding] = [:]
  /// The partitions that have brought rows in this batch.
  private(set) var withRows: Set<Int>
  /// The rows that were read.
  private(set) var rows: UInt64 = 0
  private let idleNanos: UInt64?
  private let clock: @Sendable () -> UInt64
  /// The watermarks of the sources before the batch.
  private let watermarks: [Int64]

  init(
    _ partitions: [PartitionCursor], _ morsels: [Morsel], withRows: Set<Int>, idleNanos: UInt64?,
    clock: @escaping @Sendable () -> UInt64, watermarks: [Int64]
  ) {
    for morsel in morsels { standings[morsel.partition] = partitions[morsel.partition].standing }
    self.withRows = withRows
    self.idleNanos = idleNanos
    self.clock = clock
    self.watermarks = watermarks
  }

  /// Moves a partition past its next morsel.
  mutating func stamp(_ morsel: inout Morsel, _ stages: MorselStages) {
    let partition = morsel.partition
    guard var standing = standings[partition] else { return }
    defer { standings[partition] = standing }
    let (count, malformed) = (morsel.count, morsel.problems.count)
    // One that comes back from idling joins the stream before its rows are stamped.
    if count + malformed > 0 && withRows.insert(partition).inserted, let idleNanos {
      _ = standing.note(rows: true, now: clock(), idleAfter: idleNanos, watermark: watermarks[standing.source])
    }
    // Rows that can't be decoded have no number: which of them share a batch with others must not matter.
    let decoded = standing.rows &- standing.malformed
    let ordinal = Int64(partition) << 44 | Int64(truncatingIfNeeded: decoded & (1 << 44 - 1))
    stages.stamp(&morsel, clock: &standing.clock, ordinal: ordinal)
    standing.rows += UInt64(count + malformed)
    standing.malformed += UInt64(malformed)
    rows += UInt64(count + malformed)
  }
}
