import StrandlineColumns
import StrandlineState

/// Rows of one side of a join that arrive together, on time: what the join needs of them.
struct JoinRows: Sendable {
  /// Zero in streams without event time.
  var times: [Int64]
  /// What no two rows have in common.
  var ordinals: [Int64]
  /// The join's key.
  var keyColumns: [Column]
  var keys: KeyBatch
  /// What is kept of them.
  var columns: [Column]
  /// Whether a row has a null in its key, and so no pair; nil where none has.
  var isKeyless: [Bool]?

  var count: Int { times.count }

  func hasKey(_ row: Int) -> Bool { isKeyless.map { !$0[row] } ?? true }
}

/// Rows of one pane that a side is to keep.
struct KeptRows: Sendable {
  let pane: Int64
  /// The join's key, in the order in which the rows arrived.
  let keys: KeyBatch
  /// Which shard has which of them.
  let order: ShardOrder
  let times: [Int64]
  let ordinals: [Int64]
  /// Whether each has matched already.
  let isMatched: [Bool]
  /// The same rows as groups of the side's keyed state.
  let groups: NewGroups

  /// Some rows that arrive.
  init(
    _ rows: JoinRows, _ chosen: [Int32], matched: [Bool], pane: Int64, _ blob: RowBlob, _ state: borrowing KeyedState
  ) throws(StateError) {
    self.pane = pane
    keys = rows.keys.gathered(chosen)
    order = state.order(keys)
    times = chosen.map { rows.times[Int($0)] }
    ordinals = chosen.map { rows.ordinals[Int($0)] }
    isMatched = chosen.map { matched[Int($0)] }
    groups = try state.newGroups(
      rows.keyColumns.map { $0.gathered(chosen) } + [Column(.int64, words: ordinals)],
      words: [times, isMatched.map { $0 ? 1 : 0 }], blobs: [blob.encode(rows.columns, rows: chosen)], pane: pane,
      count: chosen.count)
  }
}
