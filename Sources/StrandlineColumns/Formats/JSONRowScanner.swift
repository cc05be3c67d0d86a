/// Recognises one JSON object per line, by the grammar of RFC 8259.
///
/// The whole line is validated, wanted or not: numbers, escapes, surrogate pairs, UTF-8, control characters and nesting.
/// Of a key that occurs twice the last value counts, as most parsers have it. What can't be predicted by
/// `JSONMemberTable` is in the functions that are not inlined.
///
/// A private function that returns a position returns the complement of one for a fault, whose kind is then in `fault`.
struct JSONRowScanner: RowScanner {
  /// How deep arrays and objects may be nested, the line's own object included.
  static let maximumDepth = 512

  private var members = JSONMemberTable()
  private let keys: [[UInt8]]
  private var fault = RowFault.none
  private var hasEscapes = false
  /// A bit per open level of nesting: set for an object.
  private var levels = [UInt64](repeating: 0, count: maximumDepth / 64)

  /// A scanner that sets a cell for each of those keys, in their order.
  init(keys: [String]) {
    self.keys = keys.map { Array($0.utf8) }
  }

  mutating func scanRow(
    _ region: borrowing ScanRegion, at start: Int, row: Int, into cells: inout MutableSpan<Cell>
  ) -> RowScan {
    var position = start
    var member = JSONMemberTable.start
    var column = -1
    repeat {
      let predicted = members.successor(of: member)
      let afterKey = members.match(predicted, region, at: position)
      if afterKey >= 0 {
        position = afterKey
        member = predicted
        column = members.column(of: predicted)
      } else {
        let next = nextMember(region, at: position, after: member)
        switch next.outcome {
        case .member:
          position = next.position
          member = next.member
          column = next.column
        case .end: return endOfLine(region, at: next.position)
        case .blank: return RowScan(.blank, at: next.position)
        case .fault: return RowScan(fault: fault, at: next.position)
        }
      }
      position = scanValue(region, at: position, cell: column < 0 ? -1 : row + column, into: &cells)
      if position < 0 { return RowScan(fault: fault, at: ~position) }
    } while region.byte(position) != UInt8(ascii: "}")
    return endOfLine(region, at: position + 1)
  }

  /// Ends the row after its closing brace.
  @inline(__always)
  private func endOfLine(_ region: borrowing ScanRegion, at position: Int) -> RowScan {
    var position = position
    if region.byte(position) != UInt8(ascii: "\n") {
      position = afterSpace(region, position)
      if region.byte(position) != UInt8(ascii: "\n") { return RowScan(fault: .malformed, at: position) }
    }
    return RowScan(.row, at: position)
  }

  // MARK: - Members

  /// What comes where a member is expected.
  private struct MemberScan {
    enum Outcome { case member, end, blank, fault }
    var outcome: Outcome
    /// Where the value begins, or what follows the object, or where the line or its soundness ends.
    var position: Int
    var member = JSONMemberTable.none
    var column = -1
  }

  /// Parses what the table doesn't know: `{` or `,`, a key and a colon, or the end of the object.
  @inline(never)
  private mutating func nextMember(_ region: borrowing ScanRegion, at start: Int, after previous: Int) -> MemberScan {
    let known = members.find(region, at: start, after: previous)
    if known != JSONMemberTable.none {
      return MemberScan(
        outcome: .member, position: start + members.length(of: known), member: known, column: members.column(of: known))
    }
    let isFirst = previous == JSONMemberTable.start
    var position = afterSpace(region, start)
    let opening = region.byte(position)
    if isFirst {
      if opening == UInt8(ascii: "\n") { return MemberScan(outcome: .blank, position: position) }
      guard opening == UInt8(ascii: "{") else { return memberFault(.notObject, at: position) }
    } else if opening == UInt8(ascii: "}") {
      return MemberScan(outcome: .end, position: position + 1)
    } else if opening != UInt8(ascii: ",") {
      return memberFault(.malformed, at: position)
    }
    position = afterSpace(region, position + 1)
    if isFirst && region.byte(position) == UInt8(ascii: "}") {
      return MemberScan(outcome: .end, position: position + 1)
    }
    let key = position
    position = scanKey(region, at: key)
    if position < 0 { return MemberScan(outcome: .fault, position: ~position) }
    let column = wantedColumn(region, key: key)
    let member = members.remember(region, from: start, to: position, column: column, after: previous)
    return MemberScan(outcome: .member, position: position, member: member, column: column)
  }

