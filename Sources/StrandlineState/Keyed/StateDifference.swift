import StrandlineColumns

/// What differs between two states of one plan in one pane.
public struct PaneDifference: Sendable {
  /// A group that differs: where it is in the rows before and after; nil where it isn't there.
  public struct Change: Sendable, Hashable {
    /// The row in ``PaneDifference/before``.
    public var before: Int?
    /// The row in ``PaneDifference/after``.
    public var after: Int?
  }

  /// The groups as they were, in the order of their keys: those that were changed, and those that are no longer there.
  public var before: GroupRows
  /// The groups as they are: those that were changed, and new ones.
  public var after: GroupRows
  /// The groups that differ, in the order of their keys.
  public var changes: [Change] = []
}

extension KeyedState {
  /// The panes in which an older state of the same plan, shards and seed has other groups or words, by ascending start.
  ///
  /// Linear in the number of tables: their digests are compared.
  public func panesDiffering(from older: borrowing KeyedState) -> [Int64] {
    Set(openPanes).union(older.openPanes).sorted().filter { !differingShards(from: older, pane: $0).isEmpty }
  }

  /// What differs in a pane. Sorts the groups of the pane's shards that differ, of both states.
  public func difference(from older: borrowing KeyedState, pane: Int64) -> PaneDifference {
    let shards = differingShards(from: older, pane: pane)
    let old = older.groups(ofPane: pane, in: shards)
    let new = groups(ofPane: pane, in: shards)
    let (oldOrder, newOrder) = (old.order(), new.order())
    var result = PaneDifference(before: empty(old), after: empty(new))
    var keysBefore = Column(plan.keys.columnType)
    var keysAfter = Column(plan.keys.columnType)
    var (i, j) = (0, 0)
    while i < oldOrder.count || j < newOrder.count {
      let order =
        i == oldOrder.count
        ? 1 : j == newOrder.count ? -1 : KeyOrder.compare(old.keys, Int(oldOrder[i]), new.keys, Int(newOrder[j]))
      var change = PaneDifference.Change()
      let isSame =
        order == 0
        && !old.words.indices.contains {
          old.words[$0][Int(oldOrder[i])] != new.words[$0][Int(newOrder[j])]
        }
        && !old.blobs.indices.contains {
          old.blobs[$0][Int(oldOrder[i])] != new.blobs[$0][Int(newOrder[j])]
        }
      if order <= 0 {
        if !isSame { change.before = result.before.append(old, Int(oldOrder[i]), &keysBefore) }
        i += 1
      }
      if order >= 0 {
        if !isSame { change.after = result.after.append(new, Int(newOrder[j]), &keysAfter) }
        j += 1
      }
      if !isSame { result.changes.append(change) }
    }
    result.before.keys = decodeKeys(keysBefore)
    result.after.keys = decodeKeys(keysAfter)
    return result
  }

  private func differingShards(from older: borrowing KeyedState, pane: Int64) -> [Int] {
    var differing: [Int] = []
    for shard in shards.indices {
      let (old, new) = (older.shards[shard].panes[pane], shards[shard].panes[pane])
      if old?.settledGroups ?? 0 == new?.settledGroups ?? 0,
        (old?.settledDigest ?? StateDigest()) == (new?.settledDigest ?? StateDigest())
      {
        continue
      }
      differing.append(shard)
    }
    return differing
  }

  private func groups(ofPane pane: Int64, in wanted: [Int]) -> PaneGroups {
    var groups = PaneGroups(pane: pane, plan)
    for shard in wanted {
      if let table = shards[shard].panes[pane] { groups.append(table.table, nil) }
    }
    return groups
  }

  private func empty(_ groups: PaneGroups) -> GroupRows {
    GroupRows(
      keys: [], words: Array(repeating: [], count: groups.words.count),
      blobs: Array(repeating: [], count: groups.blobs.count))
  }
}

extension GroupRows {
  /// Appends a group, its key to a column of its own, and says which row it has become.
  fileprivate mutating func append(_ groups: PaneGroups, _ group: Int, _ keys: inout Column) -> Int {
    panes.append(groups.pane)
    keys.append(group, of: groups.keys)
    for index in words.indices { words[index].append(groups.words[index][group]) }
    for index in blobs.indices { blobs[index].append(groups.blobs[index][group]) }
    return panes.count - 1
  }
}

extension KeyOrder {
  /// Compares two encoded keys: negative, zero or positive; a null is before everything else.
  static func compare(_ a: Column, _ i: Int, _ b: Column, _ j: Int) -> Int {
    if a.isNull(i) || b.isNull(j) { return (a.isNull(i) ? 0 : 1) - (b.isNull(j) ? 0 : 1) }
    if a.type == .string {
      let left = a.bytes[Int(a.offsets[i])..<Int(a.offsets[i + 1])]
      let right = b.bytes[Int(b.offsets[j])..<Int(b.offsets[j + 1])]
      return left.elementsEqual(right) ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
    }
    let (left, right) = (sortable(a.words[i], a.type), sortable(b.words[j], b.type))
    return left == right ? 0 : left < right ? -1 : 1
  }
}
