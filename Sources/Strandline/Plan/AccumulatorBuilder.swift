import StrandlineColumns
import StrandlineState

/// Finds the accumulators that aggregates need, each once.
struct AccumulatorBuilder {
  let schema: Schema
  private(set) var inputs: [AggregateInput] = []
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
    let input = input(argument, filter)
    switch call.function {
    case .count where !call.isDistinct, .sum, .average, .populationVariance, .sampleVariance, .populationDeviation,
      .sampleDeviation:
      return number(call.function, input)
    case .min where inputs[input].type != .string, .max where inputs[input].type != .string:
      let accumulator: Accumulator = call.function == .min ? .minimum(input: input) : .maximum(input: input)
      // The order in which accumulators are added is part of what a store holds: the count first.
      let count = valueCount(input)
      return .extreme(position(of: accumulator), type: inputs[input].type, count: count)
    default:
      return try blob(call, input)
    }
  }

  /// Adds an aggregate that is defined elsewhere, and says how its value is read.
  mutating func add(_ call: CustomAggregateCall) throws(ColumnsError) -> AggregateResult {
    let input = input(try bind(call.argument), try bind(call.filter))
    let accumulator = CustomAccumulator(
      name: "\(call.name) version \(call.version)", inputs: [input], definition: call.definition)
    return .custom(position(of: .custom(accumulator)), type: call.type)
  }

  private mutating func number(_ function: AggregateFunction, _ input: Int) -> AggregateResult {
    let isDouble = inputs[input].type == .double
    let count = valueCount(input)
    func sum() -> Accumulator { isDouble ? .sumDouble(input: input) : .sumInt64(input: input) }
    if function == .count { return .count(count ?? position(of: .countRows)) }
    if function == .sum {
      return isDouble
        ? .sumDouble(position(of: sum()), count: count) : .sumInt64(position(of: sum()), count: count)
    }
    let rows = count ?? position(of: .countRows)
    guard let spread = Spread(rawValue: function.rawValue) else {
      return isDouble
        ? .averageDouble(position(of: sum()), count: rows) : .averageInt64(position(of: sum()), count: rows)
    }
    return isDouble
      ? .spreadDouble(
        spread, sum: position(of: sum()), squares: position(of: .squaresDouble(input: input)), count: rows)
      : .spreadInt64(
        spread, sum: position(of: sum()), squares: position(of: .squaresInt64(input: input)), count: rows)
  }

  /// Adds an aggregate that keeps a blob.
  private mutating func blob(_ call: AggregateCall, _ input: Int) throws(ColumnsError) -> AggregateResult {
    let parameters = try AggregateParameters(call)
    let type = inputs[input].type
    let value = EntryPart(input: input, type: type)
    switch call.function {
    case .approximateCount:
      return .estimate(
        position(of: .estimate(HyperLogLog(input: input, type: type, precision: parameters.precision))))
    case .approximateQuantile:
      let sketch = QuantileSketch(input: input, type: type, accuracy: parameters.accuracy)
      return .quantile(position(of: .quantiles(sketch)), share: parameters.share)
    case .count:
      return .entryCount(position(of: .entries(EntryAccumulator([value], distinct: true))))
    case .min, .max, .topK, .bottomK:
      let isDescending = call.function == .max || call.function == .topK
      let part = EntryPart(input: input, type: type, descending: isDescending)
      let entries = position(of: .entries(EntryAccumulator([part], limit: parameters.limit)))
      return call.function == .min || call.function == .max
        ? .firstEntry(entries, part: 0, type: type) : .allEntries(entries, part: 0)
    case .minBy, .maxBy, .topKBy, .bottomKBy:
      let by = self.input(try bind(parameters.by), try bind(call.filter))
      let isDescending = call.function == .maxBy || call.function == .topKBy
      let key = EntryPart(input: by, type: inputs[by].type, descending: isDescending)
      let entries = position(of: .entries(EntryAccumulator([key, value], limit: parameters.limit)))
      return call.function == .minBy || call.function == .maxBy
        ? .firstEntry(entries, part: 1, type: type) : .allEntries(entries, part: 1)
    default:
      let parts = order(descending: call.function == .last) + [value]
      let entries = position(of: .entries(EntryAccumulator(parts, limit: parameters.limit)))
      return call.function == .collect
        ? .allEntries(entries, part: parts.count - 1) : .firstEntry(entries, part: parts.count - 1, type: type)
    }
  }

  /// The order of rows: by event time, then by partition and place there, which the ordinal says.
  private mutating func order(descending: Bool) -> [EntryPart] {
    [AggregateInput.Value.eventTime, .ordinal].map { value in
      let position = self.input(value, nil, name: "\(value)")
      return EntryPart(input: position, type: inputs[position].type, descending: descending)
    }
  }

  private func bind(_ expression: Expression?) throws(ColumnsError) -> BoundExpression? {
    guard let expression else { return nil }
    return try BoundExpression(expression, schema: schema)
  }

  /// The accumulator that counts the values of an input, where not every row has one.
  private mutating func valueCount(_ input: Int) -> Int? {
    inputs[input].isNullable ? position(of: .count(input: input)) : nil
  }

  private mutating func position(of accumulator: Accumulator) -> Int {
    if let position = accumulators.firstIndex(of: accumulator) { return position }
    accumulators.append(accumulator)
    return accumulators.count - 1
  }

  private mutating func input(_ argument: BoundExpression?, _ filter: BoundExpression?) -> Int {
    let name = "\(argument.map { "\($0.expression)" } ?? "*") \(filter.map { "\($0.expression)" } ?? "")"
    return input(argument.map { .expression($0) } ?? .none, filter, name: name)
  }

  private mutating func input(_ value: AggregateInput.Value, _ filter: BoundExpression?, name: String) -> Int {
    if let position = names.firstIndex(of: name) { return position }
    names.append(name)
    inputs.append(AggregateInput(value: value, filter: filter))
    return inputs.count - 1
  }
}
