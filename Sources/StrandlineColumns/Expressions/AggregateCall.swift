/// What is computed from the rows of a group.
public enum AggregateFunction: String, Sendable, Hashable, CaseIterable {
  /// The number of rows, or of values that are not null.
  case count
  /// The sum of the values.
  case sum
  /// The smallest value.
  case min
  /// The largest value.
  case max
  /// The mean of the values.
  case average = "avg"
}

/// An aggregate over the rows of a group, not yet checked against a schema.
///
/// Nulls take no part. Of no values at all the count is 0 and everything else null.
public struct AggregateCall: Sendable, Hashable {
  /// What is computed.
  public var function: AggregateFunction
  /// The value per row; nil, for `count` alone, counts rows.
  public var argument: Expression?
  /// The condition that a row fulfils to take part; nil lets all of them.
  public var filter: Expression?

  /// A call of that function.
  public init(_ function: AggregateFunction, _ argument: Expression? = nil, filter: Expression? = nil) {
    self.function = function
    self.argument = argument
    self.filter = filter
  }

  /// The columns that it reads.
  public var columns: Set<String> {
    (argument?.columns ?? []).union(filter?.columns ?? [])
  }

  /// The type of the result over rows of that schema, and whether it can be null.
  ///
  /// A count is an int64, a sum has the type of its argument, an average is a double, and an extreme has the type of its
  /// argument.
  ///
  /// - Throws: `ColumnsError` when a column is unknown, the argument is missing or doesn't fit the function, or the filter
  ///   is no condition.
  public func result(in schema: Schema) throws(ColumnsError) -> (type: ColumnType, isNullable: Bool) {
    if let filter { try BoundExpression(filter, schema: schema).requireCondition() }
    guard let argument else {
      guard function == .count else {
        throw ColumnsError(.typeMismatch, "\(self): only count does without an argument")
      }
      return (.int64, false)
    }
    let bound = try BoundExpression(argument, schema: schema)
    if function == .count { return (.int64, false) }
    let isNullable = bound.isNullable || filter != nil
    switch (function, bound.type) {
    case (.sum, .int64), (.sum, .double):
      return (bound.type, isNullable)
    case (.average, .int64), (.average, .double):
      return (.double, isNullable)
    case (.min, .string), (.max, .string):
      throw ColumnsError(.unsupported, "\(self): the extremes of text are not supported")
    case (.min, _), (.max, _):
      return (bound.type, isNullable)
    default:
      throw ColumnsError(.typeMismatch, "\(self): \(argument) is a \(bound.type.name), not a number")
    }
  }
}

extension AggregateCall: CustomStringConvertible {
  /// The call as SQL: `count(*)`, `sum(bytes) filter (where status >= 500)`. Stable: it is part of a plan's fingerprint.
  public var description: String {
    let call = "\(function.rawValue)(\(argument.map { "\($0)" } ?? "*"))"
    return filter.map { "\(call) filter (where \($0))" } ?? call
  }
}
