import StrandlineColumns

extension KeyedState {
  /// The groups of those panes, ordered by (window end, start, key). Linear in the groups, and the sorting of each pane.
  public func rows(of panes: [Int64]) -> GroupRows {
    gather(panes, touchedOnly: false)
  }

  /// The groups that the current batch has touched, ordered by (window end, start, key).
  public func touchedRows() -> GroupRows {
    let panes = shards.reduce(into: Set<Int64>()) { $0.formUnion($1.touched) }
    return gather(panes.sorted(), touchedOnly: true)
  }

  private func gather(_ panes: [Int64], touchedOnly: Bool) -> GroupRows {
    let ordered = panes.sorted { (plan.panes.end(ofPane: $0), $0) < (plan.panes.end(ofPane: $1), $1) }
    var encodedKeys = Column(plan.keys.columnType)
    var rows = GroupRows(plan)
    for pane in ordered {
      var groups = PaneGroups(pane: pane, plan)
      for shard in shards {
        guard let table = shard.panes[pane] else { continue }
        groups.append(table.table, touchedOnly ? table.changes.live : nil)
      }
      rows.append(groups, keys: &encodedKeys)
    }
    rows.keys = decodeKeys(encodedKeys)
    return rows
  }

  func decodeKeys(_ keys: Column) -> [Column] {
    guard case .tuple(let types) = plan.keys else { return [keys] }
    do {
      return try KeyTuple.decode(keys, types: types)
    } catch {
      // Tuples are encoded here, or checked by `put` before they enter a table.
      preconditionFailure("a table holds a key that is no tuple: \(error)")
    }
  }
}
