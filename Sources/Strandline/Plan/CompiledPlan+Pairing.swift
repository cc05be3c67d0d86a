import StrandlineColumns
import StrandlineState

extension CompiledPlan {
  /// Adds a deduplication.
  ///
  /// - Parameter delay: how far rows may be behind.
  mutating func deduplicate(
    _ edge: Edge, _ plan: DeduplicationPlan, delay: Int64?
  ) throws(StreamError) -> Edge {
    guard edge.isTimed, let within = plan.within ?? delay else {
      throw StreamError(.plan, "the stream has no event time: call eventTime(_:delay:) before deduplicated(by:within:)")
    }
    guard within >= 0, within <= Window.maximumLength else {
      throw StreamError(.plan, "rows are the same within \(within) us: it is negative, or longer than 2^60 us")
    }
    var keys: [BoundExpression] = []
    for key in plan.keys { keys.append(try bind(key, edge.schema)) }
    states.append(DeduplicateOperator.state(id: states.count, keys: keys.map(\.type), within: within))
    return append(
      DeduplicateOperator(keys: keys, within: within, state: states.count - 1), [edge], schema: edge.schema,
      isTimed: true, isDerived: true, states: 1)
  }

  /// Adds a join and its sides.
  ///
  /// - Parameter needed: the columns of the result that are wanted; nil for all.
  mutating func join(_ plan: JoinPlan, needed: Set<String>?) throws(StreamError) -> Edge {
    let conditional = plan.condition?.columns ?? []
    let wanted = [JoinPlan.leftPrefix, JoinPlan.rightPrefix].map { prefix in
      needed.map { needed in
        let own =
          plan.kind.isOneSided
          ? (prefix == JoinPlan.leftPrefix ? needed : []) : JoinPlan.names(needed, of: prefix)
        return own.union(JoinPlan.names(conditional, of: prefix))
      }
    }
    // Of the right side, a one-sided join needs no more than what decides.
    let kept = [
      wanted[0], plan.kind.isOneSided ? JoinPlan.names(conditional, of: JoinPlan.rightPrefix) : wanted[1],
    ]
    var edges: [Edge] = []
    for (side, stage) in [plan.left, plan.right].enumerated() {
      let keys = plan.keys.flatMap { side == 0 ? $0.left.columns : $0.right.columns }
      edges.append(try compile(stage, needed: kept[side].map { $0.union(keys) }, eventTime: nil))
    }
    try check(plan, edges)
    let length = paneLength(plan.within)
    var sides: [JoinSide] = []
    for side in 0...1 {
      let schema = edges[side].schema
      var keys: [BoundExpression] = []
      for key in plan.keys { keys.append(try bind(side == 0 ? key.left : key.right, schema)) }
      var columns = schema.fields.indices.filter { kept[side]?.contains(schema.fields[$0].name) ?? true }
      // Rows without any column can't be counted.
      let isOnlySide = plan.kind.isOneSided || kept[1]?.isEmpty ?? false
      if side == 0 && columns.isEmpty && isOnlySide { columns = [0] }
      let retention = plan.within.map { side == 0 ? max($0.upperBound, 0) : max(-$0.lowerBound, 0) } ?? 0
      let window = length.map { Window.tumbling(size: $0, offset: 0) }
      let isTracked = side == 0 ? plan.kind.keepsLeft || plan.kind == .semi : plan.kind.keepsRight
      states.append(
        JoinSide.state(
          id: states.count, keys: keys.map(\.type),
          panes: window.map { .window($0, retention: retention) } ?? .single))
      sides.append(
        JoinSide(
          keys: keys, kept: columns, schema: Schema(columns.map { schema.fields[$0] }), state: states.count - 1,
          window: window, isTracked: isTracked))
    }
    try checkKeys(zip(sides[0].keys, sides[1].keys).map { ($0, $1) })
    let condition = try plan.condition.map { condition throws(StreamError) in
      try self.condition(condition, JoinPlan.pairs(sides[0].schema, sides[1].schema))
    }
    let operation = JoinOperator(
      kind: plan.kind, within: plan.within, condition: condition, sides: sides, isTimed: edges[0].isTimed,
      outputDelay: outputDelay(plan, paneLength: length))
    return append(
      operation, edges, schema: operation.outputSchema, isTimed: edges[0].isTimed, isDerived: true, states: 2)
  }

