extension TextKernels {
  /// Texts that are made of others.
  static func made(
    _ function: ScalarFunction, _ operands: [Operand], _ rows: CallRows
  ) throws(ColumnsError) -> Column {
    switch function {
    case .concat:
      // Nulls are empty, so every row has a result.
      let every = CallRows(count: rows.count, validity: nil, expression: rows.expression)
      return try concatenated(operands, every)
    case .concatenate:
      return try concatenated(operands, rows)
    case .replace:
      let (subject, target, replacement) = (operands[0], operands[1], operands[2])
      let texts = subject.texts
      let wanted = target.texts
      let others = replacement.texts
      return try rows.texts { row, out throws(ColumnsError) in
        try replace(wanted[row], by: others[row], in: texts[row], to: &out, rows)
        return true
      }
    default:
      let subject = operands[0]
      let texts = subject.texts
      let isUpper = function == .upper
      return try rows.texts { row, out throws(ColumnsError) in
        appendCased(texts[row], isUpper, to: &out)
        return true
      }
    }
  }

  private static func concatenated(_ operands: [Operand], _ rows: CallRows) throws(ColumnsError) -> Column {
    try rows.texts { row, out throws(ColumnsError) in
      for operand in operands {
        let text = operand.texts[row]
        append(text, 0..<text.count, to: &out)
      }
      return true
    }
  }

  private static func replace(
    _ wanted: Span<UInt8>, by other: Span<UInt8>, in text: Span<UInt8>, to out: inout [UInt8], _ rows: CallRows
  ) throws(ColumnsError) {
    let before = out.count
    var start = 0
    while wanted.count > 0, let position = ByteSearch.first(wanted, in: text, from: start) {
      append(text, start..<position, to: &out)
      append(other, 0..<other.count, to: &out)
      start = position + wanted.count
      // Looked at here, so that what is too long is not made first.
      guard out.count - before <= CallRows.textLengthMax else { throw rows.tooLong }
    }
    append(text, start..<text.count, to: &out)
  }

  /// Unicode's full case mapping of each scalar, without regard to those around it.
  private static func appendCased(_ text: Span<UInt8>, _ isUpper: Bool, to out: inout [UInt8]) {
    let first = UInt8(ascii: isUpper ? "a" : "A")
    var position = 0
    while position < text.count {
      let byte = text[position]
      if byte < 0x80 {
        out.append(byte &- first < 26 ? byte ^ 0x20 : byte)
        position += 1
        continue
      }
      let width = Characters.width(byte)
      if let scalar = Unicode.Scalar(Characters.scalar(text, at: position)) {
        let properties = scalar.properties
        out.append(contentsOf: (isUpper ? properties.uppercaseMapping : properties.lowercaseMapping).utf8)
      } else {
        // Not in valid text; it stays as it is.
        append(text, position..<position + width, to: &out)
      }
      position += width
    }
  }
}
