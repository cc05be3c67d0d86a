extension ExpressionNode {
  /// The values for the selected rows.
  ///
  /// Each case is one call: without optimisation all of their variables would lie in every frame of the recursion.
  func evaluate(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> Column {
    switch self {
    case .column(let index, let type):
      return Self.column(index, type, batch, selection)
    case .constant(let constant):
      return Self.repeating(constant, selection.count)
    case .null(let type):
      return Self.nulls(type, selection.count)
    case .widened(let operand):
      return try Self.widened(operand, batch, selection)
    case .compare(let orders, let type, let left, let right):
      return try Self.comparison(orders, type, left, right, batch, selection)
    case .and(let left, let right):
      return try Self.logic(left, right, batch, selection, deciding: 0)
    case .or(let left, let right):
      return try Self.logic(left, right, batch, selection, deciding: 1)
    case .not(let operand):
      return try Self.opposite(operand, batch, selection)
    case .isNull, .isTruth, .member, .distinct:
      return try test(batch, selection)
    case .arithmetic(let operation, let type, let left, let right, let expression):
      return try Self.arithmetic(operation, type, left, right, expression, batch, selection)
    case .negate(let type, let operand, let expression):
      return try Self.negated(type, operand, expression, batch, selection)
    case .choice(let branches, let otherwise, let type):
      return try Self.choice(branches, otherwise, type, batch, selection)
    case .coalesce(let operands, let type):
      return try Self.coalesce(operands, type, batch, selection)
    case .letting(let value, let column, let body):
      return try body.evaluate(value.added(to: batch, at: column, selection), selection)
    case .call(let call):
      return try call.evaluate(batch, selection)
    case .cast(let cast):
      return try cast.evaluate(batch, selection)
    }
  }

  private static func column(
    _ index: Int, _ type: ColumnType, _ batch: ColumnBatch, _ selection: Selection
  ) -> Column {
    precondition(batch.columns[index].type == type, "a batch of the schema that the expression was bound to")
    return batch.columns[index].gathered(selection)
  }

  private static func widened(
    _ operand: ExpressionNode, _ batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> Column {
    let column = try operand.evaluate(batch, selection)
    return Self.column(.double, ArithmeticKernels.widened(column.words), column.validity)
  }

  private static func opposite(
    _ operand: ExpressionNode, _ batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> Column {
    let column = try operand.evaluate(batch, selection)
    return Self.column(.bool, column.words.map { 1 - $0 }, column.validity)
  }

  private static func arithmetic(
    _ operation: Arithmetic, _ type: ColumnType, _ left: ExpressionNode, _ right: ExpressionNode,
    _ expression: Expression, _ batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> Column {
    let left = try left.evaluate(batch, selection)
    var validity = left.validity
    var words = left.words
    if case .constant(let constant) = right {
      let word = constant.word
      try ArithmeticKernels.apply(operation, type, &words, { _ in word }, validity, expression)
    } else {
      let right = try right.evaluate(batch, selection)
      validity = Self.both(validity, right.validity)
      try ArithmeticKernels.apply(operation, type, &words, { right.words[$0] }, validity, expression)
    }
    return Self.column(type, words, validity)
  }

  private static func negated(
    _ type: ColumnType, _ operand: ExpressionNode, _ expression: Expression, _ batch: ColumnBatch,
    _ selection: Selection
  ) throws(ColumnsError) -> Column {
    let operand = try operand.evaluate(batch, selection)
    let words =
      type == .double
      ? ArithmeticKernels.negatedDoubles(operand.words)
      : try ArithmeticKernels.negatedIntegers(operand.words, expression)
    return Self.column(type, words, operand.validity)
  }

  /// A comparison as a value: its true rows are found as by a filter, and it is null where an operand is.
  private static func comparison(
    _ orders: OrderSet, _ type: ColumnType, _ left: ExpressionNode, _ right: ExpressionNode, _ batch: ColumnBatch,
    _ selection: Selection
  ) throws(ColumnsError) -> Column {
    // The operands that are no constants become a batch of their own, whose rows are the selected ones.
    var dense = ColumnBatch(Schema([]))
    let one = try dense.add(left, type, from: batch, selection)
    let other = try dense.add(right, type, from: batch, selection)
    let node = ExpressionNode.compare(orders, type, one, other)
    let rows = try node.select(dense, .all(selection.count), where: true)
    return truth(of: rows, selection.count, dense.columns.reduce(nil as Bitmap?) { both($0, $1.validity) })
  }

  /// `and`, which false decides, or `or`, which true decides; the right operand is evaluated where nothing is decided.
  private static func logic(
    _ left: ExpressionNode, _ right: ExpressionNode, _ batch: ColumnBatch, _ selection: Selection, deciding: Int64
  ) throws(ColumnsError) -> Column {
    let first = try left.evaluate(batch, selection)
    let open = ComparisonKernels.open(first, deciding: deciding, .all(first.count))
    if open.count == 0 { return first }
    let second = try right.evaluate(batch, selection.picking(open))
    guard case .rows(let rows) = open else {
      if !first.hasNulls { return second }
      return merged(first, second, (0..<Int32(first.count)).map { $0 }, deciding)
    }
    return merged(first, second, rows, deciding)
  }

  /// The first operand's column with the second one's values at the open rows.
  private static func merged(_ first: Column, _ second: Column, _ open: [Int32], _ deciding: Int64) -> Column {
    var words = first.words
    if !first.hasNulls && !second.hasNulls {
      for (position, row) in open.enumerated() { words[Int(row)] = second.words[position] }
      return Column(.bool, words: words)
    }
    var validity = first.validity ?? Bitmap(repeating: true, count: first.count)
    for (position, row) in open.enumerated() {
      let row = Int(row)
      if second.isNull(position) {
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
  static func column(_ type: ColumnType, _ words: consuming [Int64], _ validity: Bitmap?) -> Column {
    guard let validity, validity.zeros > 0 else { return Column(type, words: words) }
    let bits = validity.words.span
    var span = words.mutableSpan
    for index in span.indices {
      span[index] &= 0 &- Int64(truncatingIfNeeded: bits[index >> 6] >> UInt64(index & 63) & 1)
    }
    return Column(type, words: words, validity: validity)
  }

  /// What is there in both.
  static func both(_ left: Bitmap?, _ right: Bitmap?) -> Bitmap? {
    guard var result = left else { return right }
    guard let right else { return left }
    for index in result.words.indices { result.words[index] &= right.words[index] }
    return result
  }

  static func repeating(_ constant: Literal, _ count: Int) -> Column {
    guard case .string(let text) = constant else {
      return constant.type.map { Column($0, words: Array(repeating: constant.word, count: count)) }
        ?? nulls(.bool, count)
    }
    var column = Column(.string, capacity: count)
    for _ in 0..<count { column.append(text) }
    return column
  }

  static func nulls(_ type: ColumnType, _ count: Int) -> Column {
    var column = Column(type, capacity: count)
    for _ in 0..<count { column.appendNull() }
    return column
  }
}

extension ColumnBatch {
  /// Adds the values of an operand as a column, and returns what stands for the operand; a constant stays itself.
  fileprivate mutating func add(
    _ operand: ExpressionNode, _ type: ColumnType, from batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> ExpressionNode {
    if case .constant = operand { return operand }
    columns.append(try operand.evaluate(batch, selection))
    return .column(columns.count - 1, type)
  }
}

extension Literal {
  /// The word of a fixed-width value; 0 for the others.
  var word: Int64 {
    switch self {
    case .int64(let value), .timestamp(let value): value
    case .double(let value): Int64(bitPattern: value.bitPattern)
    case .bool(let value): value ? 1 : 0
    case .null, .string: 0
    }
  }
}
