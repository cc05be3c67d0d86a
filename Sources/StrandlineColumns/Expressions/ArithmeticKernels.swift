/// Loops over the words of whole columns. A null's word is computed with, too; the caller sets it back to zero.
enum ArithmeticKernels {
  /// Integers, whose results must fit 64 bits where both operands are there.
  static func integers(
    _ operation: Arithmetic, _ left: [Int64], _ right: [Int64], _ validity: Bitmap?, _ expression: Expression
  ) throws(ColumnsError) -> [Int64] {
    switch operation {
    case .add: try checked(left, right, validity, expression) { $0.addingReportingOverflow($1) }
    case .subtract: try checked(left, right, validity, expression) { $0.subtractingReportingOverflow($1) }
    case .multiply: try checked(left, right, validity, expression) { $0.multipliedReportingOverflow(by: $1) }
    case .divide: try divided(left, right, validity, expression) { $0.dividedReportingOverflow(by: $1) }
    // The only remainder that overflows in the processor is that of -1, which is 0.
    case .remainder: try divided(left, right, validity, expression) { ($1 == -1 ? 0 : $0 % $1, false) }
    }
  }

  /// Numbers as IEEE 754 has them.
  static func doubles(_ operation: Arithmetic, _ left: [Int64], _ right: [Int64]) -> [Int64] {
    switch operation {
    case .add: mapped(left, right) { $0 + $1 }
    case .subtract: mapped(left, right) { $0 - $1 }
    case .multiply: mapped(left, right) { $0 * $1 }
    case .divide: mapped(left, right) { $0 / $1 }
    case .remainder: mapped(left, right) { $0.truncatingRemainder(dividingBy: $1) }
    }
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
  private static func checked(
    _ left: [Int64], _ right: [Int64], _ validity: Bitmap?, _ expression: Expression,
    _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(ColumnsError) -> [Int64] {
    var result = [Int64](repeating: 0, count: left.count)
    var anyOverflow = false
    let (one, other) = (left.span, right.span)
    var out = result.mutableSpan
    for index in one.indices {
      let (value, overflow) = operation(one[index], other[index])
      anyOverflow = anyOverflow || overflow
      out[index] = value
    }
    if anyOverflow {
      for index in one.indices where validity?[index] ?? true {
        if operation(one[index], other[index]).overflow { throw overflow(expression) }
      }
    }
    return result
  }

  @inline(__always)
  private static func divided(
    _ left: [Int64], _ right: [Int64], _ validity: Bitmap?, _ expression: Expression,
    _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(ColumnsError) -> [Int64] {
    var result = [Int64](repeating: 0, count: left.count)
    for index in left.indices where validity?[index] ?? true {
      guard right[index] != 0 else {
        throw ColumnsError(.divisionByZero, "\(expression) divides by zero", column: expression.columns.min())
      }
      let (value, isOverflow) = operation(left[index], right[index])
      if isOverflow { throw overflow(expression) }
      result[index] = value
    }
    return result
  }

  @inline(__always)
  private static func mapped(
    _ left: [Int64], _ right: [Int64], _ operation: (Double, Double) -> Double
  ) -> [Int64] {
    var result = [Int64](repeating: 0, count: left.count)
    let (one, other) = (left.span, right.span)
    var out = result.mutableSpan
    for index in one.indices {
      let value = operation(
        Double(bitPattern: UInt64(bitPattern: one[index])), Double(bitPattern: UInt64(bitPattern: other[index])))
      out[index] = Int64(bitPattern: value.bitPattern)
    }
    return result
  }

  private static func overflow(_ expression: Expression) -> ColumnsError {
    ColumnsError(.overflow, "\(expression) leaves the range of an int64", column: expression.columns.min())
  }
}
