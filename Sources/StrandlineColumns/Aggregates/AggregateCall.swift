/// An aggregate over the rows of a group, not yet checked against a schema.
///
/// Nulls take no part. Of no values at all counts are 0 and everything else is null.
public struct AggregateCall: Sendable, Hashable {
  /// What is computed.
  public var function: AggregateFunction
  /// The value per row; nil, for `count` alone, counts rows.
  public var argument: Expression?
  /// What stands behind the argument: the value that `min_by` looks at, a limit, a share (`AggregateParameters`).
  public var others: [Expression]
  /// Whether equal values count once; for `count` alone.
  public var isDistinct: Bool
  /// The condition that a row fulfils to take part; nil lets all of them.
  public var filter: Expression?

  /// A call of that function.
  public init(
    _ function: AggregateFunction, _ argument: Expression? = nil, _ others: Expression..., distinct: Bool = false,
    filter: Expression? = nil
  ) {
    self.function = function
    self.argument = argument
    self.others = others
    self.isDistinct = distinct
    self.filter = filter
  }

  /// The columns that it reads.
  public var columns: Set<String> {
    others.reduce((argument?.columns ?? []).union(filter?.columns ?? [])) { $0.union($1.columns) }
  }

  /// The type of the result over rows of that schema, and whether it can be null.
  ///
  /// - Throws: `ColumnsError` when a column is unknown, what stands in parentheses doesn't fit the function, or the filter is no
  ///   condition.
  public func result(in schema: Schema) throws(ColumnsError) -> (type: ColumnType, isNullable: Bool) {
    if let filter { try BoundExpression(filter, schema: schema).requireCondition() }
    let parameters = try AggregateParameters(self)
    guard let argument else { return (.int64, false) }
    let bound = try BoundExpression(argument, schema: schema)
    var isNullable = bound.isNullable || filter != nil
    if let by = parameters.by, try BoundExpression(by, schema: schema).isNullable { isNullable = true }
    switch function {
    case .count, .approximateCount:
      return (.int64, false)
    case .sum:
      return (try number(bound), isNullable)
    case .average, .populationVariance, .populationDeviation, .approximateQuantile:
      _ = try number(bound)
      return (.double, isNullable)
    case .sampleVariance, .sampleDeviation:
      // There is none of a single value.
      _ = try number(bound)
      return (.double, true)
    case .min, .max, .first, .last, .minBy, .maxBy:
      return (bound.type, isNullable)
    case .topK, .bottomK, .topKBy, .bottomKBy, .collect:
      return (.string, isNullable)
    }
  }

  private func number(_ argument: BoundExpression) throws(ColumnsError) -> ColumnType {
    guard argument.type == .int64 || argument.type == .double else {
      throw ColumnsError(.typeMismatch, "\(self): \(argument.expression) is a \(argument.type.name), not a number")
    }
    return argument.type
  }
}

extension AggregateCall: CustomStringConvertible {
  /// The call as SQL: `count(*)`, `sum(bytes) filter (where status >= 500)`, `top_k(price, 10)`. Stable: it is part of a plan's
  /// fingerprint.
  public var description: String {
    let inside = ([argument].compactMap { $0 } + others).map { "\($0)" }.joined(separator: ", ")
    let call = "\(function.rawValue)(\(isDistinct ? "distinct " : "")\(inside.isEmpty ? "*" : inside))"
    return filter.map { "\(call) filter (where \($0))" } ?? call
  }
}
