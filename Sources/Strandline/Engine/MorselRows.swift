import StrandlineColumns
import StrandlineState

/// Rows that one thread takes through operators, and what becomes of them.
struct MorselRows: Sendable {
  /// The rows; nil when none is left.
  var rows: RowBatch?
  /// What the operators have found out of the rows.
  var context: OperatorContext
  /// What the rows add to the state of the operator behind, where that is known without it.
  var parts: [any Sendable]?
  /// What went wrong with the rows.
  var error: StreamError?

  /// Takes the rows through operators.
  ///
  /// - Parameter keepsAll: whether rows stay of which none is selected: until their time is known they move the clock all the same.
  mutating func apply(_ operators: [any RowOperator], keepsAll: Bool = false) {
    do throws(StreamError) {
      for operation in operators {
        guard let before = rows, error == nil else { return }
        let after = try operation.apply(before, &context)
        rows = keepsAll || after.selection.count > 0 ? after : nil
      }
    } catch {
      self.error = error
      // Whatever follows expects other columns.
      rows = nil
    }
  }

  /// Takes the rows through the first phase of an operator.
  mutating func apply(_ operation: any TwoPhaseOperator, input: Int) {
    guard error == nil, let before = rows else { return }
    do throws(StreamError) {
      parts = try operation.anyPartial(before, from: input, &context)
    } catch {
      self.error = error
    }
    rows = nil
  }
}

extension Dataflow {
  /// Gives rows that an operator has made to the next ones: in morsels side by side, up to the first one that keeps anything.
  ///
  /// - Returns: false where that is not worth it: they are few, or there is no such operator.
  mutating func deliverInMorsels(
    _ rows: RowBatch, to consumer: (node: Int, input: Int)
  ) throws(StreamError) -> Bool {
    let count = rows.selection.count / rowsPerMorsel
    if context.workers.count == 1 || count < 2 { return false }
    var way: [Int] = []
    var last: (node: Int, input: Int)? = consumer
    while let node = last?.node, nodes[node].operation is any RowOperator {
      way.append(node)
      last = nodes[node].consumer
    }
    let isTwoPhase = last.map { spilled[$0.node] == nil && nodes[$0.node].operation is any TwoPhaseOperator } ?? false
    if way.isEmpty && !isTwoPhase { return false }
    for node in way { try prepare(node) }
    var parts: [any Sendable] = []
    for morsel in computed(rows, by: way, last, count: count) {
      if let error = morsel.error { throw error }
      context.takeLate(of: morsel.context)
      context.refused += morsel.context.refused
      if let rows = morsel.rows { try deliver(rows, to: last) }
      parts += morsel.parts ?? []
    }
    if let last, !parts.isEmpty { try merge(parts, into: last) }
    return true
  }

  /// Rows in morsels, behind operators and the first phase of the one behind these. What is held of operators meanwhile is let go.
  private func computed(
    _ rows: RowBatch, by way: [Int], _ last: (node: Int, input: Int)?, count: Int
  ) -> [MorselRows] {
    let end = last.flatMap {
      spilled[$0.node] == nil ? nodes[$0.node].operation as? any TwoPhaseOperator : nil
    }
    var context = context.forMorsel(emptyState)
    if let node = last?.node ?? way.last { context.enter(entry(node)) }
    let positions = rows.selection.positions
    var morsels = (0..<count).map { _ in MorselRows(context: context) }
    context.workers.forEach(&morsels) { [nodes, way, last] (index, morsel) in
      let places = positions.count * index / count..<positions.count * (index + 1) / count
      morsel.rows = rows.gathered(.rows(Array(positions[places])))
      morsel.apply(way.compactMap { nodes[$0].operation as? any RowOperator })
      if let end { morsel.apply(end, input: last?.input ?? 0) }
    }
    return morsels
  }
}
