import StrandlineColumns
import StrandlineState

/// Operators over keys, and orders.
extension CompiledPlan {
  mutating func process(
    _ edge: Edge, _ plan: StreamPlan, _ process: ProcessPlan
  ) throws(StreamError) -> Edge {
    try process.check(isTimed: edge.isTimed)
    let keys = try bind(plan.keys, edge.schema)
    let operation = ProcessOperator(
      process, keys: keys, schema: edge.schema, isTimed: edge.isTimed, state: states.count)
    states += ProcessOperator.states(keys: keys.map(\.type), id: states.count)
    return append(
      operation, [edge], schema: process.output, isTimed: edge.isTimed, isDerived: true, states: 2)
  }

  mutating func pattern(
    _ edge: Edge, _ plan: StreamPlan, _ pattern: PatternPlan
  ) throws(StreamError) -> Edge {
    try pattern.check()
    guard edge.isTimed else {
      throw StreamError(.plan, "the stream has no event time: call eventTime(_:delay:) before keyed(by:)")
    }
    let keys = try bind(plan.keys, edge.schema)
    let conditions = try bind(pattern.elements.map(\.condition), edge.schema)
    do {
      for condition in conditions { try condition.requireCondition() }
    } catch {
      throw StreamError(error)
    }
    let operation = PatternOperator(
      pattern, keys: keys, conditions: conditions, schema: edge.schema, state: states.count)
    states.append(PatternOperator.state(keys: keys.map(\.type), id: states.count))
    return append(operation, [edge], schema: pattern.output, isTimed: true, isDerived: true, states: 1)
  }

  mutating func top(_ edge: Edge, _ plan: StreamPlan, _ top: TopPlan) throws(StreamError) -> Edge {
    try top.check(plan.window, isTimed: edge.isTimed)
    var window = plan.window
    if let asked = window { window = try CompiledAggregation.checked(asked) }
    let keys = try bind(plan.keys, edge.schema)
    let operation = TopOperator(
      top, window: window, keys: keys, order: try bind(top.order, edge.schema), schema: edge.schema,
      isTimed: edge.isTimed, state: states.count)
    states.append(TopOperator.state(keys: keys.map(\.type), window: window, id: states.count))
    return append(
      operation, [edge], schema: top.output(edge.schema, isWindowed: window != nil), isTimed: edge.isTimed,
      isDerived: true, states: 1)
  }

  mutating func sort(_ edge: Edge, _ order: [Ordering], limit: Int?) throws(StreamError) -> Edge {
    guard !order.isEmpty else { throw StreamError(.plan, "rows are to be ordered, and nothing says by what") }
    if let limit, limit < 1 { throw StreamError(.plan, "the first \(limit) rows of a batch: that must be 1 or more") }
    return append(
      SortOperator(order: try bind(order, edge.schema), limit: limit, schema: edge.schema), [edge],
      schema: edge.schema, isTimed: edge.isTimed, isDerived: true)
  }

  private func bind(_ order: [Ordering], _ schema: Schema) throws(StreamError) -> BoundOrdering {
    BoundOrdering(
      expressions: try bind(order.map(\.expression), schema), descending: order.map(\.isDescending))
  }

  func bind(_ expressions: [Expression], _ schema: Schema) throws(StreamError) -> [BoundExpression] {
    var bound: [BoundExpression] = []
    for expression in expressions { bound.append(try bind(expression, schema)) }
    return bound
  }
}
