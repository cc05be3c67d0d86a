import StrandlineColumns

/// The tables of panes as they were before the current batch changed them.
struct FormerPanes: Sendable {
  /// Panes of which the first window ends at or before it are remembered before they change; `Int64.min` for none.
  var through: Int64 = .min
  /// What each shard had of such a pane: nil where it had nothing.
  var tables: [Int64: [GroupTable?]] = [:]
}

extension KeyedState {
  /// Remembers, in each batch from the next one on, what panes held whose first window ends at or before a watermark and
  /// which the batch changes: what `formerRows` tells. Costs a copy of each such pane that changes.
  public mutating func rememberPanes(endingBy watermark: Int64) {
    former.through = watermark
  }

  /// Notes that groups of a pane are about to change.
  mutating func willChange(_ pane: Int64) {
    if former.through > .min, former.tables[pane] == nil, plan.panes.firstEnd(ofPane: pane) <= former.through {
      former.tables[pane] = shards.map { $0.panes[pane]?.table }
    }
    open(pane)
    if pane <= fold.covered { fold = WindowFold() }
  }

  /// The groups of windows that the current batch has changed, as they are now, ordered by (window end, start, key).
  ///
  /// Linear in the changed groups times the panes of their windows.
  ///
  /// - Parameters:
  ///   - after: windows that end after it are given.
  ///   - through: windows that end at or before it are given.
  ///   - late: the state of groups that single windows have.
  /// - Throws: `StateError` `.tooLarge`.
  public func changedRows(
    endingAfter after: Int64, through: Int64, with late: KeyedState? = nil
  ) throws(StateError) -> GroupRows {
    try rows(endingAfter: after, through: through, late, former: false)
  }

  /// The same groups as they were before the batch, where they were: those that `rememberPanes` asked for.
  public func formerRows(
    endingAfter after: Int64, through: Int64, with late: KeyedState? = nil
  ) throws(StateError) -> GroupRows {
    try rows(endingAfter: after, through: through, late, former: true)
  }

  private func rows(
    endingAfter after: Int64, through: Int64, _ late: KeyedState?, former: Bool
  ) throws(StateError) -> GroupRows {
    guard case .window(let window, _) = plan.panes else { preconditionFailure("a state of windows") }
    var encodedKeys = Column(plan.keys.columnType)
    var rows = GroupRows(plan)
    let changed = window.windows(
      endingAfter: after, through: through, openPanes: touchedPanes, alone: late?.touchedPanes ?? [])
    for place in changed {
      var groups = PaneGroups(pane: place.start, plan)
      let panes = openPanes[indexOfPane(atOrAfter: place.start)..<indexOfPane(atOrAfter: place.end)]
      for shard in shards.indices {
        var tables: [GroupTable] = []
        let keys = try changedKeys(of: panes, and: place.start, late, shard)
        if keys.count == 0 { continue }
        for pane in panes {
          if let table = table(of: pane, shard, former: former) { tables.append(table) }
        }
        if let table = late?.table(of: place.start, shard, former: former) { tables.append(table) }
        if let sum = try sum(of: tables, for: keys) { groups.append(sum, nil) }
      }
      rows.append(groups, keys: &encodedKeys)
      rows.ends.append(contentsOf: repeatElement(place.end, count: groups.keys.count))
    }
    rows.keys = decodeKeys(encodedKeys)
    return rows
  }

  /// The panes that the batch has changed, ascending.
  var touchedPanes: [Int64] {
    shards.reduce(into: Set<Int64>()) { $0.formUnion($1.touched) }.sorted()
  }

  private func table(of pane: Int64, _ shard: Int, former: Bool) -> GroupTable? {
    if former, let tables = self.former.tables[pane] { return tables[shard] }
    return shards[shard].panes[pane]?.table
  }

  /// The keys that the batch has changed in one of some panes, or in a window's own groups.
  private func changedKeys(
    of panes: ArraySlice<Int64>, and start: Int64, _ late: KeyedState?, _ shard: Int
  ) throws(StateError) -> KeyBatch {
    var found = GroupTable(keyType: plan.keys.columnType, width: 0)
    var positions: [Int32] = []
    for pane in panes {
      guard let table = shards[shard].panes[pane], !table.touched.isEmpty else { continue }
      let keys = KeyBatch(encoded: table.table.keys(of: table.changes.live), hasher: hasher)
      try found.lookUp(keys, into: &positions)
    }
    if let table = late?.shards[shard].panes[start], !table.touched.isEmpty {
      let keys = KeyBatch(encoded: table.table.keys(of: table.changes.live), hasher: hasher)
      try found.lookUp(keys, into: &positions)
    }
    return KeyBatch(encoded: found.keys(of: Array(0..<Int32(found.count))), hasher: hasher)
  }

  /// What some tables together have of some keys; nil when it is nothing.
  private func sum(of tables: [GroupTable], for keys: KeyBatch) throws(StateError) -> GroupTable? {
    var sum = GroupTable(keyType: plan.keys.columnType, width: plan.values.width, blobs: plan.values.blobs)
    var groups: [Int32] = []
    for table in tables {
      table.find(keys, into: &groups)
      let rows = groups.indices.filter { groups[$0] >= 0 }.map { Int32($0) }
      if rows.isEmpty { continue }
      var positions: [Int32] = []
      try sum.lookUp(keys.gathered(rows), into: &positions)
      try plan.values.merge(table, rows.map { groups[Int($0)] }, into: &sum, groups: positions)
    }
    return sum.count == 0 ? nil : sum
  }
}
