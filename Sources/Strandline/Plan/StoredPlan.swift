public import StrandlineColumns
public import StrandlineState

/// A plan read back from its description, as a store's manifest holds it: enough to make its state and to show its rows.
public struct StoredPlan: Sendable {
  /// The plan.
  public let plan: StreamPlan
  /// What the description says of the sink; nil where it says nothing.
  public let sink: String?
  private let compiled: CompiledPlan

  /// Reads the description of a plan.
  ///
  /// - Throws: `StreamError` `.plan` with the line that can't be read.
  public init(parsing description: String) throws(StreamError) {
    (plan, sink) = try Self.plan(parsing: description)
    compiled = try CompiledPlan(Self.showingState(plan))
  }

  /// The plan and the sink's words in a description, not checked.
  static func plan(parsing description: String) throws(StreamError) -> (plan: StreamPlan, sink: String?) {
    var parser = StoredPlanParser()
    for line in description.split(separator: "\n") { try parser.read(line) }
    return (parser.plan, parser.sink)
  }

  /// An empty state of the plan.
  ///
  /// - Parameters:
  ///   - shardCount: the shards of the store.
  ///   - seed: the hash seed of the store.
  public func emptyState(shardCount: Int, seed: UInt64) -> StreamState {
    StreamState([compiled.state], shardCount: shardCount, seed: seed)
  }

  /// The columns of ``rows(of:)``: the keys, the window and the aggregates.
  public var stateSchema: Schema { compiled.outputSchema }

  /// All groups of a state as rows, ordered by (window end, start, key). Linear in the groups, and their sorting.
  ///
  /// - Throws: `StreamError` `.overflow` for a value beyond the range of its type.
  public func rows(of state: StreamState) throws(StreamError) -> ColumnBatch {
    try compiled.result(state.states[0].rows(of: state.states[0].openPanes))
  }

  /// Some groups of a state as rows, in their order.
  ///
  /// - Throws: `StreamError` `.overflow` for a value beyond the range of its type.
  public func rows(of groups: GroupRows) throws(StreamError) -> ColumnBatch {
    try compiled.result(groups)
  }

  /// The plan with all of the state in its result: every key, the window, and the aggregates in their order, on which the
  /// accumulators depend.
  private static func showingState(_ plan: StreamPlan) -> StreamPlan {
    var shown = plan
    shown.outputFilters = []
    var outputs: [OutputColumn] = []
    func append(_ name: String, _ item: OutputItem) {
      var unique = name
      while outputs.contains(where: { $0.name == unique }) { unique += "_" }
      outputs.append(OutputColumn(unique, item))
    }
    for (position, key) in plan.keys.enumerated() {
      let projected = plan.outputs.first { $0.item == .key(position) }
      append(projected?.name ?? "\(key)", .key(position))
    }
    append("window_start", .windowStart)
    append("window_end", .windowEnd)
    for output in plan.outputs {
      if case .aggregate = output.item { append(output.name, output.item) }
    }
    shown.outputs = outputs
    return shown
  }
}

/// Reads the lines of a plan's description.
private struct StoredPlanParser {
  var plan = StreamPlan(rows: Schema([]))
  var sink: String?

  mutating func read(_ text: Substring) throws(StreamError) {
    var line = PlanLine(text)
    if line.skip("column ") {
      plan.rows.fields.append(try field(&line))
    } else if line.skip("event time: ") {
      plan.eventTime = try eventTime(&line)
    } else if line.skip("where: ") {
      plan.filters.append(try expression(line.remainder(), line))
    } else if line.skip("key ") {
      _ = try line.number()
      try line.expect(": ")
      plan.keys.append(try expression(line.remainder(), line))
    } else if line.skip("window: ") {
      plan.window = try line.window()
    } else if line.skip("output ") {
      let name = try line.name()
      try line.expect(": ")
      plan.outputs.append(OutputColumn(name, try item(&line)))
    } else if line.skip("having: ") {
      plan.outputFilters.append(try expression(line.remainder(), line))
    } else if line.skip("emission: ") {
      guard let emission = Emission(rawValue: line.remainder()) else { throw line.unreadable("an unknown emission") }
      plan.emission = emission
    } else if line.skip("sink: ") {
      sink = line.remainder()
    } else {
      throw line.unreadable("this version doesn't know what it says")
    }
    guard line.isAtEnd else { throw line.unreadable("there is more than expected") }
  }

  private func field(_ line: inout PlanLine) throws(StreamError) -> Field {
    let name = try line.name()
    try line.expect(" ")
    guard let type = ColumnType(name: try line.name()) else { throw line.unreadable("an unknown type") }
    return Field(name, type, nullable: line.skip("?"))
  }

  private func eventTime(_ line: inout PlanLine) throws(StreamError) -> EventTimePlan {
    let column = try line.name()
    try line.expect(", delay ")
    var eventTime = EventTimePlan(column: column, delay: try line.number())
    try line.expect(" us")
    if line.skip(", at most ") {
      eventTime.maximumJump = try line.number()
      try line.expect(" us ahead")
    }
    return eventTime
  }

  private func item(_ line: inout PlanLine) throws(StreamError) -> OutputItem {
    if line.skip("key ") {
      let position = try line.number()
      guard position > 0, position <= 1 << 16 else { throw line.unreadable("there is no key \(position)") }
      return .key(Int(position) - 1)
    }
    if line.skip("window start") { return .windowStart }
    if line.skip("window end") { return .windowEnd }
    if line.skip("window") { return .window }
    guard let function = AggregateFunction(rawValue: try line.name()) else {
      throw line.unreadable("an unknown aggregate")
    }
    try line.expect("(")
    let argument = try line.parenthesized()
    var call = AggregateCall(function, argument == "*" ? nil : try expression(argument, line))
    if line.skip(" filter (where ") { call.filter = try expression(try line.parenthesized(), line) }
    return .aggregate(call)
  }

  private func expression(_ text: String, _ line: PlanLine) throws(StreamError) -> Expression {
    do {
      return try Expression(parsing: text)
    } catch {
      throw line.unreadable(error.message)
    }
  }
}
