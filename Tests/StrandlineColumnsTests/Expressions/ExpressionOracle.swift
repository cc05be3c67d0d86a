import StrandlineColumns

/// A value of one row, for the oracle.
enum OracleValue: Equatable {
  case null
  case int(Int64)
  case double(Double)
  case bool(Bool)
  case time(Int64)
  case text(String)

  /// The value at a row of a column.
  init(_ column: Column, _ row: Int) {
    if column.isNull(row) {
      self = .null
      return
    }
    switch column.type {
    case .int64: self = .int(column.words[row])
    case .double: self = .double(Double(bitPattern: UInt64(bitPattern: column.words[row])))
    case .bool: self = .bool(column.words[row] == 1)
    case .timestamp: self = .time(column.words[row])
    case .string: self = .text(column.text(row))
    }
  }

  /// The same value; a NaN is the same as another, and zeros of different sign are not.
  func isSame(as other: OracleValue) -> Bool {
    if case .double(let one) = self, case .double(let two) = other {
      return one.bitPattern == two.bitPattern || one.isNaN && two.isNaN
    }
    return self == other
  }
}

/// Evaluates an expression for one row by walking it, written from the meaning of SQL and not from the kernels.
struct ExpressionOracle {
  enum Failure: Error {
    case overflow
    case divisionByZero
  }

  /// The row's values by column name.
  var row: [String: OracleValue]
  /// Negative control: a wrong oracle that takes null for false in `and`, `or` and `not`.
  var takesNullForFalse = false

  func value(_ expression: Expression) throws(Failure) -> OracleValue {
    switch expression {
    case .column(let name):
      return row[name] ?? .null
    case .literal(.null): return .null
    case .literal(.int64(let value)): return .int(value)
    case .literal(.double(let value)): return .double(value)
    case .literal(.bool(let value)): return .bool(value)
    case .literal(.timestamp(let value)): return .time(value)
    case .literal(.string(let value)): return .text(value)
    case .compare(let comparison, let left, let right):
      return try compare(comparison, value(left), value(right))
    case .and(let left, let right):
      let one = try truth(left)
      if one == false { return .bool(false) }
      let two = try truth(right)
      if two == false { return .bool(false) }
      return one == nil || two == nil ? .null : .bool(true)
    case .or(let left, let right):
      let one = try truth(left)
      if one == true { return .bool(true) }
      let two = try truth(right)
      if two == true { return .bool(true) }
      return one == nil || two == nil ? .null : .bool(false)
    case .not(let operand):
      return try truth(operand).map { .bool(!$0) } ?? .null
    case .isNull(let operand):
      return .bool(try value(operand) == .null)
    case .arithmetic(let operation, let left, let right):
      return try compute(operation, value(left), value(right))
    case .negate(let operand):
      switch try value(operand) {
      case .int(let number): return try integer(-Int128(number))
      case .double(let number): return .double(-number)
      default: return .null
      }
    }
  }

  private func truth(_ expression: Expression) throws(Failure) -> Bool? {
    switch try value(expression) {
    case .bool(let value): value
    default: takesNullForFalse ? false : nil
    }
  }

  private func compare(_ comparison: Comparison, _ left: OracleValue, _ right: OracleValue) -> OracleValue {
    switch (left, right) {
    case (.null, _), (_, .null): .null
    case (.int(let one), .int(let two)), (.time(let one), .time(let two)): .bool(test(comparison, one, two))
    case (.int(let one), .double(let two)): .bool(test(comparison, Double(one), two))
    case (.double(let one), .int(let two)): .bool(test(comparison, one, Double(two)))
    case (.double(let one), .double(let two)): .bool(test(comparison, one, two))
    case (.bool(let one), .bool(let two)): .bool(test(comparison, one ? 1 : 0, two ? 1 : 0))
    case (.text(let one), .text(let two)):
      if Array(one.utf8) == Array(two.utf8) {
        .bool(test(comparison, 0, 0))
      } else {
        .bool(test(comparison, one.utf8.lexicographicallyPrecedes(two.utf8) ? 0 : 1, 0.5))
      }
    default: .null
    }
  }

  private func test<Value: Comparable>(_ comparison: Comparison, _ left: Value, _ right: Value) -> Bool {
    switch comparison {
    case .equal: left == right
    case .notEqual: left != right
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    case .greaterOrEqual: left >= right
    }
  }

  private func compute(
    _ operation: Arithmetic, _ left: OracleValue, _ right: OracleValue
  ) throws(Failure) -> OracleValue {
    switch (left, right) {
    case (.int(let one), .int(let two)):
      if two == 0, operation == .divide || operation == .remainder { throw .divisionByZero }
      switch operation {
      case .add: return try integer(Int128(one) + Int128(two))
      case .subtract: return try integer(Int128(one) - Int128(two))
      case .multiply: return try integer(Int128(one) * Int128(two))
      case .divide: return try integer(Int128(one) / Int128(two))
      case .remainder: return try integer(Int128(one) % Int128(two))
      }
    case (.int(let one), .double(let two)): return .double(compute(operation, Double(one), two))
    case (.double(let one), .int(let two)): return .double(compute(operation, one, Double(two)))
    case (.double(let one), .double(let two)): return .double(compute(operation, one, two))
    default: return .null
    }
  }

  private func compute(_ operation: Arithmetic, _ left: Double, _ right: Double) -> Double {
    switch operation {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .remainder: left.truncatingRemainder(dividingBy: right)
    }
  }

  private func integer(_ value: Int128) throws(Failure) -> OracleValue {
    guard let value = Int64(exactly: value) else { throw .overflow }
    return .int(value)
  }
}
