/// How one format writes what is not a number or a truth value.
protocol ValueStyle {
  /// The text of a null, and of a double that is no number.
  var null: StaticString { get }
  /// How many bytes a byte of text can become, apart from two quotes.
  var growth: Int { get }
  /// How many bytes of a text become more than one.
  func escapes(in text: RawSpan) -> Int
  /// Appends a text.
  @_lifetime(output: copy output)
  func append(text: RawSpan, to output: inout OutputSpan<UInt8>)
  /// Appends a value that has been written as `value`, where the format may want quotes around it.
  @_lifetime(output: copy output)
  func append(value: RawSpan, _ type: ColumnType, to output: inout OutputSpan<UInt8>)
}

/// The values of one column as the texts that they will be in some rows of the output.
struct RenderedColumn {
  /// The texts one after another, and where each ends.
  var bytes: [UInt8] = []
  var ends: [Int] = []

  /// More than any fixed-width value takes with its quotes: a time with a year of six digits has 30 bytes.
  static let maximumValueLength = 40

  /// Renders the values at those rows, in place of those before.
  mutating func render(_ column: Column, _ rows: [Int32], by style: some ValueStyle) {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    if column.type == .string {
      renderTexts(column, rows, by: style)
    } else {
      renderWords(column, rows, by: style)
    }
  }

  private mutating func renderTexts(_ column: Column, _ rows: [Int32], by style: some ValueStyle) {
    let offsets = column.offsets.span
    // The array outlives its span.
    let texts = unsafe column.bytes.span.bytes
    var room = 0
    for row in rows {
      let range = Int(offsets[Int(row)])..<Int(offsets[Int(row) + 1])
      // Short texts are given room for the worst case, long ones are looked at first.
      let escapes = range.count <= 1024 ? range.count : style.escapes(in: texts.extracting(range))
      room += range.count + escapes * (style.growth - 1) + Self.maximumValueLength
    }
    bytes.append(addingCapacity: room) { output in
      for row in rows {
        if column.isNull(Int(row)) {
          output.append(style.null)
        } else {
          style.append(text: texts.extracting(Int(offsets[Int(row)])..<Int(offsets[Int(row) + 1])), to: &output)
        }
        ends.append(output.count)
      }
    }
  }

  private mutating func renderWords(_ column: Column, _ rows: [Int32], by style: some ValueStyle) {
    let words = column.words.span
    var value: [UInt8] = []
    bytes.append(addingCapacity: rows.count * Self.maximumValueLength) { output in
      for row in rows {
        let word = words[Int(row)]
        value.removeAll(keepingCapacity: true)
        if column.isNull(Int(row)) || !ValueText.append(word, column.type, to: &value) {
          output.append(style.null)
        } else {
          // The array outlives its span.
          unsafe style.append(value: value.span.bytes, column.type, to: &output)
        }
        ends.append(output.count)
      }
    }
  }
}

/// Fixed-width values as text.
enum ValueText {
  /// Appends a value that is not null, or says that it has no text.
  static func append(_ word: Int64, _ type: ColumnType, to output: inout [UInt8]) -> Bool {
    switch type {
    case .int64: append(word, to: &output)
    case .double: return append(Double(bitPattern: UInt64(bitPattern: word)), to: &output)
    case .bool: output.append(contentsOf: (word == 0 ? "false" : "true").utf8)
    case .timestamp, .string: ISO8601.append(word, to: &output)
    }
    return true
  }

  private static func append(_ value: Int64, to output: inout [UInt8]) {
    if value < 0 { output.append(UInt8(ascii: "-")) }
    var power: UInt64 = 1
    var digits = 1
    while digits < 19 && value.magnitude / power >= 10 {
      power *= 10
      digits += 1
    }
    var rest = value.magnitude
    while power > 0 {
      output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / power))
      rest %= power
      power /= 10
    }
  }

  /// Appends the shortest decimal that reads back as the same double, or says that there is none.
  private static func append(_ value: Double, to output: inout [UInt8]) -> Bool {
    guard value.isFinite else { return false }
    output.append(contentsOf: value.description.utf8)
    return true
  }
}

extension OutputSpan where Element == UInt8 {
  /// Appends bytes that there is room for.
  @_lifetime(self: copy self)
  mutating func append(_ source: RawSpan) {
    precondition(source.byteCount <= freeCapacity, "the room was counted before")
    // Both pointers are used inside the closures only, and the room was checked.
    unsafe withUnsafeMutableBufferPointer { buffer, count in
      unsafe source.withUnsafeBytes { source in
        unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
          .copyMemory(from: source)
      }
      count += source.byteCount
    }
  }

  /// Appends a literal.
  @_lifetime(self: copy self)
  mutating func append(_ literal: StaticString) {
    for index in 0..<literal.utf8CodeUnitCount {
      // The index is below the literal's count.
      unsafe append(literal.utf8Start[index])
    }
  }
}
