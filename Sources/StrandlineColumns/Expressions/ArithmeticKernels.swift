/// Loops over the words of whole columns, in place. A null's word is computed with, too; the caller sets it back to zero.
enum ArithmeticKernels {
  /// Replaces each word by the result with the right operand's word at the same row.
  @inline(__always)
  static func apply(
    _ operation: Arithmetic, _ type: ColumnType, _ words: inout [Int64], _ right: (Int) -> Int64, _ validity: Bitmap?,
    _ expression: Expression
  ) throws(ColumnsError) {
    if type == .double {
      switch operation {
      case .add: doubles(&words, right) { $0 + $1 }
      case .subtract: doubles(&words, right) { $0 - $1 }
      case .multiply: doubles(&words, right) { $0 * $1 }
      case .divide: doubles(&words, right) { $0 / $1 }
      case .remainder: doubles(&words, right) { remainder($0, $1) }
      }
    } else {
      switch operation {
      case .add: try integers(&words, right, validity, type, expression) { $0.addingReportingOverflow($1) }
      case .subtract: try integers(&words, right, validity, type, expression) { $0.subtractingReportingOverflow($1) }
      case .multiply: try integers(&words, right, validity, type, expression) { $0.multipliedReportingOverflow(by: $1) }
      case .divide: try quotients(&words, right, validity, expression) { $0.dividedReportingOverflow(by: $1) }
      // The only remainder that overflows in the processor is that of -1, which is 0.
      case .remainder: try quotients(&words, right, validity, expression) { ($1 == -1 ? 0 : $0 % $1, false) }
      }
    }
  }

  /// What division leaves, exactly, with the sign of the dividend.
  ///
  /// The standard library's `truncatingRemainder` calls the C library's `fmod`, which nothing below links. Long division in
  /// base 2: each step subtracts the largest multiple `divisor * 2^k` that fits, which is exact by Sterbenz's lemma. At most
  /// 2,098 steps; one per bit of the quotient that is set.
  static func remainder(_ dividend: Double, _ divisor: Double) -> Double {
    if !dividend.isFinite || divisor == 0 || divisor.isNaN { return .nan }
    if divisor.isInfinite { return dividend }
    var rest = dividend.magnitude
    let step = divisor.magnitude
    while rest >= step {
      let shift = rest.exponent - step.exponent
      let multiple = Double(sign: .plus, exponent: shift, significand: step)
      rest -= multiple <= rest ? multiple : Double(sign: .plus, exponent: shift - 1, significand: step)
    }
    return Double(signOf: dividend, magnitudeOf: rest)
  }

  /// Integers with the other sign. A null's zero can't overflow.
  static func negatedIntegers(_ words: [Int64], _ expression: Expression) throws(ColumnsError) -> [Int64] {
    guard !words.contains(.min) else { throw overflow(expression) }
    return words.map { -$0 }
  }

  /// Numbers with the other sign.
  static func negatedDoubles(_ words: [Int64]) -> [Int64] {
    words.map { $0 ^ .min }
  }

  /// Integers as numbers.
  static func widened(_ words: [Int64]) -> [Int64] {
    words.map { Int64(bitPattern: Double($0).bitPattern) }
  }

  /// Overflows are gathered over the whole column and looked at once: a branch per row would cost more.
  @inline(__always)
  private static func integers(
    _ words: inout [Int64], _ right: (Int) -> Int64, _ validity: Bitmap?, _ type: ColumnType, _ expression: Expression,
    _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(ColumnsError) {
    var overflows = 0
    var span = words.mutableSpan
    if let validity {
      let bits = validity.words.span
      for index in span.indices {
        let (value, isOverflow) = operation(span[index], right(index))
        overflows |= isOverflow ? Int(truncatingIfNeeded: bits[index >> 6] >> UInt64(index & 63) & 1) : 0
        span[index] = value
      }
    } else {
      for index in span.indices {
        let (value, isOverflow) = operation(span[index], right(index))
        overflows |= isOverflow ? 1 : 0
        span[index] = value
      }
    }
    if overflows != 0 { throw overflow(expression, type) }
  }

  /// A null is not divided: its divisor may be a null's zero.
  @inline(__always)
  private static func quotients(
    _ words: inout [Int64], _ right: (Int) -> Int64, _ validity: Bitmap?, _ expression: Expression,
    _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(ColumnsError) {
    for index in words.indices where validity?[index] ?? true {
      let divisor = right(index)
      guard divisor != 0 else {
        throw ColumnsError(.divisionByZero, "\(expression) divides by zero", column: expression.columns.min())
      }
      let (value, isOverflow) = operation(words[index], divisor)
      if isOverflow { throw overflow(expression) }
      words[index] = value
    }
  }

  @inline(__always)
  private static func doubles(
    _ words: inout [Int64], _ right: (Int) -> Int64, _ operation: (Double, Double) -> Double
  ) {
    var span = words.mutableSpan
    for index in span.indices {
      let value = operation(
        Double(bitPattern: UInt64(bitPattern: span[index])), Double(bitPattern: UInt64(bitPattern: right(index))))
      span[index] = Int64(bitPattern: value.bitPattern)
    }
  }

  /// The error of a result that has no value of the type.
  static func overflow(_ expression: Expression, _ type: ColumnType = .int64) -> ColumnsError {
    let name = type == .int64 ? "an int64" : "a \(type.name)"
    return ColumnsError(.overflow, "\(expression) leaves the range of \(name)", column: expression.columns.min())
  }
}
