import StrandlineColumns

/// The panes of one fixed hash range of the keys.
struct Shard: Sendable {
  /// The panes by their start.
  var panes: [Int64: PaneTable] = [:]
  /// The panes that the current batch has touched.
  var touched: Set<Int64> = []

  /// The number of groups in all panes.
  var groups: Int { panes.values.reduce(0) { $0 + $1.table.liveCount } }
}
