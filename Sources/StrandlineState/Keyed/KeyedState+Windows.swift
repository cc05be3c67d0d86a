import StrandlineColumns

/// What is kept of panes added up, for all shards.
struct WindowFold: Sendable {
  var shards: [PaneFold] = []
  /// The newest pane that is in it.
  var covered: Int64 = .min

  var memoryBytes: Int { shards.reduce(0) { $0 + $1.memoryBytes } }
}

extension KeyedState {
  /// The groups of windows that are made of several panes: those of the panes added up, ordered by (window end, start, key).
  ///
  /// Windows come in the order of their ends, from call to call as well, and are made of `openPanes`. What one window shares with
  /// the next is not added up again; so a window costs a few times its groups, and not its panes times its groups. Adding to
  /// a pane that was in the last window costs that once.
  ///
  /// - Parameters:
  ///   - late: a state that holds, under the start of a window, groups that only that window has; its plan has the same keys
  ///     and values.
  ///   - isRepeated: whether the windows will be given again, so that what they share with later ones is not kept.
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func rows(
    of windows: some Sequence<OpenWindow>, with late: KeyedState? = nil, isRepeated: Bool = false
  ) throws(StateError) -> GroupRows {
    // Held only where it is put back: a second owner would make every change copy it.
    let kept = isRepeated ? fold : WindowFold()
    if isRepeated { fold = WindowFold() }
    defer { if isRepeated { fold = kept } }
    var encodedKeys = Column(plan.keys.columnType)
    var rows = GroupRows(plan)
    for window in windows {
      var groups = PaneGroups(pane: window.start, plan)
      for shard in shards.indices {
        let own = late?.shards[shard].panes[window.start]?.table
        guard let table = try sum(openPanes[window.panes], ofShard: shard, and: own) else { continue }
        groups.append(table, nil)
      }
      fold.covered = max(fold.covered, openPanes[window.panes].last ?? .min)
      rows.append(groups, keys: &encodedKeys)
      rows.ends.append(contentsOf: repeatElement(window.end, count: groups.keys.count))
    }
    rows.keys = decodeKeys(encodedKeys)
    return rows
  }

  private mutating func sum(
    _ panes: ArraySlice<Int64>, ofShard shard: Int, and more: GroupTable?
  ) throws(StateError) -> GroupTable? {
    if fold.shards.isEmpty { fold.shards = Array(repeating: PaneFold(), count: shardCount) }
    let (values, hasher) = (plan.values, hasher)
    var positions: [Int32] = []
    let merge = { (source: GroupTable, target: inout GroupTable) throws(StateError) in
      let groups = source.live(in: 0..<source.count) ?? Array(0..<Int32(source.count))
      try target.lookUp(KeyBatch(encoded: source.keys(of: groups), hasher: hasher), into: &positions)
      try values.merge(source, groups, into: &target, groups: positions)
    }
    guard var sum = try fold.shards[shard].sum(panes, of: shards[shard].panes, merge: merge) else { return more }
    if let more { try merge(more, &sum) }
    return sum
  }
}
