extension TextKernels {
  /// Parts of texts.
  static func part(
    _ function: ScalarFunction, _ operands: [Operand], _ rows: CallRows
  ) throws(ColumnsError) -> Column {
    let subject = operands[0]
    let texts = subject.texts
    switch function {
    case .substring:
      return try rows.texts { row, out throws(ColumnsError) in
        let text = texts[row]
        let length = operands.count > 2 ? operands[2].word(row) : nil
        append(text, substring(text, from: operands[1].word(row), length: length), to: &out)
        return true
      }
    case .splitPart:
      let delimiter = operands[1]
      let delimiters = delimiter.texts
      return try rows.texts { row, out throws(ColumnsError) in
        let text = texts[row]
        append(text, splitPart(text, delimiters[row], number: operands[2].word(row)), to: &out)
        return true
      }
    default:
      let trimsStart = function != .trimEnd
      let trimsEnd = function != .trimStart
      guard operands.count > 1 else {
        return try rows.texts { row, out throws(ColumnsError) in
          let text = texts[row]
          var range = 0..<text.count
          while trimsStart && !range.isEmpty && text[range.lowerBound] == UInt8(ascii: " ") {
            range = range.lowerBound + 1..<range.upperBound
          }
          while trimsEnd && !range.isEmpty && text[range.upperBound - 1] == UInt8(ascii: " ") {
            range = range.lowerBound..<range.upperBound - 1
          }
          append(text, range, to: &out)
          return true
        }
      }
      let characters = operands[1]
      let sets = characters.texts
      return try rows.texts { row, out throws(ColumnsError) in
        append(texts[row], trimmed(texts[row], sets[row], trimsStart, trimsEnd), to: &out)
        return true
      }
    }
  }

  static func append(_ text: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]) {
    // The buffer lives as long as the closure, and the bytes are copied.
    unsafe text.extracting(range).withUnsafeBufferPointer { unsafe out.append(contentsOf: $0) }
  }

  /// The characters `start ..< start + length`, counted from 1, as far as there are such; as the SQL standard has it, a
  /// start below 1 takes from the length.
  private static func substring(_ text: Span<UInt8>, from start: Int64, length: Int64?) -> Range<Int> {
    var end = Int64.max
    if let length {
      guard length > 0 else { return 0..<0 }
      let (sum, isOverflow) = start.addingReportingOverflow(length)
      if !isOverflow { end = sum }
    }
    let first = max(start, 1)
    guard end > first else { return 0..<0 }
    let lower = Characters.position(after: Int(first - 1), in: text)
    return lower..<Characters.position(after: Int(end - first), in: text, from: lower)
  }

  /// The part of that number between the delimiters, counted from 1, or from the end by -1; empty where there is none.
  private static func splitPart(_ text: Span<UInt8>, _ delimiter: Span<UInt8>, number: Int64) -> Range<Int> {
    guard delimiter.count > 0 else { return number == 1 || number == -1 ? 0..<text.count : 0..<0 }
    var wanted = number
    if number < 0 {
      wanted += Int64(parts(of: text, delimiter)) + 1
    }
    guard wanted > 0 else { return 0..<0 }
    var start = 0
    var part: Int64 = 1
    while let position = ByteSearch.first(delimiter, in: text, from: start) {
      if part == wanted { return start..<position }
      start = position + delimiter.count
      part += 1
    }
    return part == wanted ? start..<text.count : 0..<0
  }

  private static func parts(of text: Span<UInt8>, _ delimiter: Span<UInt8>) -> Int {
    var start = 0
    var count = 1
    while let position = ByteSearch.first(delimiter, in: text, from: start) {
      start = position + delimiter.count
      count += 1
    }
    return count
  }

  private static func trimmed(
    _ text: Span<UInt8>, _ set: Span<UInt8>, _ trimsStart: Bool, _ trimsEnd: Bool
  ) -> Range<Int> {
    var (lower, upper) = (0, text.count)
    while trimsStart && lower < upper {
      let width = Characters.width(text[lower])
      guard holds(set, text.extracting(lower..<lower + width)) else { break }
      lower += width
    }
    while trimsEnd && lower < upper {
      var start = upper - 1
      while text[start] & 0xC0 == 0x80 { start -= 1 }
      guard holds(set, text.extracting(start..<upper)) else { break }
      upper = start
    }
    return lower..<upper
  }

  /// Whether the character is one of the set. The bytes of one scalar are found only where that scalar is.
  private static func holds(_ set: Span<UInt8>, _ character: Span<UInt8>) -> Bool {
    ByteSearch.first(character, in: set) != nil
  }
}
