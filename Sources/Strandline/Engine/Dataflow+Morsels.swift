import StrandlineColumns
import StrandlineState

/// The way of morsels: `begin`, then `stamp` of each in turn, `finish`, and `take` of each in turn.
extension Dataflow {
  /// Makes the rows of morsels, and takes them through the operators in front of the event time.
  ///
  /// - Parameter workers: who works on the morsels, and on the state up to the end of the batch.
  mutating func begin(_ morsels: inout [Morsel], on workers: Workers) throws(StreamError) {
    context.workers = workers
    for source in Set(morsels.map(\.source)) {
      for node in fronts[source].before + fronts[source].behind { try prepare(node) }
    }
    context.workers.forEach(&morsels) { [fronts, nodes] (_, morsel) in
      let front = fronts[morsel.source]
      let eventTime = front.eventTime(nodes)
      // Rows that nothing changes before their time is known are made as late as they can be: then they are in the cache.
      if front.before.isEmpty, let eventTime, morsel.measure(eventTime.column) { return }
      morsel.make()
      morsel.inHand.apply(front.before.operators(nodes), keepsAll: true)
      guard let eventTime else { return }
      morsel.inHand.rows = morsel.inHand.rows.map { morsel.inHand.context.withoutRefused($0) }
      morsel.range = morsel.inHand.rows.flatMap { eventTime.times(of: $0).range }
    }
  }

  /// Gets an operator ready for rows of the batch.
  mutating func prepare(_ node: Int) throws(StreamError) {
    guard var operation = nodes[node].operation as? any RowOperator else { return }
    try operation.prepare(&context)
    nodes[node].operation = operation
  }

  /// Moves the clock of a partition past its next morsel.
  ///
  /// - Parameter ordinal: the place of the first row among all rows of one event time.
  func stamp(_ morsel: inout Morsel, clock: inout PartitionClock, ordinal: Int64) {
    morsel.ordinal = ordinal
    morsel.inHand.rows?.ordinal = ordinal
    guard let eventTime = fronts[morsel.source].eventTime(nodes) else { return }
    if morsel.inHand.rows == nil, let range = morsel.range {
      let before = clock
      if clock.advance(past: range, limits: eventTime.limits) {
        morsel.clock = before
        return
      }
      morsel.make()
    }
    morsel.stamp(eventTime, &clock)
  }

  /// Takes morsels through the operators behind the event time, and through the first phase of the one behind them.
  func finish(_ morsels: inout [Morsel]) {
    let entries = fronts.map { $0.consumer.map { entry($0.node) } }
    context.workers.forEach(&morsels) { [fronts, nodes, spilled] (_, morsel) in
      let front = fronts[morsel.source]
      if var clock = morsel.clock, let eventTime = front.eventTime(nodes) {
        morsel.make()
        morsel.stamp(eventTime, &clock)
      }
      morsel.inHand.apply(front.behind.operators(nodes))
      guard let (node, input) = front.consumer, spilled[node] == nil,
        let operation = nodes[node].operation as? any TwoPhaseOperator, let entry = entries[morsel.source]
      else { return }
      morsel.inHand.context.enter(entry)
      morsel.inHand.apply(operation, input: input)
    }
  }

  /// Gives the next morsel to the operator behind.
  ///
  /// - Returns: the rows that can't be used, ascending.
  mutating func take(_ morsel: Morsel) throws(StreamError) -> [RefusedRow] {
    if let error = morsel.inHand.error { throw error }
    if morsel.count > 0 { context.hasRows = true }
    context.takeLate(of: morsel.inHand.context)
    context.refused = morsel.inHand.context.refused
    let consumer = fronts[morsel.source].consumer
    if let consumer, let parts = morsel.inHand.parts {
      if merging?.node != consumer.node || merging?.input != consumer.input {
        try mergeParts()
        merging = (consumer.node, consumer.input, [])
      }
      merging?.parts += parts
    } else if let rows = morsel.inHand.rows {
      try mergeParts()
      try deliver(rows, to: consumer)
    }
    return context.refused.sorted { $0.row < $1.row }
  }

  /// Puts what morsels have come to into the state.
  mutating func mergeParts() throws(StreamError) {
    guard let (node, input, parts) = merging.take() else { return }
    try merge(parts, into: (node, input))
  }

  /// Puts what morsels have come to into the state of an operator, and gives on what follows from it.
  mutating func merge(_ parts: [any Sendable], into consumer: (node: Int, input: Int)) throws(StreamError) {
    context.enter(entry(consumer.node))
    try nodes[consumer.node].operation.take(parts: parts, from: consumer.input, &context)
    try forward(from: consumer.node)
  }
}

extension [Int] {
  /// The operators of those numbers.
  fileprivate func operators(_ nodes: [CompiledPlan.Node]) -> [any RowOperator] {
    compactMap { nodes[$0].operation as? any RowOperator }
  }
}

extension SourceFront {
  /// The operator that gives rows their event time.
  fileprivate func eventTime(_ nodes: [CompiledPlan.Node]) -> EventTimeOperator? {
    eventTime.flatMap { nodes[$0].operation as? EventTimeOperator }
  }
}

extension Morsel {
  /// Gives the rows their event time, and moves the clock past them.
  fileprivate mutating func stamp(_ eventTime: EventTimeOperator, _ clock: inout PartitionClock) {
    guard let before = inHand.rows else { return }
    let after = eventTime.stamp(before, range: range, &clock, &inHand.context.refused)
    inHand.rows = after.selection.count > 0 ? after : nil
  }
}
