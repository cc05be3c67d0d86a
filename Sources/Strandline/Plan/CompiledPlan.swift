import StrandlineColumns
import StrandlineState

/// A plan bound to its source's columns: what the engine runs.
struct CompiledPlan: Sendable {
  /// The columns that are decoded.
  let schema: Schema
  let eventTime: EventTimePlan
  let timeColumn: Int
  let limits: EventTimeLimits
  let window: Window
  let filters: [BoundExpression]
  let keys: [BoundExpression]
  /// The columns that the accumulators read.
  let inputs: [AggregateInput]
  let state: KeyedStatePlan
  let outputs: [CompiledOutput]
  let outputSchema: Schema
  let outputFilters: [BoundExpression]
  let emission: Emission
  let description: String

  /// A column of the result.
  struct CompiledOutput: Sendable {
    enum Value: Sendable {
      case key(Int)
      case windowStart
      case windowEnd
      case aggregate(AggregateResult)
    }
    let field: Field
    let value: Value
  }

  /// What an accumulator reads: a value per row, null where the aggregate's filter isn't true.
  struct AggregateInput: Sendable {
    let argument: BoundExpression?
    let filter: BoundExpression?

    var isNullable: Bool { filter != nil || argument?.isNullable ?? false }
  }

  /// Checks a plan and binds it.
  ///
  /// - Throws: `StreamError` `.plan` that says what is missing or doesn't fit.
  init(_ plan: StreamPlan) throws(StreamError) {
    guard let eventTime = plan.eventTime else {
      throw StreamError(.plan, "the stream has no event time: call eventTime(_:delay:) before grouped(by:in:)")
    }
    guard let window = plan.window, !plan.outputs.isEmpty else {
      throw StreamError(
        .plan, "the stream has no aggregation: call grouped(by:in:) and aggregate(_:_:) before write(to:)")
    }
    try Self.check(eventTime)
    let resolvedWindow = try Self.checked(window)
    schema = plan.usedColumns
    do throws(ColumnsError) {
      guard let timeColumn = schema.index(of: eventTime.column) else {
        throw ColumnsError(.unknownColumn, "the event time column '\(eventTime.column)' is not in the rows")
      }
      guard schema.fields[timeColumn].type == .timestamp else {
        throw ColumnsError(
          .typeMismatch, "the event time column '\(eventTime.column)' is not a timestamp", column: eventTime.column)
      }
      self.timeColumn = timeColumn
      var filters: [BoundExpression] = []
      for filter in plan.filters {
        let bound = try BoundExpression(filter, schema: schema)
        try bound.requireCondition()
        filters.append(bound)
      }
      self.filters = filters
      var keys: [BoundExpression] = []
      for key in plan.keys { keys.append(try BoundExpression(key, schema: schema)) }
      self.keys = keys
      var builder = AccumulatorBuilder(schema: schema)
      var outputs: [CompiledOutput] = []
      for output in plan.outputs { try Self.append(output, keys, &builder, to: &outputs) }
      self.outputs = outputs
      inputs = builder.inputs
      state = KeyedStatePlan(
        id: 0, keys: KeyLayout(keys.map(\.type)), values: AccumulatorLayout(builder.accumulators),
        window: resolvedWindow)
      outputSchema = Schema(outputs.map(\.field))
      guard Set(outputSchema.fields.map(\.name)).count == outputs.count else {
        throw ColumnsError(.typeMismatch, "two output columns have one name: \(outputSchema)")
      }
      var outputFilters: [BoundExpression] = []
      for filter in plan.outputFilters {
        let bound = try BoundExpression(filter, schema: outputSchema)
        try bound.requireCondition()
        outputFilters.append(bound)
      }
      self.outputFilters = outputFilters
    } catch {
      throw StreamError(error)
    }
    self.eventTime = eventTime
    self.limits = EventTimeLimits(delay: eventTime.delay, maximumJump: eventTime.maximumJump)
    self.window = resolvedWindow
    self.emission = plan.emission
    self.description = plan.description
  }

  private static func check(_ eventTime: EventTimePlan) throws(StreamError) {
    guard eventTime.delay >= 0, eventTime.delay <= Window.maximumLength else {
      throw StreamError(.plan, "the delay of \(eventTime.delay) us is negative or longer than 2^60 us")
    }
    guard eventTime.maximumJump > 0 else {
      throw StreamError(.plan, "the largest jump must be longer than nothing")
    }
  }

  /// The window with the rules of its time zone.
  private static func checked(_ window: Window) throws(StreamError) -> Window {
    do {
      try window.check()
    } catch {
      throw StreamError(.plan, error.message)
    }
    guard window.isOnePane, window != .global else {
      throw StreamError(.plan, "this version can't aggregate in windows of that kind: \(window.words)")
    }
    return try ZoneDatabase.system.resolved(window)
  }

  private static func append(
    _ output: OutputColumn, _ keys: [BoundExpression], _ builder: inout AccumulatorBuilder,
    to outputs: inout [CompiledOutput]
  ) throws(ColumnsError) {
    switch output.item {
    case .key(let position):
      guard keys.indices.contains(position) else {
        throw ColumnsError(.unknownColumn, "there is no key \(position + 1)")
      }
      let key = keys[position]
      outputs.append(
        CompiledOutput(field: Field(output.name, key.type, nullable: key.isNullable), value: .key(position)))
    case .windowStart:
      outputs.append(CompiledOutput(field: Field(output.name, .timestamp), value: .windowStart))
    case .windowEnd:
      outputs.append(CompiledOutput(field: Field(output.name, .timestamp), value: .windowEnd))
    case .window:
      outputs.append(CompiledOutput(field: Field("\(output.name)_start", .timestamp), value: .windowStart))
      outputs.append(CompiledOutput(field: Field("\(output.name)_end", .timestamp), value: .windowEnd))
    case .aggregate(let call):
      let (type, isNullable) = try call.result(in: builder.schema)
      outputs.append(
        CompiledOutput(
          field: Field(output.name, type, nullable: isNullable), value: .aggregate(try builder.add(call))))
    }
  }
}

/// Finds the accumulators that aggregates need, each once.
struct AccumulatorBuilder {
  let schema: Schema
  private(set) var inputs: [CompiledPlan.AggregateInput] = []
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
    inputs.append(CompiledPlan.AggregateInput(argument: argument, filter: filter))
    return inputs.count - 1
  }
}
