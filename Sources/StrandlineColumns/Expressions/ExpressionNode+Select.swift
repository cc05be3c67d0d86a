extension ExpressionNode {
  /// The selected rows for which a condition is the wanted one of true and false; null is neither.
  func select(_ batch: ColumnBatch, _ selection: Selection, where wanted: Bool) throws(ColumnsError) -> Selection {
    switch self {
    case .not(let operand):
      return try operand.select(batch, selection, where: !wanted)
    case .and(let left, let right):
      return wanted
        ? try right.select(batch, left.select(batch, selection, where: true), where: true)
        : try Self.either(left, right, batch, selection, where: false)
    case .or(let left, let right):
      return wanted
        ? try Self.either(left, right, batch, selection, where: true)
        : try right.select(batch, left.select(batch, selection, where: false), where: false)
    case .isNull(.column(let index, _)):
      guard let validity = batch.columns[index].validity else { return wanted ? .rows([]) : selection }
      return wanted
        ? ComparisonKernels.absent(validity, selection)
        : ComparisonKernels.present(validity, selection)
    case .compare(let orders, let type, let left, let right):
      return try Self.select(wanted ? orders : orders.opposite, type, left, right, batch, selection)
    case .constant(.bool(let value)):
      return value == wanted ? selection : .rows([])
    case .null:
      return .rows([])
    case .isTruth(let truth, let operand):
      let rows = try operand.select(batch, selection, where: truth)
      return wanted ? rows : selection.subtracting(rows)
    case .member(.column(let index, _), let constants):
      let column = batch.columns[index]
      let found = Self.withoutNulls(constants.rows(column, selection), column)
      if wanted { return found }
      return constants.hasNull ? .rows([]) : Self.withoutNulls(selection.subtracting(found), column)
    case .letting(let value, let column, let body):
      return try body.select(value.added(to: batch, at: column, selection), selection, where: wanted)
    case .column(let index, _):
      let column = batch.columns[index]
      return Self.withoutNulls(ComparisonKernels.words(.equal, column.words, wanted ? 1 : 0, selection), column)
    default:
      let column = try evaluate(batch, selection)
      let dense = Selection.all(column.count)
      let kept = Self.withoutNulls(ComparisonKernels.words(.equal, column.words, wanted ? 1 : 0, dense), column)
      return selection.picking(kept)
    }
  }

  /// The rows for which one operand is the wanted value; the right one is evaluated where the left one is not.
  private static func either(
    _ left: ExpressionNode, _ right: ExpressionNode, _ batch: ColumnBatch, _ selection: Selection, where wanted: Bool
  ) throws(ColumnsError) -> Selection {
    let first = try left.select(batch, selection, where: wanted)
    let rest = selection.subtracting(first)
    return try first.merging(right.select(batch, rest, where: wanted))
  }

  /// The selected rows for which a comparison is true; the kernels read a column in place where there is one.
  private static func select(
    _ orders: OrderSet, _ type: ColumnType, _ left: ExpressionNode, _ right: ExpressionNode, _ batch: ColumnBatch,
    _ selection: Selection
  ) throws(ColumnsError) -> Selection {
    switch (left, right) {
    case (.null, _), (_, .null):
      // The other operand may still be an error, as it is when the comparison is a value.
      _ = try left.evaluate(batch, selection)
      _ = try right.evaluate(batch, selection)
      return .rows([])
    case (.column(let index, _), .constant(let constant)):
      return rows(orders, batch.columns[index], constant, selection)
    case (.constant(let constant), .column(let index, _)):
      return rows(orders.flipped, batch.columns[index], constant, selection)
    case (.column(let one, _), .column(let other, _)):
      return rows(orders, type, batch.columns[one], batch.columns[other], selection)
    case (_, .constant(let constant)):
      let column = try left.evaluate(batch, selection)
      return selection.picking(rows(orders, column, constant, .all(column.count)))
    case (.constant(let constant), _):
      let column = try right.evaluate(batch, selection)
      return selection.picking(rows(orders.flipped, column, constant, .all(column.count)))
    default:
      let one = try left.evaluate(batch, selection)
      let other = try right.evaluate(batch, selection)
      return selection.picking(rows(orders, type, one, other, .all(one.count)))
    }
  }

  private static func rows(
    _ orders: OrderSet, _ column: Column, _ constant: Literal, _ selection: Selection
  ) -> Selection {
    let kept =
      switch constant {
      case .string(let text): ComparisonKernels.text(orders, column, text, selection)
      case .double(let number): ComparisonKernels.doubles(orders, column.words, number, selection)
      case .int64(let word), .timestamp(let word): ComparisonKernels.words(orders, column.words, word, selection)
      case .bool(let value): ComparisonKernels.words(orders, column.words, value ? 1 : 0, selection)
      case .null: Selection.rows([])
      }
    return withoutNulls(kept, column)
  }

  private static func rows(
    _ orders: OrderSet, _ type: ColumnType, _ left: Column, _ right: Column, _ selection: Selection
  ) -> Selection {
    let kept =
      switch type {
      case .string: ComparisonKernels.text(orders, left, right, selection)
      case .double: ComparisonKernels.doubles(orders, left.words, right.words, selection)
      case .int64, .timestamp, .bool: ComparisonKernels.words(orders, left.words, right.words, selection)
      }
    return withoutNulls(withoutNulls(kept, left), right)
  }

  static func withoutNulls(_ selection: Selection, _ column: Column) -> Selection {
    guard let validity = column.validity else { return selection }
    return ComparisonKernels.present(validity, selection)
  }
}
