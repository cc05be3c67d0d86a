import StrandlineColumns
import StrandlineState

/// Gives rows their event time and the marks of their partition.
struct EventTimeOperator: StreamOperator {
  let name = "event time"
  let column: Int
  let limits: EventTimeLimits
  /// What it does, in words.
  let summary: String

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    let rows = context.withoutRefused(rows)
    context.pass(stamp(rows, range: times(of: rows).range, &context.clock, &context.refused))
  }

  /// The column of the event time.
  func times(of rows: RowBatch) -> Column { rows.columns.columns[column] }

  /// Moves a partition's clock past its rows. Costs nothing per row as long as none of them is an error.
  ///
  /// - Parameters:
  ///   - range: that of the times of the rows.
  ///   - refused: takes the rows that have no place in event time.
  func stamp(
    _ rows: RowBatch, range: ClosedRange<Int64>?, _ clock: inout PartitionClock, _ refused: inout [RefusedRow]
  ) -> RowBatch {
    var rows = rows
    let stamped = clock.stamp(times(of: rows), range: range, limits: limits)
    rows.times = stamped.times
    if !stamped.refused.isEmpty {
      refused += stamped.refused.map {
        RefusedRow(row: rows.places?[Int($0.row)] ?? $0.row, reason: .time($0.refusal))
      }
      // What a filter has dropped before doesn't come back.
      let gone = Set(stamped.refused.map(\.row))
      rows.selection = .rows(rows.selection.positions.filter { !gone.contains($0) })
    }
    return rows
  }
}

/// Keeps the rows for which every condition is true.
struct FilterOperator: RowOperator {
  let name = "filter"
  let conditions: [BoundExpression]

  var summary: String { "filter: " + conditions.map { "\($0.expression)" }.joined(separator: " and ") }

  func apply(_ rows: RowBatch, _ context: inout OperatorContext) throws(StreamError) -> RowBatch {
    var rows = rows
    for condition in conditions {
      rows.selection = try context.compute(rows, &rows.selection, [(condition, .condition)]) {
        [columns = rows.columns] (selection) throws(ColumnsError) in try condition.select(columns, selection)
      }
    }
    return rows
  }
}

/// Makes new columns of each row.
struct ProjectOperator: RowOperator {
  let name = "project"
  let expressions: [BoundExpression]
  let schema: Schema

  var summary: String {
    "project: "
      + zip(schema.fields, expressions).map { "\($0.name) = \($1.expression)" }.joined(separator: ", ")
  }

  func apply(_ rows: RowBatch, _ context: inout OperatorContext) throws(StreamError) -> RowBatch {
    var rows = rows
    let columns = try context.evaluate(expressions, &rows)
    var out = rows.compacted
    out.columns = ColumnBatch(schema, columns: columns)
    return out
  }
}

/// Passes the rows of all its inputs on.
struct UnionOperator: RowOperator {
  let name = "union"
  let schema: Schema

  func apply(_ rows: RowBatch, _ context: inout OperatorContext) throws(StreamError) -> RowBatch {
    var rows = rows
    // Inputs of one shape may have other columns beside it, in another order.
    rows.columns = ColumnBatch(schema, columns: schema.fields.compactMap { rows.columns.column($0.name) })
    return rows
  }
}
