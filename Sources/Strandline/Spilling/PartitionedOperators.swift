import StrandlineColumns
import StrandlineState

extension AggregateOperator: PartitionedOperator {
  /// What is written before the input ends would be that of some rows.
  var canBePartitioned: Bool {
    aggregation.emission == .final && aggregation.early == nil && aggregation.lateness == 0
  }

  func arrivals(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> (rows: RowBatch, hashes: [UInt64]) {
    guard let times = rows.times else { return (rows, []) }
    let assignment = PaneAssignment(
      times, rows.selection, window: aggregation.window, lateness: aggregation.lateness, least: context.watermark)
    context.note(late: assignment.late, of: rows.columns)
    var taken = rows.selection.subtracting(.rows(assignment.late))
    if taken.count == 0 { return (rows, []) }
    let (keys, _) = try aggregation.values(rows, &taken, &context)
    return (rows.gathered(taken), context.hashes(keys, rows: taken.count, state: state))
  }
}

extension SessionOperator: PartitionedOperator {
  var canBePartitioned: Bool { aggregation.emission == .final }

  func arrivals(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> (rows: RowBatch, hashes: [UInt64]) {
    var kept = context.takeOnTime(rows)
    let used = aggregation.evaluated + (rowGap.map { [($0, .value)] } ?? [])
    // Everything is computed that will be: what can't be is found out while the row has its place.
    let keys = try context.compute(kept, &kept.selection, used) {
      [kept, aggregation, rowGap] (selection) throws(ColumnsError) in
      _ = try aggregation.inputs(kept, selection)
      _ = try rowGap?.evaluate(kept.columns, selection)
      return try aggregation.keys(kept.columns, selection)
    }
    return (kept.compacted, context.hashes(keys, rows: kept.selection.count, state: state))
  }
}

extension DeduplicateOperator: PartitionedOperator {
  var canBePartitioned: Bool { true }

  func arrivals(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> (rows: RowBatch, hashes: [UInt64]) {
    let (onTime, keys) = try context.values(of: self.keys, context.takeOnTime(rows))
    return (onTime, context.hashes(keys, rows: onTime.columns.count, state: state))
  }
}

extension JoinOperator: PartitionedOperator {
  var canBePartitioned: Bool { true }

  /// Bytes of what it finds kept rows by.
  var memoryBytes: Int {
    sides.reduce(0) { sum, side in
      side.panes.values.reduce(sum) { $0 + $1.parts.reduce(0) { $0 + ($1?.memoryBytes ?? 0) } }
    }
  }

  func arrivals(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> (rows: RowBatch, hashes: [UInt64]) {
    let late = context.late.count
    let onTime = context.takeOnTime(rows)
    for index in late..<context.late.count { context.late[index] = alone(context.late[index], input) }
    let (part, keys) = try context.values(of: sides[input].keys, onTime)
    return (part, context.hashes(keys, rows: part.columns.count, state: sides[input].state))
  }
}

extension OperatorContext {
  /// The hashes of keys, by which a keyed state is cut into shards, whatever else is in its own keys.
  func hashes(_ keys: [Column], rows: Int, state: Int) -> [UInt64] {
    self.state.states[state].keys(keys, as: KeyLayout(keys.map(\.type)), rows: rows).hashes
  }
}
