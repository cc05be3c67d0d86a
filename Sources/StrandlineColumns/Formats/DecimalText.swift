/// A decimal number as it was written: a sign, up to 19 significant digits and a power of ten.
///
/// Its value is `digits * 10^exponent`, plus something smaller than one in the last digit when `isCut`. So it can be judged
/// exactly as an integer, as a count of microseconds and, for most numbers, as a double.
struct DecimalText {
  var isNegative = false
  var digits: UInt64 = 0
  var exponent = 0
  /// Whether digits other than zero were left off after the 19th.
  var isCut = false

  /// The number that is the whole text by JSON's grammar, or nil.
  init?(json text: RawSpan) {
    var position = 0
    if text.byteCount > 0 && text.byte(0) == UInt8(ascii: "-") {
      isNegative = true
      position = 1
    }
    let firstDigit = position
    guard let afterInteger = readDigits(text, from: position, scale: 0) else { return nil }
    if text.byte(firstDigit) == UInt8(ascii: "0") && afterInteger > firstDigit + 1 { return nil }
    position = afterInteger
    if position < text.byteCount && text.byte(position) == UInt8(ascii: ".") {
      guard let afterFraction = readDigits(text, from: position + 1, scale: 1) else { return nil }
      position = afterFraction
    }
    if position < text.byteCount && text.byte(position) | 0x20 == UInt8(ascii: "e") {
      guard let afterExponent = readExponent(text, from: position + 1) else { return nil }
      position = afterExponent
    }
    guard position == text.byteCount else { return nil }
  }

  /// The number that is the whole text as an optional sign, digits and an optional fraction, or nil.
  init?(plain text: RawSpan) {
    var position = 0
    if text.byteCount > 0 && (text.byte(0) == UInt8(ascii: "-") || text.byte(0) == UInt8(ascii: "+")) {
      isNegative = text.byte(0) == UInt8(ascii: "-")
      position = 1
    }
    guard let afterInteger = readDigits(text, from: position, scale: 0) else { return nil }
    position = afterInteger
    if position < text.byteCount && text.byte(position) == UInt8(ascii: ".") {
      guard let afterFraction = readDigits(text, from: position + 1, scale: 1) else { return nil }
      position = afterFraction
    }
    guard position == text.byteCount else { return nil }
  }

  /// Adds the digits at `start`; each lowers the exponent by `scale`. The position after them, or nil if there are none.
  private mutating func readDigits(_ text: RawSpan, from start: Int, scale: Int) -> Int? {
    var position = start
    while position < text.byteCount {
      let digit = text.byte(position) &- UInt8(ascii: "0")
      if digit > 9 { break }
      if digits < 1_000_000_000_000_000_000 {
        digits = digits * 10 + UInt64(digit)
        exponent -= scale
      } else {
        isCut = isCut || digit != 0
        exponent += 1 - scale
      }
      position += 1
    }
    return position > start ? position : nil
  }

  private mutating func readExponent(_ text: RawSpan, from start: Int) -> Int? {
    var position = start
    var isNegative = false
    if position < text.byteCount
      && (text.byte(position) == UInt8(ascii: "-") || text.byte(position) == UInt8(ascii: "+"))
    {
      isNegative = text.byte(position) == UInt8(ascii: "-")
      position += 1
    }
    let firstDigit = position
    var value = 0
    while position < text.byteCount {
      let digit = text.byte(position) &- UInt8(ascii: "0")
      if digit > 9 { break }
      // Far beyond what any digits before it can make up for, more digits change nothing.
      if value < 1 << 40 { value = value * 10 + Int(digit) }
      position += 1
    }
    guard position > firstDigit else { return nil }
    exponent += isNegative ? -value : value
    return position
  }

  /// The value as an integer, or nil when it is not integral or outside 64 bits.
  var integer: Int64? {
    if digits == 0 { return 0 }
    // Cut digits mean either a fraction or more than 19 digits before the point.
    if isCut { return nil }
    var magnitude = digits
    var power = exponent
    while power < 0 {
      let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
      if remainder != 0 { return nil }
      magnitude = quotient
      power += 1
    }
    return signed(magnitude, timesTenTo: power)
  }

  /// The value times ten to that power, rounded down, or nil when it is outside 64 bits.
  func scaled(power: Int) -> Int64? {
    if digits == 0 { return 0 }
    let power = exponent + power
    if power >= 0 { return isCut ? nil : signed(digits, timesTenTo: power) }
    var magnitude: UInt64 = 0
    var hasRest = true
    if power >= -19 {
      let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: Self.powersOfTen[-power])
      magnitude = quotient
      hasRest = remainder != 0 || isCut
    }
    return signed(isNegative && hasRest ? magnitude + 1 : magnitude, timesTenTo: 0)
  }

  private func signed(_ magnitude: UInt64, timesTenTo power: Int) -> Int64? {
    guard power <= 19 else { return nil }
    let (product, overflow) = magnitude.multipliedReportingOverflow(by: Self.powersOfTen[power])
    if overflow { return nil }
    if isNegative {
      return product <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- product) : nil
    }
    return Int64(exactly: product)
  }

  /// The nearest double where digits and power are both exact in one, so that a single rounding happens; nil otherwise.
  ///
  /// Source: W. D. Clinger, “How to Read Floating Point Numbers Accurately” (1990), the fast path.
  var quickDouble: Double? {
    if digits == 0 { return isNegative ? -0.0 : 0 }
    guard !isCut, digits <= 1 << 53, exponent >= -22, exponent <= 22 else { return nil }
    let power = Self.exactPowers[abs(exponent)]
    let value = exponent < 0 ? Double(digits) / power : Double(digits) * power
    return isNegative ? -value : value
  }

  /// 10^0 to 10^19.
  static let powersOfTen: [UInt64] = (0...19).map { power in (0..<power).reduce(1) { product, _ in product * 10 } }
  /// 10^0 to 10^22, all exact in a double.
  static let exactPowers: [Double] = (0...22).map { power in (0..<power).reduce(1) { product, _ in product * 10 } }
}
