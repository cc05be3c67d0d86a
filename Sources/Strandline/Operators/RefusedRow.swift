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
  /// Computes something of rows, and again without those for which an expression can't be computed, where such rows are to be
  /// passed over.
  ///
  /// - Parameters:
  ///   - rows: the rows that take part, from which those are taken out.
  ///   - expressions: everything that `body` evaluates, and how.
  /// - Throws: `StreamError` `.row` where the policy is to fail, and for rows that an operator made, which nobody can look up.
  mutating func compute<T>(
    _ rows: RowBatch, _ selection: inout Selection, _ expressions: [(BoundExpression, BoundExpression.Use)],
    _ body: (Selection) throws(ColumnsError) -> T
  ) throws(StreamError) -> T {
    do throws(ColumnsError) {
      return try body(selection)
    } catch {
      var left = selection
      if skipsRows && rows.isSource {
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
