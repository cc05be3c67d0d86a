/// Makes the value of one column type of a cell that is neither missing nor null.
///
/// The result is a cell of kind `word` or `text` (or a text that is still to be unescaped), or a fault.
protocol CellConversion {
  func convert(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell
}

extension Cell {
  /// A converted fixed-width value.
  @inline(__always)
  init(_ word: Int64) {
    self.init(word: word, length: 0, kind: .word)
  }

  init(fault: RowFault) {
    self.init(word: Int64(fault.rawValue), length: 0, kind: .fault)
  }

  var fault: RowFault { RowFault(rawValue: UInt8(truncatingIfNeeded: word)) ?? .malformed }

  /// The text with escapes or doubled quotes resolved, for the rare number or time written like that.
  func resolved(_ region: borrowing ScanRegion) -> [UInt8] {
    var bytes: [UInt8] = []
    if kind == .escapedText {
      JSONEscapes.append(region.text(start, Int(length)), to: &bytes)
    } else {
      CSVQuotes.append(region.text(start, Int(length)), to: &bytes)
    }
    return bytes
  }
}

/// Integers: JSON numbers that are exactly integral, in 64 bits.
struct IntegerConversion: CellConversion {
  @inline(__always)
  func convert(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell {
    if cell.kind == .integer || cell.kind == .bareText {
      if let value = DigitRun.integer(region, at: cell.start, length: Int(cell.length)) { return Cell(value) }
    }
    return general(cell, region)
  }

  @inline(never)
  private func general(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell {
    switch cell.kind {
    case .integer, .decimal, .bareText:
      guard let value = DecimalText(json: region.text(cell.start, Int(cell.length)))?.integer else {
        return Cell(fault: .notInteger)
      }
      return Cell(value)
    case .nested: return Cell(fault: .nested)
    default: return Cell(fault: .notInteger)
    }
  }
}

/// Doubles: any JSON number, correctly rounded.
struct DoubleConversion: CellConversion {
  func convert(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell {
    switch cell.kind {
    case .integer, .decimal, .bareText: break
    case .nested: return Cell(fault: .nested)
    default: return Cell(fault: .notNumber)
    }
    let text = region.text(cell.start, Int(cell.length))
    guard let decimal = DecimalText(json: text) else { return Cell(fault: .notNumber) }
    if let value = decimal.quickDouble { return Cell(Int64(bitPattern: value.bitPattern)) }
    // The standard library rounds correctly (and takes JSON's grammar); a value out of range comes back as infinity.
    let characters = unsafe String(unsafeUninitializedCapacity: text.byteCount) { buffer in
      for index in 0..<text.byteCount { unsafe buffer[index] = text.byte(index) }
      return text.byteCount
    }
    guard let value = Double(characters), value.isFinite else { return Cell(fault: .numberRange) }
    return Cell(Int64(bitPattern: value.bitPattern))
  }
}

/// Truth values: JSON's literals; in CSV `true` and `false` in any case.
struct TruthConversion: CellConversion {
  func convert(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell {
    switch cell.kind {
    case .truth: return Cell(1)
    case .falsehood: return Cell(0)
    case .nested: return Cell(fault: .nested)
    case .bareText:
      if matches(cell, region, "true") { return Cell(1) }
      if matches(cell, region, "false") { return Cell(0) }
      return Cell(fault: .notBool)
    default: return Cell(fault: .notBool)
    }
  }

  private func matches(_ cell: Cell, _ region: borrowing ScanRegion, _ word: StaticString) -> Bool {
    guard Int(cell.length) == word.utf8CodeUnitCount else { return false }
    for index in 0..<Int(cell.length) {
      // Within the literal by the guard above.
      let letter = unsafe word.utf8Start[index]
      if region.byte(cell.start + index) | 0x20 != letter { return false }
    }
    return true
  }
}

/// Times: ISO 8601 text, or a Unix time in the given unit as a number or as text.
struct TimestampConversion: CellConversion {
  private let unit: TimeUnit?
  private let microsPerUnit: Int64

  init(unit: TimeUnit?) {
    self.unit = unit
    microsPerUnit = unit?.micros ?? 0
  }

  @inline(__always)
  func convert(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell {
    if unit != nil && cell.kind.rawValue <= Cell.Kind.integer.rawValue {
      let value = DigitRun.value(region, at: cell.start, length: Int(cell.length))
      let (micros, overflow) = value.multipliedReportingOverflow(by: microsPerUnit)
      if value >= 0 && !overflow { return Cell(micros) }
    }
    if cell.kind == .text || cell.kind == .bareText {
      if let micros = ISO8601.parseCommon(region, at: cell.start, length: Int(cell.length)) { return Cell(micros) }
    }
    return general(cell, region)
  }

  @inline(never)
  private func general(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell {
    switch cell.kind {
    case .text, .bareText:
      return convert(region.text(cell.start, Int(cell.length)))
    case .escapedText, .doubledText:
      let bytes = cell.resolved(region)
      // The array outlives the call.
      return unsafe convert(bytes.span.bytes)
    case .integer, .decimal:
      guard let number = DecimalText(json: region.text(cell.start, Int(cell.length))) else {
        return Cell(fault: .notTimestamp)
      }
      return convert(number)
    case .nested: return Cell(fault: .nested)
    default: return Cell(fault: .notTimestamp)
    }
  }

  private func convert(_ text: RawSpan) -> Cell {
    // A date has a hyphen at its fifth byte, which no number has there.
    if let number = DecimalText(plain: text) { return convert(number) }
    guard let micros = ISO8601.parse(text) else { return Cell(fault: .notTimestamp) }
    return Cell(micros)
  }

  private func convert(_ number: DecimalText) -> Cell {
    guard let unit else { return Cell(fault: .unitMissing) }
    guard let micros = number.scaled(power: unit.microsecondsPower) else { return Cell(fault: .timeRange) }
    return Cell(micros)
  }
}

/// Texts, and numbers and truth values as they are written.
struct TextConversion: CellConversion {
  @inline(__always)
  func convert(_ cell: Cell, _ region: borrowing ScanRegion) -> Cell {
    switch cell.kind {
    case .text, .escapedText, .doubledText: return cell
    case .nested: return Cell(fault: .nested)
    default: return Cell(word: cell.word, length: cell.length, kind: .text)
    }
  }
}
