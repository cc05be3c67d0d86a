import StrandlineColumns
import StrandlineState

extension [BoundExpression] {
  /// The keys of an operator, in words.
  var words: String { isEmpty ? "nothing" : map { "\($0.expression)" }.joined(separator: ", ") }

  /// Their values for the selected rows, a column each.
  ///
  /// - Throws: `ColumnsError` for a row that can't be computed.
  func evaluate(_ columns: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> [Column] {
    var values: [Column] = []
    for expression in self { values.append(try expression.evaluate(columns, selection)) }
    return values
  }
}

extension Column {
  /// A column of so many nulls.
  static func nulls(_ type: ColumnType, count: Int) -> Column {
    var column = Column(type, capacity: count)
    for _ in 0..<count { column.appendNull() }
    return column
  }

  /// The values at those rows, and a null for each that is negative. Linear in their number and bytes.
  func gathered(orNull rows: [Int32]) -> Column {
    var out = Column(type, capacity: rows.count)
    for row in rows { if row < 0 { out.appendNull() } else { out.append(Int(row), of: self) } }
    return out
  }
}
