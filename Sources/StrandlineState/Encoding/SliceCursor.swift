import StrandlineBytes
import StrandlineColumns

/// How far a snapshot of a shard has come that is taken in slices, over several batches.
///
/// A group keeps its position in its pane as long as the pane is open, and panes go as a whole. So a pane and a position say
/// which groups the slices so far have held; those that came after the cursor had passed their place are in the deltas since
/// the first slice. Where groups have changed their positions since, because removed ones gave theirs up, the pane is begun
/// again. It is of no use to another process: what is restored may lie in another order.
public struct SliceCursor: Sendable, Hashable {
  /// The state in which the next slice begins.
  var state = 0
  /// The pane in which the next slice begins, or the first one behind it.
  var pane: Int64 = .min
  /// The first group of that pane that no slice has held.
  var position = 0
  /// How often positions had changed in that pane.
  var compactions = 0

  /// The beginning of a shard.
  public init() {}

  init(state: Int) {
    self.state = state
  }

  /// Whether no slice has been taken yet.
  public var isAtStart: Bool { self == SliceCursor() }
}

/// What a slice holds.
public struct Slice: Sendable, Hashable {
  /// The number of groups.
  public var groups: Int
  /// Whether the snapshot is complete with it.
  public var isLast: Bool
}

extension KeyedState {
  /// Encodes the next groups of a shard, at most `limit` of them, and moves the cursor behind them.
  ///
  /// Linear in these groups and the panes that they are in. The bytes are those of a snapshot that has only these groups.
  func encodeSlice(
    ofShard shard: Int, from cursor: inout SliceCursor, limit: Int, into writer: inout ByteWriter
  ) -> Slice {
    precondition(limit > 0, "a slice has room for a group")
    var parts: [(pane: Int64, range: Range<Int>)] = []
    var left = limit
    var index = indexOfPane(atOrAfter: cursor.pane)
    while index < openPanes.count && left > 0 {
      let pane = openPanes[index]
      let table = shards[shard].panes[pane]
      let count = table?.table.count ?? 0
      let isBegun = pane == cursor.pane && table?.compactions == cursor.compactions
      let start = isBegun ? min(cursor.position, count) : 0
      let end = start + min(count - start, left)
      if end > start { parts.append((pane, start..<end)) }
      left -= end - start
      cursor.pane = pane
      cursor.position = end
      cursor.compactions = table?.compactions ?? 0
      if end == count { index += 1 }
    }
    writer.varint(UInt64(parts.count))
    for (pane, range) in parts {
      if let table = shards[shard].panes[pane] { PaneBlock.encode(table.table, range, pane: pane, into: &writer) }
      if plan.removesGroups { PaneGroups.encode(removed: Column(plan.keys.columnType), into: &writer) }
    }
    return Slice(groups: limit - left, isLast: !hasGroups(ofShard: shard, fromPaneAt: index, cursor))
  }

  /// Whether groups of a shard are left behind a cursor, in a pane or the ones after it.
  private func hasGroups(ofShard shard: Int, fromPaneAt index: Int, _ cursor: SliceCursor) -> Bool {
    for pane in openPanes[index...] {
      let count = shards[shard].panes[pane]?.table.count ?? 0
      if count > (pane == cursor.pane ? cursor.position : 0) { return true }
    }
    return false
  }
}
