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
    case cast
    /// The oracle doesn't know what is asked; no such expression is made.
    case unknown
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
    case .isTruth(let wanted, let operand):
      return .bool(try value(operand) == .bool(wanted))
    case .distinct(let left, let right):
      let (one, other) = (try value(left), try value(right))
      if one == .null || other == .null { return .bool(one != other) }
      return .bool(compare(.equal, one, other) == .bool(false))
    case .between, .isIn:
      return try value(spelledOut(expression))
    case .choice(let branches, let otherwise):
      for branch in branches where try holds(branch.condition, true) { return try value(branch.value) }
      return try value(otherwise)
    case .like(let text, let pattern, let escape):
      guard case .text(let text) = try value(text) else { return .null }
      return .bool(Self.isLike(Array(text.unicodeScalars)[...], Array(pattern.unicodeScalars)[...], escape))
    case .call(.coalesce, let arguments):
      for argument in arguments {
        let value = try value(argument)
        if value != .null { return value }
      }
      return .null
    case .call(let function, let arguments):
      var values: [OracleValue] = []
      for argument in arguments { values.append(try value(argument)) }
      return try call(function, values)
    case .cast(let operand, let type, let isTry):
      let value = try value(operand)
      guard value != .null else { return .null }
      if let result = Self.cast(value, type) { return result }
      if isTry { return .null }
      throw .cast
    }
  }

  /// Whether a condition is the wanted one of true and false, where a filter or a `case` asks: what can't change the answer is
  /// not evaluated.
  func holds(_ condition: Expression, _ wanted: Bool) throws(Failure) -> Bool {
    switch condition {
    case .not(let operand): return try holds(operand, !wanted)
    case .and(let left, let right) where wanted, .or(let left, let right) where !wanted:
      guard try holds(left, wanted) else { return false }
      return try holds(right, wanted)
    case .and(let left, let right), .or(let left, let right):
      if try holds(left, wanted) { return true }
      return try holds(right, wanted)
    case .isTruth(let truth, let operand): return try holds(operand, truth) == wanted
    case .between, .isIn: return try holds(spelledOut(condition), wanted)
    default: return try value(condition) == .bool(wanted)
    }
  }

  /// `between` and `in` as comparisons.
  private func spelledOut(_ expression: Expression) -> Expression {
    switch expression {
    case .between(let value, let low, let high):
      return .and(.compare(.greaterOrEqual, value, low), .compare(.lessOrEqual, value, high))
    case .isIn(let value, let others):
      let tests = others.map { Expression.compare(.equal, value, $0) }
      return tests.dropFirst().reduce(tests[0]) { .or($0, $1) }
    default:
      return expression
    }
  }

  private func truth(_ expression: Expression) throws(Failure) -> Bool? {
    switch try value(expression) {
    case .bool(let value): value
    default: takesNullForFalse ? false : nil
    }
  }

  func compare(_ comparison: Comparison, _ left: OracleValue, _ right: OracleValue) -> OracleValue {
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
    case (.time(let one), .int(let two)), (.int(let one), .time(let two)):
      let sum = operation == .add ? Int128(one) + Int128(two) : Int128(one) - Int128(two)
      guard let time = Int64(exactly: sum) else { throw .overflow }
      return .time(time)
    case (.time(let one), .time(let two)): return try integer(Int128(one) - Int128(two))
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

  func integer(_ value: Int128) throws(Failure) -> OracleValue {
    guard let value = Int64(exactly: value) else { throw .overflow }
    return .int(value)
  }
}
