import StrandlineColumns
import StrandlineState

/// A plan as a graph of operators, bound to the columns of its sources: what the engine runs.
struct CompiledPlan: Sendable {
  /// The operators; each stands behind those whose rows it takes.
  private(set) var nodes: [Node] = []
  /// The sources, in the order of the plan.
  private(set) var sources: [CompiledSource] = []
  /// What the keyed states of the operators hold.
  var states: [KeyedStatePlan] = []
  /// The columns of the result.
  private(set) var outputSchema = Schema([])
  /// The columns of late rows that have an output of their own; nil where they haven't.
  private(set) var lateSchema: Schema?
  private(set) var description = ""

  /// An operator, and what it is connected with.
  struct Node: Sendable {
    var operation: any StreamOperator
    /// The numbers of the keyed states that it owns.
    var states: Range<Int>
    /// Where its rows come from, by the number of its inputs.
    var inputs: [Origin]
    /// What the watermark of several inputs is.
    var policy = WatermarkPolicy.minimum
    /// Where its rows go.
    var consumer: (node: Int, input: Int)?
    /// Whether its late rows have an output of their own.
    var writesLate = false
  }

  /// Where rows come from.
  enum Origin: Sendable {
    case source(Int)
    case node(Int)
  }

  /// A source as the plan uses it.
  struct CompiledSource: Sendable {
    /// The columns that are decoded.
    let schema: Schema
    /// The event time of its rows, in columns that its own may become; nil in a stream without.
    let eventTime: EventTimePlan?
    /// Where its rows go; nil for a plan without any operator.
    var consumer: (node: Int, input: Int)?

    var limits: EventTimeLimits? {
      eventTime.map { EventTimeLimits(delay: $0.delay, maximumJump: $0.maximumJump) }
    }
  }

  /// Rows while the plan is compiled: where they come from, and what they have.
  struct Edge {
    var origin: Origin
    var schema: Schema
    /// Whether rows have an event time.
    var isTimed: Bool
    /// Whether the rows have been with an operator that keeps rows or puts them in another order.
    var isDerived: Bool
  }

  /// Checks a plan and binds it.
  ///
  /// - Throws: `StreamError` `.plan` that says what is missing or doesn't fit.
  init(_ plan: StreamPlan) throws(StreamError) {
    let edge = try compile(plan, needed: nil, eventTime: nil)
    // Expressions have been found to be of a size that can be written and read.
    description = plan.description
    outputSchema = edge.schema
    guard Set(outputSchema.fields.map(\.name)).count == outputSchema.fields.count else {
      throw StreamError(.plan, "two output columns have one name: \(outputSchema)")
    }
  }

  /// Checks that late rows have somewhere to go, if the plan writes them.
  ///
  /// - Throws: `StreamError` `.plan`.
  func checkLateSink(_ sink: (any Sink)?) throws(StreamError) {
    guard lateSchema != nil, sink == nil else { return }
    throw StreamError(
      .plan, "late rows are to be written, and nothing says where: give lateRows(to:) an output, or the job a late sink"
    )
  }

  /// Whether commits must say more than the stream's watermark.
  var isExtended: Bool {
    states.count != 1 || sources.count != 1 || nodes.contains(where: \.operation.keepsProgress)
  }

  /// What the keyed states are of, by their number.
  var stateNames: [String] {
    states.indices.map { number in owner(of: number)?.operation.name ?? "" }
  }

  private func owner(of state: Int) -> Node? { nodes.first { $0.states.contains(state) } }

  /// Groups of a keyed state as rows that say everything of them.
  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch {
    guard let owner = owner(of: state) else { throw StreamError(.plan, "the plan has no keyed state \(state)") }
    return try owner.operation.rows(of: groups, state: state - owner.states.lowerBound)
  }

  /// How many of the first columns of those rows say which group it is.
  func identifyingColumns(state: Int) -> Int {
    owner(of: state)?.operation.identifyingColumns ?? states[state].keys.types.count + 2
  }

