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
  /// Linear in the groups given, and in the panes of their windows times the keys that the batch has changed there.
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
    var windows = window.windows(
      endingAfter: after, through: through, openPanes: touchedPanes, alone: late?.touchedPanes ?? [])
    var next = windows.next()
    while let first = next {
      var run = [first]
      next = windows.next()
      while let window = next, window.start < first.end {
        run.append(window)
        next = windows.next()
      }
      for (window, groups) in zip(run, try changedGroups(of: run, late, former: former)) {
        rows.append(groups, keys: &encodedKeys)
        rows.ends.append(contentsOf: repeatElement(window.end, count: groups.keys.count))
      }
    }
    rows.keys = decodeKeys(encodedKeys)
    return rows
  }

  /// The panes that the batch has changed, ascending.
  var touchedPanes: [Int64] {
    shards.reduce(into: Set<Int64>()) { $0.formUnion($1.touched) }.sorted()
  }

  /// A pane as it is, or as it was before the batch.
  private func table(of pane: Int64, _ shard: Int, former: Bool) -> GroupTable? {
    if former, let tables = self.former.tables[pane] { return tables[shard] }
    return shards[shard].panes[pane]?.table
  }
}

// MARK: - Windows that share panes

extension KeyedState {
  /// The groups that the batch has changed of windows which begin before the first of them ends.
  ///
  /// Every such window is a last part of the first one and a first part of what lies behind it. So each pane is added once: those of
  /// the first window from its end on backwards, those behind it forwards.
  private func changedGroups(
    of windows: [OpenWindow], _ late: KeyedState?, former: Bool
  ) throws(StateError) -> [PaneGroups] {
    var groups = windows.map { PaneGroups(pane: $0.start, plan) }
    guard let first = windows.first, let last = windows.last else { return groups }
    let boundary = indexOfPane(atOrAfter: first.end)
    let older = openPanes[indexOfPane(atOrAfter: first.start)..<boundary]
    let newer = openPanes[boundary..<max(boundary, indexOfPane(atOrAfter: last.end))]
    for shard in shards.indices {
      let changed = try changedKeys(in: older, newer, windows, late, shard)
      if changed.count == 0 { continue }
      let empty = ChangedSums(changed, plan)
      var sums = [ChangedSums](repeating: empty, count: windows.count)
      var sum = empty
      var left = older.endIndex
      for index in windows.indices.reversed() {
        while left > older.startIndex, older[left - 1] >= windows[index].start {
          left -= 1
          try sum.add(
            table(of: older[left], shard, former: former), changed: changed.ofPanes[older[left]], plan.values)
        }
        sums[index] = sum
      }
      sum = empty
      var right = newer.startIndex
      for (index, window) in windows.enumerated() {
        while right < newer.endIndex, newer[right] < window.end {
          try sum.add(
            table(of: newer[right], shard, former: former), changed: changed.ofPanes[newer[right]], plan.values)
          right += 1
        }
        try sums[index].add(sum, plan.values)
        try sums[index].add(
          late?.table(of: window.start, shard, former: former), changed: changed.ofWindows[window.start], plan.values)
        groups[index].append(sums[index].table, sums[index].changedGroups)
      }
    }
    return groups
  }

  /// The keys of a shard that the batch has changed in panes, or in windows' own groups.
  private func changedKeys(
    in older: ArraySlice<Int64>, _ newer: ArraySlice<Int64>, _ windows: [OpenWindow], _ late: KeyedState?, _ shard: Int
  ) throws(StateError) -> ChangedKeys {
    var keys = ChangedKeys(plan, hasher)
    let touched = shards[shard].touched
    if !touched.isEmpty {
      for pane in older where touched.contains(pane) { try keys.add(pane: pane, shards[shard].panes[pane]) }
      for pane in newer where touched.contains(pane) { try keys.add(pane: pane, shards[shard].panes[pane]) }
    }
    if let late, !late.shards[shard].touched.isEmpty {
      for window in windows where late.shards[shard].touched.contains(window.start) {
        try keys.add(window: window.start, late.shards[shard].panes[window.start])
      }
    }
    return keys
  }
}
