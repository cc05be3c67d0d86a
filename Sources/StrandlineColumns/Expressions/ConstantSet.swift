/// The constants of an `in`, sorted, so that a value is found by halving.
struct ConstantSet: Sendable {
  /// The type of the values that are looked up.
  let type: ColumnType
  /// Whether null is among them: a value that isn't found may then equal it.
  private(set) var hasNull = false
  private var words: [Int64] = []
  private var numbers: [Double] = []
  private var texts = Column(.string)

  /// The values of those expressions; nil where one isn't a constant, or is compared as another type than the value's.
  init?(_ type: ColumnType, _ expressions: [Expression]) {
    self.type = type
    var strings: [String] = []
    for expression in expressions {
      guard case .literal(let literal) = expression else { return nil }
      switch (type, literal) {
      case (_, .null): hasNull = true
      case (.double, .double(let value)): numbers.append(value)
      case (.double, .int64(let value)): numbers.append(Double(value))
      case (.string, .string(let text)): strings.append(text)
      default:
        guard literal.type == type else { return nil }
        words.append(literal.word)
      }
    }
    words.sort()
    // A NaN equals nothing.
    numbers = numbers.filter { !$0.isNaN }.sorted()
    // The order of the UTF-8 bytes, by which they are searched; it is that of the scalars.
    for text in strings.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) { texts.append(text) }
  }

  /// The selected rows whose value is one of the constants. A null's row may be among them.
  func rows(_ column: Column, _ selection: Selection) -> Selection {
    switch type {
    case .string:
      let offsets = column.offsets.span
      let bytes = column.bytes.span
      let wantedOffsets = texts.offsets.span
      let wantedBytes = texts.bytes.span
      return ComparisonKernels.keep(selection) {
        let text = bytes.extracting(Int(offsets[$0])..<Int(offsets[$0 + 1]))
        var (low, high) = (0, wantedOffsets.count - 1)
        while low < high {
          let middle = (low + high) / 2
          let wanted = wantedBytes.extracting(Int(wantedOffsets[middle])..<Int(wantedOffsets[middle + 1]))
          let order = TextOrder.compare(text, wanted)
          if order == 0 { return true }
          if order < 0 { high = middle } else { low = middle + 1 }
        }
        return false
      }
    case .double:
      let words = column.words.span
      return ComparisonKernels.keep(selection) {
        let value = Double(bitPattern: UInt64(bitPattern: words[$0]))
        return Self.holds(numbers, value)
      }
    case .int64, .timestamp, .bool:
      let words = column.words.span
      return ComparisonKernels.keep(selection) { Self.holds(self.words, words[$0]) }
    }
  }

  @inline(__always)
  private static func holds<Value: Comparable>(_ sorted: [Value], _ value: Value) -> Bool {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low < sorted.count && sorted[low] == value
  }
}
