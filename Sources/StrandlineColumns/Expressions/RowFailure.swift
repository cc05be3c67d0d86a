/// A row for which an expression can't be computed.
public struct RowFailure: Sendable, Equatable {
  /// The row of the batch.
  public var row: Int32
  /// Why it can't be computed.
  public var error: ColumnsError

  /// A failure of that row.
  public init(row: Int32, error: ColumnsError) {
    self.row = row
    self.error = error
  }
}

extension BoundExpression {
  /// How an expression is evaluated; a condition that is only asked where it is true evaluates less of itself.
  public enum Use: Sendable {
    /// By `evaluate`.
    case value
    /// By `select`.
    case condition
  }

  /// The selected rows that `evaluate` or `select` can't be computed for, ascending.
  ///
  /// The selection is halved until a part can be computed or is a single row, so `k` failures among `n` rows cost the
  /// evaluation of about `k log(n / k)` parts; no failure costs one evaluation. Where the whole fails and no single row does (the
  /// texts of a batch that take more than 2 GiB together), the result is empty.
  public func failures(_ batch: ColumnBatch, _ selection: Selection, in use: Use) -> [RowFailure] {
    var failures: [RowFailure] = []
    // The part that comes first lies on top.
    var parts = [selection]
    while let part = parts.popLast() {
      guard let error = error(batch, part, use) else { continue }
      let rows: [Int32] =
        switch part {
        case .all(let count): (0..<Int32(count)).map { $0 }
        case .rows(let rows): rows
        }
      if rows.count == 1 {
        failures.append(RowFailure(row: rows[0], error: error))
      } else {
        parts.append(.rows(Array(rows[(rows.count / 2)...])))
        parts.append(.rows(Array(rows[..<(rows.count / 2)])))
      }
    }
    return failures
  }

  private func error(_ batch: ColumnBatch, _ selection: Selection, _ use: Use) -> ColumnsError? {
    if selection.count == 0 { return nil }
    do throws(ColumnsError) {
      switch use {
      case .value: _ = try evaluate(batch, selection)
      case .condition: _ = try select(batch, selection)
      }
      return nil
    } catch {
      return error
    }
  }
}