  /// Compiles a stage.
  ///
  /// - Parameters:
  ///   - needed: the columns of the result that are wanted; nil for all.
  ///   - eventTime: the event time that a later stage gives to the rows.
  mutating func compile(
    _ plan: StreamPlan, needed: Set<String>?, eventTime: EventTimePlan?
  ) throws(StreamError) -> Edge {
    let own = plan.eventTime ?? (plan.isStateless ? eventTime : nil)
    var edge = try input(of: plan, needed: plan.columnsRead(for: needed), eventTime: own)
    let join = plan.givesPairs ? edge : nil
    if let eventTime = plan.eventTime { edge = try stamp(edge, eventTime) }
    edge = try filter(edge, plan.filters)
    if plan.writesLate {
      guard !plan.isStateless || plan.givesPairs else {
        throw StreamError(.plan, "lateRows() follows an operator that finds rows late, and nothing before it does")
      }
      guard lateSchema == nil else { throw StreamError(.plan, "late rows of one operator can be written, not of two") }
      lateSchema = plan.isStateless ? join?.schema.optional : edge.schema
    }
    if let operation = plan.operation {
      edge = try operate(edge, operation, plan, needed: needed)
    } else if let window = plan.window {
      edge = try aggregate(edge, plan, window)
    } else if !plan.outputs.isEmpty || !plan.keys.isEmpty {
      throw StreamError(.plan, "the stream is grouped without a window: call grouped(by:in:)")
    }
    let finder = plan.isStateless ? join ?? edge : edge
    if plan.writesLate, case .node(let node) = finder.origin { nodes[node].writesLate = true }
    return try filter(edge, plan.outputFilters)
  }

  private mutating func input(
    of plan: StreamPlan, needed: Set<String>?, eventTime: EventTimePlan?
  ) throws(StreamError) -> Edge {
    switch plan.input {
    case .source:
      let schema = Schema(plan.rows.fields.filter { needed?.contains($0.name) ?? true })
      sources.append(CompiledSource(schema: schema, eventTime: eventTime))
      return Edge(origin: .source(sources.count - 1), schema: schema, isTimed: false, isDerived: false)
    case .stage(let stage):
      let edge = try compile(stage, needed: needed, eventTime: eventTime)
      try check(edge.schema, against: plan.rows, needed)
      return edge
    case .union(let stages, let policy):
      var edges: [Edge] = []
      for stage in stages {
        edges.append(try compile(stage, needed: needed, eventTime: eventTime))
        try check(edges[edges.count - 1].schema, against: plan.rows, needed)
      }
      let schema = Schema(plan.rows.fields.filter { needed?.contains($0.name) ?? true })
      guard let first = edges.first, edges.allSatisfy({ $0.isTimed == first.isTimed }) else {
        throw StreamError(.plan, "streams that are united must all have an event time, or none of them")
      }
      return append(
        UnionOperator(schema: schema), edges, schema: schema, isTimed: first.isTimed,
        isDerived: edges.contains(where: \.isDerived), policy: policy)
    case .join(let join):
      let edge = try self.join(join, needed: needed)
      try check(edge.schema, against: plan.rows, needed)
      return edge
    }
  }

  /// The rows that a stage gets must be those that it was written for.
  func check(_ found: Schema, against wanted: Schema, _ needed: Set<String>?) throws(StreamError) {
    for field in wanted.fields where needed?.contains(field.name) ?? true {
      guard let index = found.index(of: field.name), found.fields[index].type == field.type else {
        throw StreamError(
          .plan, "a stage wants the column '\(field.name)' of type \(field.type.name), and gets \(found)")
      }
    }
  }

  /// Adds an operator behind others.
  mutating func append(
    _ operation: any StreamOperator, _ inputs: [Edge], schema: Schema, isTimed: Bool, isDerived: Bool,
    states count: Int = 0, policy: WatermarkPolicy = .minimum
  ) -> Edge {
    let number = nodes.count
    for (input, edge) in inputs.enumerated() {
      switch edge.origin {
      case .source(let source): sources[source].consumer = (number, input)
      case .node(let node): nodes[node].consumer = (number, input)
      }
    }
    nodes.append(
      Node(
        operation: operation, states: states.count - count..<states.count, inputs: inputs.map(\.origin),
        policy: policy))
    return Edge(origin: .node(number), schema: schema, isTimed: isTimed, isDerived: isDerived)
  }

  private mutating func stamp(_ edge: Edge, _ eventTime: EventTimePlan) throws(StreamError) -> Edge {
    guard eventTime.delay >= 0, eventTime.delay <= Window.maximumLength else {
      throw StreamError(.plan, "the delay of \(eventTime.delay) us is negative or longer than 2^60 us")
    }
    guard eventTime.maximumJump > 0 else {
      throw StreamError(.plan, "the largest jump must be longer than nothing")
    }
    guard !edge.isTimed else {
      throw StreamError(
        .plan,
        "the event time is said twice: rows of a window have its last moment as their event time, and those of a source have one column"
      )
    }
    guard !edge.isDerived else {
      throw StreamError(
        .plan,
        "rows that an operator has kept or put in another order have lost their place in a partition, by which watermarks are told: call eventTime(_:delay:) before it"
      )
    }
    guard let column = edge.schema.index(of: eventTime.column) else {
      throw StreamError(.plan, "the event time column '\(eventTime.column)' is not in the rows")
    }
    guard edge.schema.fields[column].type == .timestamp else {
      throw StreamError(.plan, "the event time column '\(eventTime.column)' is not a timestamp")
    }
    let limits = EventTimeLimits(delay: eventTime.delay, maximumJump: eventTime.maximumJump)
    return append(
      EventTimeOperator(column: column, limits: limits, summary: eventTime.words), [edge], schema: edge.schema,
      isTimed: true, isDerived: false)
  }

