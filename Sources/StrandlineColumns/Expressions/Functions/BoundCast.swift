/// A cast whose operand is bound.
struct BoundCast: Sendable {
  let operand: ExpressionNode
  let from: ColumnType
  let to: ColumnType
  let isTry: Bool
  /// The cast, for an error's words.
  let expression: Expression

  /// Whether values of one type can be made another at all.
  static func isPossible(_ from: ColumnType, _ to: ColumnType) -> Bool {
    switch (from, to) {
    case (.double, .bool), (.double, .timestamp), (.bool, .timestamp), (.timestamp, .double), (.timestamp, .bool): false
    default: true
    }
  }

  func evaluate(_ batch: ColumnBatch, _ selection: Selection) throws(ColumnsError) -> Column {
    let column = try operand.evaluate(batch, selection)
    let values = Operand(column)
    switch (from, to) {
    case let (one, other) where one == other:
      return column
    case (_, .string):
      return texts(column)
    case (.string, _):
      let texts = values.texts
      switch to {
      case .int64: return try words(column) { TextValue.integer(texts[$0]) }
      case .double: return try words(column) { TextValue.number(texts[$0]).map { Int64(bitPattern: $0.bitPattern) } }
      case .bool: return try words(column) { TextValue.truth(texts[$0]).map { $0 ? 1 : 0 } }
      // The bytes are initialised, being those of an array.
      default: return try words(column) { unsafe ISO8601.parse(texts[$0].bytes) }
      }
    case (.double, _):
      return try words(column) { row in
        let whole = Rounding.halfEven(values.number(row))
        return whole >= -0x1p63 && whole < 0x1p63 ? Int64(whole) : nil
      }
    case (_, .double):
      return Column(.double, words: ArithmeticKernels.widened(column.words), validity: column.validity)
    case (.int64, .bool):
      return try words(column) { values.word($0) == 0 ? 0 : 1 }
    default:
      return Column(to, words: column.words, validity: column.validity)
    }
  }

  /// The words made of the values that are there; nil fails.
  private func words(_ column: Column, _ word: (Int) -> Int64?) throws(ColumnsError) -> Column {
    var words = [Int64](repeating: 0, count: column.count)
    var validity = column.validity
    for row in 0..<column.count where !column.isNull(row) {
      if let word = word(row) {
        words[row] = word
      } else if isTry {
        if validity == nil { validity = Bitmap(repeating: true, count: column.count) }
        validity?[row] = false
      } else {
        throw ColumnsError(
          .cast, "\(expression): a \(from.name) that stands for no \(to.name); try_cast makes it null",
          column: expression.columns.min())
      }
    }
    return Column(to, words: words, validity: validity)
  }

  private func texts(_ column: Column) -> Column {
    var out = Column(.string, capacity: column.count)
    for row in 0..<column.count {
      if column.isNull(row) {
        out.appendNull()
      } else if ValueText.append(column.words[row], from, to: &out.bytes) {
        out.endText()
      } else {
        // What isn't finite has no text there, but a name here; a NaN has no sign.
        let number = Operand(column).number(row)
        out.append(number.isNaN ? "nan" : number.description)
      }
    }
    return out
  }
}

/// Values read from texts by a cast. Nothing may stand before or behind.
enum TextValue {
  /// An optional sign and digits, within 64 bits.
  static func integer(_ text: Span<UInt8>) -> Int64? {
    guard text.count > 0 else { return nil }
    let isNegative = text[0] == UInt8(ascii: "-")
    let start = isNegative || text[0] == UInt8(ascii: "+") ? 1 : 0
    guard start < text.count else { return nil }
    var value: Int64 = 0
    for index in start..<text.count {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      let (product, isOverflow) = value.multipliedReportingOverflow(by: 10)
      // Counted downwards, where there is one more.
      let (sum, isBeyond) = product.subtractingReportingOverflow(Int64(digit))
      if isOverflow || isBeyond { return nil }
      value = sum
    }
    if isNegative { return value }
    return value == .min ? nil : -value
  }

  /// A decimal number, correctly rounded and within the range; or `inf`, `infinity` or `nan` in any case, with a sign.
  static func number(_ text: Span<UInt8>) -> Double? {
    // The bytes are initialised, being those of an array.
    if let value = unsafe DecimalText(json: text.bytes)?.quickDouble { return value }
    var word: [UInt8] = []
    var isDecimal = true
    for index in text.indices {
      let byte = text[index]
      word.append(byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
      let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      isDecimal =
        isDecimal && (isSign || byte == UInt8(ascii: ".") || word[index] == UInt8(ascii: "e") || byte &- 48 <= 9)
    }
    let characters = String(decoding: word, as: UTF8.self)
    if isDecimal { return Double(characters).flatMap { $0.isFinite ? $0 : nil } }
    switch characters.drop(while: { $0 == "-" || $0 == "+" }) {
    case "inf", "infinity", "nan": return Double(characters)
    default: return nil
    }
  }

  /// `true` or `false` in any case.
  static func truth(_ text: Span<UInt8>) -> Bool? {
    guard text.count == 4 || text.count == 5 else { return nil }
    let word = String(decoding: text.indices.map { text[$0] | 0x20 }, as: UTF8.self)
    return word == "true" ? true : word == "false" ? false : nil
  }
}
