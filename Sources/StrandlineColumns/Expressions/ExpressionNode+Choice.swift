extension ExpressionNode {
  /// The values of a `case`: each value is evaluated for the rows that its condition chose alone.
  static func choice(
    _ branches: [Branch], _ otherwise: ExpressionNode, _ type: ColumnType, _ batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> Column {
    var pieces = PieceList(selection, type)
    var open = selection
    for branch in branches where open.count > 0 {
      let chosen = try branch.condition.select(batch, open, where: true)
      if chosen.count == 0 { continue }
      pieces.add(chosen, try branch.value.evaluate(batch, chosen))
      open = open.subtracting(chosen)
    }
    if open.count > 0 { pieces.add(open, try otherwise.evaluate(batch, open)) }
    return pieces.column()
  }

  /// The first value that is not null: each operand is evaluated for the rows where those before it are null.
  static func coalesce(
    _ operands: [ExpressionNode], _ type: ColumnType, _ batch: ColumnBatch, _ selection: Selection
  ) throws(ColumnsError) -> Column {
    var pieces = PieceList(selection, type)
    var open = selection
    for (index, operand) in operands.enumerated() where open.count > 0 {
      let column = try operand.evaluate(batch, open)
      guard let validity = column.validity, index < operands.count - 1 else {
        pieces.add(open, column)
        break
      }
      let present = ComparisonKernels.present(validity, .all(column.count))
      pieces.add(open.picking(present), column.gathered(present))
      open = open.picking(ComparisonKernels.absent(validity, .all(column.count)))
    }
    return pieces.column()
  }

  /// The batch with the node's values for the selected rows as one more column.
  func added(to batch: ColumnBatch, at column: Int, _ selection: Selection) throws(ColumnsError) -> ColumnBatch {
    precondition(batch.columns.count == column, "a batch of the schema that the expression was bound to")
    var batch = batch
    let values = try evaluate(batch, selection)
    batch.columns.append(values.scattered(selection))
    return batch
  }
}

/// The values of disjoint parts of a selection, on their way into one column.
private struct PieceList {
  private let selection: Selection
  private let type: ColumnType
  private var pieces: [(rows: Selection, values: Column)] = []

  init(_ selection: Selection, _ type: ColumnType) {
    self.selection = selection
    self.type = type
  }

  mutating func add(_ rows: Selection, _ values: Column) {
    if rows.count > 0 { pieces.append((rows, values)) }
  }

  /// The values in the order of the selection, all of whose rows have been given one.
  func column() -> Column {
    if pieces.count == 1 { return pieces[0].values }
    return type == .string ? texts() : words()
  }

  private func words() -> Column {
    var words = [Int64](repeating: 0, count: selection.count)
    var validity = pieces.contains { $0.values.hasNulls } ? Bitmap(repeating: true, count: selection.count) : nil
    for piece in pieces {
      for (index, position) in selection.positions(of: piece.rows).enumerated() {
        words[Int(position)] = piece.values.words[index]
        if piece.values.isNull(index) { validity?[Int(position)] = false }
      }
    }
    return Column(type, words: words, validity: validity)
  }

  private func texts() -> Column {
    // Where each text comes from: they can only be written one after another.
    var sources = [(piece: Int32, index: Int32)](repeating: (0, 0), count: selection.count)
    for (number, piece) in pieces.enumerated() {
      for (index, position) in selection.positions(of: piece.rows).enumerated() {
        sources[Int(position)] = (Int32(number), Int32(index))
      }
    }
    var out = Column(.string, capacity: selection.count)
    for source in sources { out.append(Int(source.index), of: pieces[Int(source.piece)].values) }
    return out
  }
}

extension Column {
  /// The values, which belong to the rows of a selection, at those rows of a column that reaches to the last of them.
  fileprivate func scattered(_ selection: Selection) -> Column {
    guard case .rows(let rows) = selection, let last = rows.last, Int(last) + 1 > rows.count else { return self }
    var out = Column(type, capacity: Int(last) + 1)
    var next: Int32 = 0
    for (index, row) in rows.enumerated() {
      for _ in next..<row { if type == .string { out.endText() } else { out.append(word: 0) } }
      out.append(index, of: self)
      next = row + 1
    }
    return out
  }
}
