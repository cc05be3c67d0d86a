extension ExpressionNode {
  /// The values for the selected rows.
  func evaluate(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> Column {
    switch self {
    case .column(let index, let type):
      precondition(batch.columns[index].type == type, "a batch of the schema that the expression was bound to")
      return batch.columns[index].gathered(selection)
    case .constant(let constant):
      return Self.repeating(constant, selection.count)
    case .null(let type):
      return Self.nulls(type, selection.count)
    case .widened(let operand):
      let column = try operand.evaluate(batch, selection)
      return Column(.double, words: ArithmeticKernels.widened(column.words), validity: column.validity)
    case .compare(let orders, let type, let left, let right):
      return try Self.comparison(
        orders, type, left.evaluate(batch, selection), right.evaluate(batch, selection))
    case .and(let left, let right):
      return try Self.logic(left, right, batch, selection, deciding: 0)
    case .or(let left, let right):
      return try Self.logic(left, right, batch, selection, deciding: 1)
    case .not(let operand):
      let column = try operand.evaluate(batch, selection)
      return Self.column(.bool, column.words.map { 1 - $0 }, column.validity)
    case .isNull(let operand):
      let column = try operand.evaluate(batch, selection)
      return Column(.bool, words: (0..<column.count).map { column.isNull($0) ? 1 : 0 })
    case .arithmetic(let operation, let type, let left, let right, let expression):
      let left = try left.evaluate(batch, selection)
      let right = try right.evaluate(batch, selection)
      let validity = Self.both(left.validity, right.validity)
      let words =
        type == .double
        ? ArithmeticKernels.doubles(operation, left.words, right.words)
        : try ArithmeticKernels.integers(operation, left.words, right.words, validity, expression)
      return Self.column(type, words, validity)
    case .negate(let type, let operand, let expression):
      let operand = try operand.evaluate(batch, selection)
      let words =
        type == .double
        ? ArithmeticKernels.negatedDoubles(operand.words)
        : try ArithmeticKernels.negatedIntegers(operand.words, expression)
      return Self.column(type, words, operand.validity)
    }
  }

  /// A comparison as a value: its true rows are found as by a filter, and it is null where an operand is.
  private static func comparison(
    _ orders: OrderSet, _ type: ColumnType, _ left: Column, _ right: Column
  ) throws(ColumnsError) -> Column {
    // The operands become a batch of their own, whose rows are the selected ones.
    let dense = ColumnBatch(Schema([Field("left", type), Field("right", type)]), columns: [left, right])
    let operands = ExpressionNode.compare(orders, type, .column(0, type), .column(1, type))
    let kept = try operands.select(dense, .all(left.count), where: true)
    var words: [Int64]
    switch kept {
    case .all(let count):
      words = [Int64](repeating: 1, count: count)
    case .rows(let rows):
      words = [Int64](repeating: 0, count: left.count)
      for row in rows { words[Int(row)] = 1 }
    }
    return Self.column(.bool, words, Self.both(left.validity, right.validity))
  }

  /// `and`, which false decides, or `or`, which true decides; the right operand is evaluated where nothing is decided.
  private static func logic(
    _ left: ExpressionNode, _ right: ExpressionNode, _ batch: ColumnBatch, _ selection: Selection, deciding: Int64
  ) throws(ColumnsError) -> Column {
    let first = try left.evaluate(batch, selection)
    let open = (0..<first.count).filter { first.isNull($0) || first.words[$0] != deciding }.map { Int32($0) }
    if open.isEmpty { return first }
    let positions = open.count == first.count ? Selection.all(first.count) : .rows(open)
    let second = try right.evaluate(batch, selection.picking(positions))
    var words = first.words
    var validity = first.validity ?? Bitmap(repeating: true, count: first.count)
    for (position, row) in open.enumerated() {
      let row = Int(row)
      if second.isNull(position) {
        words[row] = 0
        validity[row] = false
      } else if second.words[position] == deciding {
        words[row] = deciding
        validity[row] = true
      } else if validity[row] {
        // Neither operand decides and neither is null.
        words[row] = 1 - deciding
      }
    }
    return column(.bool, words, validity)
  }

  /// A column of the kernels' words: nulls take a zero word, and a bitmap without nulls goes.
  private static func column(_ type: ColumnType, _ words: [Int64], _ validity: Bitmap?) -> Column {
    guard let validity, validity.zeros > 0 else { return Column(type, words: words) }
    var words = words
    for index in words.indices where !validity[index] { words[index] = 0 }
    return Column(type, words: words, validity: validity)
  }

  /// What is there in both.
  private static func both(_ left: Bitmap?, _ right: Bitmap?) -> Bitmap? {
    guard var result = left else { return right }
    guard let right else { return left }
    for index in result.words.indices { result.words[index] &= right.words[index] }
    return result
  }

  private static func repeating(_ constant: Literal, _ count: Int) -> Column {
    switch constant {
    case .null: return nulls(.bool, count)
    case .int64(let word): return Column(.int64, words: Array(repeating: word, count: count))
    case .timestamp(let word): return Column(.timestamp, words: Array(repeating: word, count: count))
    case .bool(let value): return Column(.bool, words: Array(repeating: value ? 1 : 0, count: count))
    case .double(let value):
      return Column(.double, words: Array(repeating: Int64(bitPattern: value.bitPattern), count: count))
    case .string(let text):
      var column = Column(.string, capacity: count)
      for _ in 0..<count { column.append(text) }
      return column
    }
  }

  private static func nulls(_ type: ColumnType, _ count: Int) -> Column {
    var column = Column(type, capacity: count)
    for _ in 0..<count { column.appendNull() }
    return column
  }
}
