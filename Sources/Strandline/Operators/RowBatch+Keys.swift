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
}
