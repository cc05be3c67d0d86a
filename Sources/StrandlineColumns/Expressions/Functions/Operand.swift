/// The values of a function's argument: a column, or one constant that stands for every row.
struct Operand {
  let column: Column
  /// How far the next row's value is from this one's: 0 for a constant.
  let stride: Int

  init(_ node: ExpressionNode, _ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) {
    if case .constant(let constant) = node {
      column = ExpressionNode.repeating(constant, 1)
      stride = 0
    } else {
      column = try node.evaluate(batch, selection)
      stride = 1
    }
  }

  /// A column's values.
  init(_ column: Column) {
    self.column = column
    stride = 1
  }

  /// The word of a row.
  @inline(__always)
  func word(_ row: Int) -> Int64 { column.words[row &* stride] }

  /// The number of a row.
  @inline(__always)
  func number(_ row: Int) -> Double { Double(bitPattern: UInt64(bitPattern: column.words[row &* stride])) }

  func isNull(_ row: Int) -> Bool { column.isNull(row &* stride) }

  /// The texts, to be read by row.
  var texts: TextSpan {
    @_lifetime(borrow self)
    get { TextSpan(column.bytes.span, column.offsets.span, stride: stride) }
  }

  /// The rows where every one of them has a value; nil when all have.
  static func validity(_ operands: [Operand]) -> Bitmap? {
    operands.reduce(nil) { ExpressionNode.both($0, $1.column.validity) }
  }
}

/// The texts of an operand.
struct TextSpan: ~Escapable {
  private let bytes: Span<UInt8>
  private let offsets: Span<Int32>
  private let stride: Int

  @_lifetime(copy bytes, copy offsets)
  init(_ bytes: Span<UInt8>, _ offsets: Span<Int32>, stride: Int) {
    self.bytes = bytes
    self.offsets = offsets
    self.stride = stride
  }

  /// The text of a row.
  subscript(row: Int) -> Span<UInt8> {
    @_lifetime(copy self)
    @inline(__always)
    get {
      let index = row &* stride
      return bytes.extracting(Int(offsets[index])..<Int(offsets[index + 1]))
    }
  }
}