  private mutating func memberFault(_ kind: RowFault, at position: Int) -> MemberScan {
    fault = kind
    return MemberScan(outcome: .fault, position: position)
  }

  /// The position of the value after the key and colon at `start`.
  private mutating func scanKey(_ region: borrowing ScanRegion, at start: Int) -> Int {
    guard region.byte(start) == UInt8(ascii: "\"") else { return failed(.malformed, at: start) }
    let quote = scanString(region, from: start + 1)
    if quote < 0 { return quote }
    let colon = afterSpace(region, quote + 1)
    guard region.byte(colon) == UInt8(ascii: ":") else { return failed(.malformed, at: colon) }
    return afterSpace(region, colon + 1)
  }

  /// The column of the key whose opening quote is at that position, or -1.
  private mutating func wantedColumn(_ region: borrowing ScanRegion, key start: Int) -> Int {
    let quote = scanString(region, from: start + 1)
    var text: [UInt8] = []
    JSONEscapes.append(region.text(start + 1, quote - start - 1), to: &text)
    return keys.firstIndex(of: text) ?? -1
  }

  // MARK: - Values

  /// The position after the value at `start`; sets the cell of that number, unless it is -1.
  @inline(__always)
  private mutating func scanValue(
    _ region: borrowing ScanRegion, at start: Int, cell: Int, into cells: inout MutableSpan<Cell>
  ) -> Int {
    if region.byte(start) == UInt8(ascii: "\"") {
      var cursor = start + 1
      var special = ByteMask.jsonSpecial(region.word(cursor))
      while special == 0 {
        cursor += 8
        special = ByteMask.jsonSpecial(region.word(cursor))
      }
      cursor += special.trailingZeroBitCount >> 3
      if region.byte(cursor) == UInt8(ascii: "\"") {
        if cell >= 0 { cells[cell] = Cell(.text, from: start + 1, to: cursor) }
        return cursor + 1
      }
      return finishValue(region, from: start, at: cursor, cell: cell, into: &cells)
    }
    return scanOther(region, at: start, cell: cell, into: &cells)
  }

  /// The rest of a string value that is not plain.
  @inline(never)
  private mutating func finishValue(
    _ region: borrowing ScanRegion, from start: Int, at cursor: Int, cell: Int, into cells: inout MutableSpan<Cell>
  ) -> Int {
    let quote = finishString(region, from: cursor)
    if quote < 0 { return quote }
    if cell >= 0 { cells[cell] = Cell(hasEscapes ? .escapedText : .text, from: start + 1, to: quote) }
    return quote + 1
  }