  private func check(_ plan: JoinPlan, _ edges: [Edge]) throws(StreamError) {
    guard !plan.keys.isEmpty else {
      throw StreamError(.plan, "a join needs a key: rows of both sides that are equal in it")
    }
    guard edges[0].isTimed == edges[1].isTimed else {
      throw StreamError(.plan, "both sides of a join must have an event time, or none of them")
    }
    guard let within = plan.within else { return }
    guard edges[0].isTimed else {
      throw StreamError(
        .plan, "a join within bounds of time needs an event time: call eventTime(_:delay:) on both sides")
    }
    let limit = Window.maximumLength
    guard within.lowerBound >= -limit, within.upperBound <= limit else {
      throw StreamError(.plan, "the bounds of a join are more than 2^60 us away")
    }
  }

  private func checkKeys(_ keys: [(BoundExpression, BoundExpression)]) throws(StreamError) {
    for (left, right) in keys where left.type != right.type {
      throw StreamError(
        .plan,
        "the key \(left.expression) is a \(left.type.name), and \(right.expression) is a \(right.type.name): they must be of one type"
      )
    }
  }

  private func condition(_ expression: Expression, _ schema: Schema) throws(StreamError) -> BoundExpression {
    let bound = try bind(expression, schema)
    do {
      try bound.requireCondition()
    } catch {
      throw StreamError(error)
    }
    return bound
  }

  /// A quarter of the time in which rows match, so that rows are dropped soon, and few panes are looked at for each.
  private func paneLength(_ within: ClosedRange<Int64>?) -> Int64? {
    within.map { min(max(($0.upperBound - $0.lowerBound) / 4, 1_000_000), Window.maximumLength) }
  }

  /// How far behind the watermark rows of the result may be: those without a pair wait until nothing can match them.
  private func outputDelay(_ plan: JoinPlan, paneLength: Int64?) -> Int64 {
    if plan.kind == .inner { return 0 }
    // Longer than all of event time, and short enough to be subtracted.
    guard let within = plan.within, let paneLength else { return 1 << 62 }
    let (left, right) = (max(within.upperBound, 0), max(-within.lowerBound, 0))
    return switch plan.kind {
    case .inner: 0
    case .semi: left
    case .left, .anti: left + paneLength
    case .right: right + paneLength
    case .full: max(left, right) + paneLength
    }
  }

  /// Adds a join with a table.
  ///
  /// - Parameter needed: the columns of the result that are wanted; nil for all.
  mutating func look(_ edge: Edge, _ plan: LookupPlan, needed: Set<String>?) throws(StreamError) -> Edge {
    guard plan.kind == .inner || plan.kind == .left else {
      throw StreamError(.plan, "a lookup is inner or left, not \(plan.kind.rawValue)")
    }
    guard !plan.keys.isEmpty, plan.keys.count == plan.tableKeys.count else {
      throw StreamError(.plan, "a lookup needs a key, of the rows and of the table")
    }
    var (keys, tableKeys): ([BoundExpression], [BoundExpression]) = ([], [])
    for key in plan.keys { keys.append(try bind(key, edge.schema)) }
    for key in plan.tableKeys { tableKeys.append(try bind(key, plan.table.schema)) }
    try checkKeys(zip(keys, tableKeys).map { ($0, $1) })
    let all = LookupPlan.schema(edge.schema, plan.table.schema, kind: plan.kind)
    let columns = LookupColumns(all, rows: edge.schema, wanted: needed)
    return append(
      LookupOperator(
        keys: keys, tableKeys: tableKeys, isInner: plan.kind == .inner, table: plan.table, columns: columns),
      [edge], schema: columns.schema, isTimed: edge.isTimed, isDerived: edge.isDerived)
  }
}
