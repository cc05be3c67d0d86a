import StrandlineColumns
import StrandlineState

/// Finds the accumulators that aggregates need, each once.
struct AccumulatorBuilder {
  let schema: Schema
  private(set) var inputs: [CompiledAggregation.AggregateInput] = []
  private(set) var accumulators: [Accumulator] = []
  private var names: [String] = []

  init(schema: Schema) {
    self.schema = schema
  }

  /// Adds an aggregate, and says how its value is read.
  mutating func add(_ call: AggregateCall) throws(ColumnsError) -> AggregateResult {
    let argument = try bind(call.argument)
    let filter = try bind(call.filter)
    if argument == nil && filter == nil { return .count(position(of: .countRows)) }
    let input = position(of: call, argument, filter)
    let isNullable = inputs[input].isNullable
    let isDouble = argument?.type == .double
    let count = isNullable ? position(of: .count(input: input)) : nil
    switch call.function {
    case .count:
      return .count(count ?? position(of: .countRows))
    case .sum:
      return isDouble
        ? .sumDouble(position(of: .sumDouble(input: input)), count: count)
        : .sumInt64(position(of: .sumInt64(input: input)), count: count)
    case .average:
      let rows = count ?? position(of: .countRows)
      return isDouble
        ? .averageDouble(position(of: .sumDouble(input: input)), count: rows)
        : .averageInt64(position(of: .sumInt64(input: input)), count: rows)
    case .min:
      return .extreme(position(of: .minimum(input: input)), type: argument?.type ?? .int64, count: count)
    case .max:
      return .extreme(position(of: .maximum(input: input)), type: argument?.type ?? .int64, count: count)
    }
  }

  private func bind(_ expression: Expression?) throws(ColumnsError) -> BoundExpression? {
    guard let expression else { return nil }
    return try BoundExpression(expression, schema: schema)
  }

  private mutating func position(of accumulator: Accumulator) -> Int {
    if let position = accumulators.firstIndex(of: accumulator) { return position }
    accumulators.append(accumulator)
    return accumulators.count - 1
  }

  private mutating func position(
    of call: AggregateCall, _ argument: BoundExpression?, _ filter: BoundExpression?
  ) -> Int {
    let name = "\(call.argument.map { "\($0)" } ?? "*") \(call.filter.map { "\($0)" } ?? "")"
    if let position = names.firstIndex(of: name) { return position }
    names.append(name)
    inputs.append(CompiledAggregation.AggregateInput(argument: argument, filter: filter))
    return inputs.count - 1
  }
}
