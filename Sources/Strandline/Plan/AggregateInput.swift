import StrandlineColumns
import StrandlineState

/// What an accumulator reads: a value per row, null where the aggregate's filter isn't true.
struct AggregateInput: Sendable {
  enum Value: Sendable {
    /// No value: whether the filter is true is all that counts.
    case none
    case expression(BoundExpression)
    /// The row's event time.
    case eventTime
    /// What orders rows of one event time: the number of the partition and the row's place there.
    case ordinal
  }

  let value: Value
  let filter: BoundExpression?

  var isNullable: Bool {
    if filter != nil { return true }
    if case .expression(let expression) = value { return expression.isNullable }
    return false
  }

  /// The type of the values; that of a count where there are none.
  var type: ColumnType {
    switch value {
    case .none, .ordinal: .int64
    case .expression(let expression): expression.type
    case .eventTime: .timestamp
    }
  }
}

extension CompiledAggregation {
  /// The key columns and what the accumulators read, for some rows, from which those are taken out that can't be computed.
  func values(
    _ rows: RowBatch, _ selection: inout Selection, _ context: inout OperatorContext
  ) throws(StreamError) -> (keys: [Column], inputs: [Column]) {
    try context.compute(rows, &selection, evaluated) { [self] (selection) throws(ColumnsError) in
      (try keys(rows.columns, selection), try inputs(rows, selection))
    }
  }

  /// Everything that is evaluated of a row, and how.
  var evaluated: [(BoundExpression, BoundExpression.Use)] {
    var all: [(BoundExpression, BoundExpression.Use)] = keys.map { ($0, .value) }
    for input in inputs {
      if let filter = input.filter { all.append((filter, .condition)) }
      // What a filter guards fails only where the filter is true; a row where it isn't is not asked for its value.
      if case .expression(let argument) = input.value, input.filter == nil { all.append((argument, .value)) }
    }
    return all
  }

  /// The columns that the accumulators read, for some rows.
  func inputs(_ rows: RowBatch, _ selection: Selection) throws(ColumnsError) -> [Column] {
    var columns: [Column] = []
    for input in inputs { columns.append(try column(input, rows, selection)) }
    return columns
  }

  private func column(
    _ input: AggregateInput, _ rows: RowBatch, _ selection: Selection
  ) throws(ColumnsError) -> Column {
    switch input.value {
    case .eventTime:
      return rows.times?.times.gathered(selection) ?? Column(.timestamp)
    case .ordinal:
      return Column(.int64, words: selection.positions.map { rows.ordinal(of: $0) })
    case .none:
      guard let filter = input.filter else { return Column(.int64) }
      return try filtered(filter, nil, rows.columns, selection)
    case .expression(let argument):
      guard let filter = input.filter else { return try argument.evaluate(rows.columns, selection) }
      return try filtered(filter, argument, rows.columns, selection)
    }
  }

  private func filtered(
    _ filter: BoundExpression, _ argument: BoundExpression?, _ batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> Column {
    // The argument is evaluated only where the filter is true: there alone it has to be valid.
    let kept = try filter.select(batch, selection)
    let values = try argument?.evaluate(batch, kept)
    var out = Column(argument?.type ?? .int64, capacity: selection.count)
    var next = 0
    let positions = kept.positions
    for row in selection.positions {
      if next < positions.count, positions[next] == row {
        if let values { out.append(next, of: values) } else { out.append(word: 1) }
        next += 1
      } else {
        out.appendNull()
      }
    }
    return out
  }
}