  /// Values that are not strings.
  private mutating func scanOther(
    _ region: borrowing ScanRegion, at start: Int, cell: Int, into cells: inout MutableSpan<Cell>
  ) -> Int {
    let end: Int
    var kind = Cell.Kind.integer
    switch region.byte(start) {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      end = scanInteger(region, at: start)
      let next = end < 0 ? 0 : region.byte(end)
      if next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e") {
        let decimalEnd = scanDecimals(region, at: end)
        if decimalEnd < 0 { return decimalEnd }
        if cell >= 0 { cells[cell] = Cell(.decimal, from: start, to: decimalEnd) }
        return decimalEnd
      }
    case UInt8(ascii: "t"):
      end = scanLiteral(region, at: start, "true")
      kind = .truth
    case UInt8(ascii: "f"):
      end = scanLiteral(region, at: start, "false")
      kind = .falsehood
    case UInt8(ascii: "n"):
      end = scanLiteral(region, at: start, "null")
      kind = .null
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      end = scanNested(region, at: start)
      kind = .nested
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      // A remembered text may be followed by more space here than where it was remembered.
      return scanValue(region, at: afterSpace(region, start), cell: cell, into: &cells)
    default:
      return failed(.malformed, at: start)
    }
    if end >= 0 && cell >= 0 { cells[cell] = Cell(kind, from: start, to: end) }
    return end
  }

  private mutating func scanLiteral(_ region: borrowing ScanRegion, at start: Int, _ literal: StaticString) -> Int {
    for index in 0..<literal.utf8CodeUnitCount {
      // The index is below the literal's count.
      guard unsafe region.byte(start + index) == literal.utf8Start[index] else {
        return failed(.malformed, at: start + index)
      }
    }
    return start + literal.utf8CodeUnitCount
  }

  /// The position after an optional minus and the digits before a point.
  @inline(__always)
  private mutating func scanInteger(_ region: borrowing ScanRegion, at start: Int) -> Int {
    var cursor = start
    if region.byte(cursor) == UInt8(ascii: "-") { cursor += 1 }
    if region.byte(cursor) == UInt8(ascii: "0") { return cursor + 1 }
    let end = afterDigits(region, cursor)
    return end > cursor ? end : failed(.malformed, at: cursor)
  }

  /// The position after a fraction, an exponent or both.
  private mutating func scanDecimals(_ region: borrowing ScanRegion, at start: Int) -> Int {
    var cursor = start
    if region.byte(cursor) == UInt8(ascii: ".") {
      let end = afterDigits(region, cursor + 1)
      if end == cursor + 1 { return failed(.malformed, at: end) }
      cursor = end
    }
    if region.byte(cursor) | 0x20 == UInt8(ascii: "e") {
      cursor += 1
      let sign = region.byte(cursor)
      if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { cursor += 1 }
      let end = afterDigits(region, cursor)
      if end == cursor { return failed(.malformed, at: end) }
      cursor = end
    }
    return cursor
  }

  @inline(__always)
  private func afterDigits(_ region: borrowing ScanRegion, _ position: Int) -> Int {
    var cursor = position
    while region.byte(cursor) &- UInt8(ascii: "0") <= 9 { cursor += 1 }
    return cursor
  }

  @inline(__always)
  private func afterSpace(_ region: borrowing ScanRegion, _ position: Int) -> Int {
    var cursor = position
    while true {
      let byte = region.byte(cursor)
      guard byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") else { return cursor }
      cursor += 1
    }
  }

  private mutating func failed(_ kind: RowFault, at position: Int) -> Int {
    fault = kind
    return ~position
  }

  // MARK: - Strings

  /// The position of the quote that ends the string whose text begins at `start`.
  private mutating func scanString(_ region: borrowing ScanRegion, from start: Int) -> Int {
    finishString(region, from: afterPlain(region, start))
  }

  private func afterPlain(_ region: borrowing ScanRegion, _ start: Int) -> Int {
    var cursor = start
    while true {
      let special = ByteMask.jsonSpecial(region.word(cursor))
      if special != 0 { return cursor + special.trailingZeroBitCount >> 3 }
      cursor += 8
    }
  }

  /// The same from a byte on that is not plain; says in `hasEscapes` whether there were any.
  private mutating func finishString(_ region: borrowing ScanRegion, from start: Int) -> Int {
    var cursor = start
    hasEscapes = false
    while true {
      let byte = region.byte(cursor)
      if byte == UInt8(ascii: "\"") { return cursor }
      if byte >= 0x80 {
        let length = UTF8Sequence.length(region, at: cursor)
        if length == 0 { return failed(.invalidUTF8, at: cursor) }
        cursor += length
      } else if byte == UInt8(ascii: "\\") {
        let end = scanEscape(region, at: cursor)
        if end < 0 { return end }
        cursor = end
        hasEscapes = true
      } else if byte == UInt8(ascii: "\n") {
        return failed(.malformed, at: cursor)
      } else {
        return failed(.controlCharacter, at: cursor)
      }
      cursor = afterPlain(region, cursor)
    }
  }

  /// The position after an escape; a surrogate counts with its other half only.
  private mutating func scanEscape(_ region: borrowing ScanRegion, at start: Int) -> Int {
    let letter = region.byte(start + 1)
    if JSONEscapes.character(letter) != 0 { return start + 2 }
    guard let first = codeUnit(region, at: start) else { return failed(.malformedString, at: start) }
    if first & 0xF800 != 0xD800 { return start + 6 }
    guard first & 0xFC00 == 0xD800, let second = codeUnit(region, at: start + 6), second & 0xFC00 == 0xDC00 else {
      return failed(.malformedString, at: start)
    }
    return start + 12
  }

  /// The value of `\uXXXX` at that position, or nil. Stops at the first byte that doesn't belong there.
  private func codeUnit(_ region: borrowing ScanRegion, at start: Int) -> UInt32? {
    guard region.byte(start) == UInt8(ascii: "\\"), region.byte(start + 1) == UInt8(ascii: "u") else { return nil }
    var value: UInt32 = 0
    for index in 2..<6 {
      guard let digit = JSONEscapes.hexDigit(region.byte(start + index)) else { return nil }
      value = value << 4 | digit
    }
    return value
  }

  // MARK: - Nested values

  /// The position after the array or object at `start`, without recursion.
  private mutating func scanNested(_ region: borrowing ScanRegion, at start: Int) -> Int {
    var depth = 0
    var cursor = start
    while true {
      // A value begins at `cursor`.
      let byte = region.byte(cursor)
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        let isObject = byte == UInt8(ascii: "{")
        // One level is the line's own object.
        if depth + 1 == Self.maximumDepth { return failed(.tooDeep, at: cursor) }
        setLevel(depth, isObject: isObject)
        depth += 1
        cursor = afterSpace(region, cursor + 1)
        if region.byte(cursor) != (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
          if isObject {
            cursor = scanKey(region, at: cursor)
            if cursor < 0 { return cursor }
          }
          continue
        }
        cursor += 1
        depth -= 1
      } else {
        cursor = scanScalar(region, at: cursor)
        if cursor < 0 { return cursor }
      }
      // A value ended at `cursor`.
      while depth > 0 {
        let isObject = levels[(depth - 1) >> 6] >> UInt64((depth - 1) & 63) & 1 != 0
        cursor = afterSpace(region, cursor)
        let byte = region.byte(cursor)
        if byte == UInt8(ascii: ",") {
          cursor = afterSpace(region, cursor + 1)
          if isObject {
            cursor = scanKey(region, at: cursor)
            if cursor < 0 { return cursor }
          }
          break
        }
        guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { return failed(.malformed, at: cursor) }
        cursor += 1
        depth -= 1
      }
      if depth == 0 { return cursor }
    }
  }

  private mutating func setLevel(_ level: Int, isObject: Bool) {
    let mask = 1 << UInt64(level & 63) as UInt64
    if isObject { levels[level >> 6] |= mask } else { levels[level >> 6] &= ~mask }
  }

  /// The position after a string, number or literal.
  private mutating func scanScalar(_ region: borrowing ScanRegion, at start: Int) -> Int {
    switch region.byte(start) {
    case UInt8(ascii: "\""):
      let quote = scanString(region, from: start + 1)
      return quote < 0 ? quote : quote + 1
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      let end = scanInteger(region, at: start)
      return end < 0 ? end : scanDecimals(region, at: end)
    case UInt8(ascii: "t"): return scanLiteral(region, at: start, "true")
    case UInt8(ascii: "f"): return scanLiteral(region, at: start, "false")
    case UInt8(ascii: "n"): return scanLiteral(region, at: start, "null")
    default: return failed(.malformed, at: start)
    }
  }
}
