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
    var rows = context.withoutRefused(rows)
    let stamped = context.clock.stamp(rows.columns.columns[column], limits: limits)
    rows.times = stamped.times
    if !stamped.refused.isEmpty {
      context.refused += stamped.refused.map {
        RefusedRow(row: rows.places?[Int($0.row)] ?? $0.row, reason: .time($0.refusal))
      }
      // What a filter has dropped before doesn't come back.
      let refused = Set(stamped.refused.map(\.row))
      rows.selection = .rows(rows.selection.positions.filter { !refused.contains($0) })
    }
    context.emit(rows)
  }
}

/// Keeps the rows for which every condition is true.
struct FilterOperator: StreamOperator {
  let name = "filter"
  let conditions: [BoundExpression]

  var summary: String { "filter: " + conditions.map { "\($0.expression)" }.joined(separator: " and ") }

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    var rows = rows
    for condition in conditions {
      rows.selection = try context.compute(rows, &rows.selection, [(condition, .condition)]) {
        [columns = rows.columns] (selection) throws(ColumnsError) in try condition.select(columns, selection)
      }
    }
    context.emit(rows)
  }
}

/// Makes new columns of each row.
struct ProjectOperator: StreamOperator {
  let name = "project"
  let expressions: [BoundExpression]
  let schema: Schema

  var summary: String {
    "project: "
      + zip(schema.fields, expressions).map { "\($0.name) = \($1.expression)" }.joined(separator: ", ")
  }

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    var rows = rows
    let columns = try context.compute(rows, &rows.selection, expressions.map { ($0, .value) }) {
      [columns = rows.columns, expressions] (selection) throws(ColumnsError) in
      try expressions.evaluate(columns, selection)
    }
    var out = rows.compacted
    out.columns = ColumnBatch(schema, columns: columns)
    context.emit(out)
  }
}

/// Passes the rows of all its inputs on.
struct UnionOperator: StreamOperator {
  let name = "union"
  let schema: Schema

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    var rows = rows
    // Inputs of one shape may have other columns beside it, in another order.
    rows.columns = ColumnBatch(schema, columns: schema.fields.compactMap { rows.columns.column($0.name) })
    context.emit(rows)
  }
}
