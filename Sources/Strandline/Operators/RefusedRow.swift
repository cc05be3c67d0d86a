import StrandlineColumns
import StrandlineState

/// A row of a partition that can't be used.
struct RefusedRow: Sendable {
  /// Why it can't.
  enum Reason: Sendable {
    /// It has no place in event time.
    case time(StampedRows.Refusal)
    /// An expression can't be computed for it.
    case expression(ColumnsError)
  }

  /// Its place in what was read.
  var row: Int32
  var reason: Reason
}

extension OperatorContext {
  /// The rows without those that have been refused before, which have no part in anything any more.
  func withoutRefused(_ rows: RowBatch) -> RowBatch {
    if refused.isEmpty || !rows.isSource { return rows }
    let gone = Set(refused.map(\.row))
    let left = (0..<Int32(rows.columns.count)).filter { !gone.contains(rows.places?[Int($0)] ?? $0) }
    if left.count == rows.columns.count { return rows }
    let selected = Set(rows.selection.positions)
    var out = rows.gathered(.rows(left))
    out.selection = .rows((0..<Int32(left.count)).filter { selected.contains(left[Int($0)]) })
    return out
  }

  /// The selected rows for which all of those expressions can be computed, and nothing else, with their values.
  ///
  /// - Throws: as `compute` does.
  mutating func values(
    of expressions: [BoundExpression], _ rows: RowBatch
  ) throws(StreamError) -> (rows: RowBatch, values: [Column]) {
    var rows = rows
    let values = try evaluate(expressions, &rows)
    return (rows.compacted, values)
  }

  /// The values of those expressions for the selected rows, from which those are taken out that they can't be computed for.
  ///
  /// - Throws: as `compute` does.
  mutating func evaluate(_ expressions: [BoundExpression], _ rows: inout RowBatch) throws(StreamError) -> [Column] {
    try compute(rows, &rows.selection, expressions.map { ($0, .value) }) {
      [columns = rows.columns] (selection) throws(ColumnsError) in
      try expressions.evaluate(columns, selection)
    }
  }

  /// Computes something of rows, and again without those for which an expression can't be computed, which are then refused.
  ///
  /// - Parameters:
  ///   - rows: the rows that take part, from which those are taken out.
  ///   - expressions: everything that `body` evaluates, and how.
  /// - Throws: `StreamError` `.row` for rows that an operator made, which nobody can look up.
  mutating func compute<T>(
    _ rows: RowBatch, _ selection: inout Selection, _ expressions: [(BoundExpression, BoundExpression.Use)],
    _ body: (Selection) throws(ColumnsError) -> T
  ) throws(StreamError) -> T {
    do throws(ColumnsError) {
      return try body(selection)
    } catch {
      var left = selection
      if rows.isSource {
        for (expression, use) in expressions {
          let failures = expression.failures(rows.columns, left, in: use)
          if failures.isEmpty { continue }
          refused += failures.map {
            RefusedRow(row: rows.places?[Int($0.row)] ?? $0.row, reason: .expression($0.error))
          }
          let failed = Set(failures.map(\.row))
          left = .rows(left.positions.filter { !failed.contains($0) })
        }
      }
      guard left.count < selection.count else { throw StreamError(.row, "a row can't be computed: \(error)") }
      selection = left
      do throws(ColumnsError) {
        return try body(left)
      } catch {
        throw StreamError(.row, "a row can't be computed: \(error)")
      }
    }
  }
}
