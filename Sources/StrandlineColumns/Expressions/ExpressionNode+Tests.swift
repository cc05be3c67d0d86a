extension ExpressionNode {
  /// The values of a test that is null only where something asked for is.
  func test(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> Column {
    switch self {
    case .isNull(let operand):
      let column = try operand.evaluate(batch, selection)
      return Column(.bool, words: (0..<column.count).map { column.isNull($0) ? 1 : 0 })
    case .isTruth(let wanted, let operand):
      let column = try operand.evaluate(batch, selection)
      let word: Int64 = wanted ? 1 : 0
      return Column(.bool, words: (0..<column.count).map { !column.isNull($0) && column.words[$0] == word ? 1 : 0 })
    case .distinct(let type, let left, let right):
      return Self.truth(of: try Self.distinct(type, left, right, batch, selection), selection.count, nil)
    case .member(let operand, let constants):
      let column = try operand.evaluate(batch, selection)
      let found = Self.withoutNulls(constants.rows(column, .all(column.count)), column)
      // What isn't found may still equal a null among the constants.
      let validity = constants.hasNull ? Bitmap(found, count: column.count) : column.validity
      return Self.truth(of: found, column.count, validity)
    default:
      return try evaluate(batch, selection)
    }
  }

  /// The rows, by their position in the selection, whose values differ.
  private static func distinct(
    _ type: ColumnType, _ left: ExpressionNode, _ right: ExpressionNode, _ batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> Selection {
    let one = try left.evaluate(batch, selection)
    let other = try right.evaluate(batch, selection)
    let dense = ColumnBatch(
      Schema([Field("", type, nullable: true), Field("", type, nullable: true)]), columns: [one, other])
    let all = Selection.all(one.count)
    let equal = try ExpressionNode.compare(.equal, type, .column(0, type), .column(1, type))
      .select(dense, all, where: true)
    guard let first = one.validity, let second = other.validity else { return all.subtracting(equal) }
    let null = ComparisonKernels.absent(second, ComparisonKernels.absent(first, all))
    return all.subtracting(equal).subtracting(null)
  }

  /// A column that is true at those rows.
  static func truth(of rows: Selection, _ count: Int, _ validity: Bitmap?) -> Column {
    var words = [Int64](repeating: 0, count: count)
    switch rows {
    case .all: words = [Int64](repeating: 1, count: count)
    case .rows(let rows): for row in rows { words[Int(row)] = 1 }
    }
    return column(.bool, words, validity)
  }
}