  private mutating func filter(_ edge: Edge, _ filters: [Expression]) throws(StreamError) -> Edge {
    if filters.isEmpty { return edge }
    var conditions: [BoundExpression] = []
    for filter in filters {
      let bound = try bind(filter, edge.schema)
      do {
        try bound.requireCondition()
      } catch {
        throw StreamError(error)
      }
      conditions.append(bound)
    }
    return append(
      FilterOperator(conditions: conditions), [edge], schema: edge.schema, isTimed: edge.isTimed,
      isDerived: edge.isDerived)
  }

  private mutating func aggregate(_ edge: Edge, _ plan: StreamPlan, _ window: Window) throws(StreamError) -> Edge {
    guard edge.isTimed || window.isOfRows else {
      throw StreamError(.plan, "the stream has no event time: call eventTime(_:delay:) before grouped(by:in:)")
    }
    guard !plan.outputs.isEmpty else {
      throw StreamError(.plan, "the stream is grouped, and nothing is computed: call aggregate(_:_:)")
    }
    let aggregation = try CompiledAggregation(plan, window: window, schema: edge.schema)
    let shown = try CompiledAggregation(plan.showingState, window: window, schema: edge.schema)
    let first = states.count
    states.append(aggregation.state(id: first))
    if let own = aggregation.ownState(id: first + 1) { states.append(own) }
    return append(
      try operation(aggregation, shown: shown, state: first, edge.schema), [edge],
      schema: aggregation.outputSchema, isTimed: window.hasTimes, isDerived: true, states: states.count - first)
  }

  private func operation(
    _ aggregation: CompiledAggregation, shown: CompiledAggregation, state: Int, _ schema: Schema
  ) throws(StreamError) -> any StreamOperator {
    if case .rows(let size) = aggregation.window {
      return RowWindowOperator(aggregation: aggregation, shown: shown, size: size, state: state)
    }
    guard case .session(let gap) = aggregation.window else {
      return AggregateOperator(aggregation: aggregation, shown: shown, state: state)
    }
    switch gap {
    case .fixed(let length):
      return SessionOperator(aggregation: aggregation, shown: shown, gap: length, rowGap: nil, state: state)
    case .row(let expression):
      let bound = try bind(expression, schema)
      guard bound.type == .int64 else {
        throw StreamError(
          .plan, "the gap of a session is an int64 of microseconds, and \(expression) is a \(bound.type.name)")
      }
      return SessionOperator(aggregation: aggregation, shown: shown, gap: 0, rowGap: bound, state: state)
    }
  }

  private mutating func operate(
    _ edge: Edge, _ operation: Operation, _ plan: StreamPlan, needed: Set<String>?
  ) throws(StreamError) -> Edge {
    switch operation {
    case .process(let process): return try self.process(edge, plan, process)
    case .pattern(let pattern): return try self.pattern(edge, plan, pattern)
    case .top(let top): return try self.top(edge, plan, top)
    case .sort(let order, let limit): return try sort(edge, order, limit: limit)
    case .project(let columns):
      var expressions: [BoundExpression] = []
      for column in columns { expressions.append(try bind(column.expression, edge.schema)) }
      let schema = Schema(
        zip(columns, expressions).map { Field($0.name, $1.type, nullable: $1.isNullable) })
      return append(
        ProjectOperator(expressions: expressions, schema: schema), [edge], schema: schema, isTimed: edge.isTimed,
        isDerived: edge.isDerived)
    case .deduplicate(let deduplication):
      return try deduplicate(edge, deduplication, delay: plan.longestDelay)
    case .lookup(let lookup):
      return try look(edge, lookup, needed: plan.columnsWanted(for: needed))
    }
  }

  func bind(_ expression: Expression, _ schema: Schema) throws(StreamError) -> BoundExpression {
    do {
      return try BoundExpression(expression, schema: schema)
    } catch {
      throw StreamError(error)
    }
  }
}

extension Schema {
  /// The same columns, all of which may be null.
  fileprivate var optional: Schema { Schema(fields.map { Field($0.name, $0.type, nullable: true) }) }
}
