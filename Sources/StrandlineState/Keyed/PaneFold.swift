/// The panes of one shard added up, for windows that follow each other.
///
/// # Overview
/// A window that moves on by a pane of sixty shares fifty-nine with the one before it. Two stacks keep the work to a few
/// merges per window, for accumulators that can't subtract: the older panes as sums from each of them to the last of them
/// (`front`), so that the oldest can be dropped, and the newer ones as one sum (`back`), to which more are added. When the
/// older ones are used up, the newer ones become the older ones. Windows that only grow never need the older ones.
/// Source: K. Tangwongsan, M. Hirzel, S. Schneider, “Low-latency sliding-window aggregation in worst-case constant time”,
/// DEBS 2017, “two-stacks”.
///
/// # Invariants
/// It is derived from the panes, and is thrown away when one that is in it changes.
struct PaneFold: Sendable {
  private struct Sum: Sendable {
    /// The oldest pane in it.
    var pane: Int64
    var table: GroupTable
  }

  /// The sums of the older panes, the one from the oldest pane last.
  private var front: [Sum] = []
  /// The newer panes, ascending.
  private var backPanes: [Int64] = []
  /// The sum of the newer panes; nil while none of them has groups here.
  private var back: GroupTable?

  /// How many times the groups of the panes the sums may hold: where keys are in few panes each, sums would need more memory
  /// than they save time, since a window then has nearly as many groups as its panes.
  private static let memoryFactor = 3

  /// Adds up some panes, ascending, that begin and end no earlier than those asked for before.
  ///
  /// - Parameters:
  ///   - panes: the panes of the shard.
  ///   - merge: adds all groups of a table to another one.
  /// - Returns: nil when none of them has groups here.
  mutating func sum(
    _ wanted: ArraySlice<Int64>, of panes: [Int64: PaneTable],
    merge: (GroupTable, inout GroupTable) throws(StateError) -> Void
  ) throws(StateError) -> GroupTable? {
    guard let first = wanted.first else { return nil }
    while let oldest = front.last, oldest.pane < first { front.removeLast() }
    if front.isEmpty, let oldest = backPanes.first, let newest = backPanes.last, oldest < first {
      back = nil
      backPanes = []
      // Where nothing is shared, the next windows may grow, and need no sums of older panes.
      if newest >= first { try turn(wanted, panes, merge) }
    }
    let covered = backPanes.last ?? front.first?.pane ?? .min
    for pane in wanted where pane > covered {
      backPanes.append(pane)
      guard let table = panes[pane]?.table else { continue }
      try Self.add(table, to: &back, merge)
    }
    guard let older = front.last?.table else { return back }
    guard let newer = back else { return older }
    var sum = older
    try merge(newer, &sum)
    return sum
  }

  /// Makes the panes that are wanted the older ones.
  private mutating func turn(
    _ wanted: ArraySlice<Int64>, _ panes: [Int64: PaneTable],
    _ merge: (GroupTable, inout GroupTable) throws(StateError) -> Void
  ) throws(StateError) {
    let groups = wanted.reduce(0) { $0 + (panes[$1]?.table.liveCount ?? 0) }
    var sum: GroupTable?
    var held = 0
    for pane in wanted.reversed() {
      if let table = panes[pane]?.table { try Self.add(table, to: &sum, merge) }
      guard let sum else { continue }
      held += sum.liveCount
      if held > groups * Self.memoryFactor { break }
      front.append(Sum(pane: pane, table: sum))
    }
    // All or none: the sums from the oldest panes are wanted first.
    if held > groups * Self.memoryFactor { front = [] }
  }

  private static func add(
    _ table: GroupTable, to sum: inout GroupTable?,
    _ merge: (GroupTable, inout GroupTable) throws(StateError) -> Void
  ) throws(StateError) {
    guard var total = sum else {
      sum = table
      return
    }
    // The sum leaves its place, so that it is changed where it lies and not copied.
    sum = nil
    try merge(table, &total)
    sum = total
  }

  /// Bytes of memory that the sums hold.
  var memoryBytes: Int {
    front.reduce(back?.memoryBytes ?? 0) { $0 + $1.table.memoryBytes }
  }
}
