import StrandlineColumns

/// The panes of one fixed hash range of the keys.
struct Shard: Sendable {
  /// The panes by their start.
  var panes: [Int64: PaneTable] = [:]
  /// The panes that the current batch has touched.
  var touched: Set<Int64> = []

  /// The number of groups that the current batch has touched.
  var touchedGroups: Int { touched.reduce(0) { $0 + (panes[$1]?.touched.count ?? 0) } }
  /// The number of groups in all panes.
  var groups: Int { panes.values.reduce(0) { $0 + $1.table.liveCount } }
}

/// By how much the digest and the number of groups of a shard have changed in a batch.
struct SettledChange: Sendable {
  var digest = StateDigest()
  var groups = 0
  /// The groups that the batch has touched.
  var changedGroups = 0
}

extension Shard {
  /// Brings the digests of its panes up to date with what the batch has changed.
  mutating func settle(_ plan: KeyedStatePlan) -> SettledChange {
    var change = SettledChange()
    for pane in touched {
      // The table leaves the dictionary while it is changed, so that there is one of it.
      guard var table = panes.removeValue(forKey: pane) else { continue }
      change.digest -= table.settledDigest
      change.groups -= table.settledGroups
      table.settle(seed: GroupDigest(operatorID: plan.id, pane: pane))
      change.digest += table.settledDigest
      change.groups += table.settledGroups
      change.changedGroups += table.touched.count
      panes[pane] = table
    }
    return change
  }
}
