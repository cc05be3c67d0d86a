import StrandlineColumns
import StrandlineState

/// The way of morsels: through `MorselStages` side by side, then `take` of each in turn.
extension Dataflow {
  /// What morsels go through before `take`.
  ///
  /// - Parameter workers: who works on the morsels, and on the state up to the end of the batch.
  mutating func stages(of sources: Set<Int>, on workers: Workers) throws(StreamError) -> MorselStages {
    context.workers = workers
    for source in sources {
      for node in fronts[source].before + fronts[source].behind { try prepare(node) }
    }
    return MorselStages(
      fronts: fronts, nodes: nodes,
      entries: fronts.map { $0.consumer.flatMap { spilled[$0.node] == nil ? entry($0.node) : nil } })
  }

  /// Gets an operator ready for rows of the batch.
  mutating func prepare(_ node: Int) throws(StreamError) {
    guard var operation = nodes[node].operation as? any RowOperator else { return }
    try operation.prepare(&context)
    nodes[node].operation = operation
  }

  /// Gives the next morsel to the operator behind.
  ///
  /// - Returns: the rows that can't be used, ascending.
  mutating func take(_ morsel: Morsel) throws(StreamError) -> [RefusedRow] {
    if let error = morsel.inHand.error { throw error }
    let consumer = fronts[morsel.source].consumer
    let isNext = merging.map { $0.node == consumer?.node && $0.input == consumer?.input } ?? false
    if !isNext || morsel.inHand.parts == nil { try mergeParts() }
    if morsel.count > 0 { context.hasRows = true }
    context.takeLate(of: morsel.inHand.context)
    context.refused = morsel.inHand.context.refused
    if let consumer, let parts = morsel.inHand.parts {
      if merging == nil { merging = (consumer.node, consumer.input, []) }
      merging?.parts += parts
    } else if let rows = morsel.inHand.rows {
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
