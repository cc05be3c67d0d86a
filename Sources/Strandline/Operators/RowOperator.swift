import StrandlineColumns
import StrandlineState

/// An operator that takes each row by itself and keeps nothing of it, so that morsels go through it side by side.
protocol RowOperator: StreamOperator {
  /// Gets ready for rows of the batch, before the first of them and as often as rows come.
  mutating func prepare(_ context: inout OperatorContext) throws(StreamError)

  /// What becomes of rows: what `take` gives for them.
  func apply(_ rows: RowBatch, _ context: inout OperatorContext) throws(StreamError) -> RowBatch
}

extension RowOperator {
  mutating func prepare(_ context: inout OperatorContext) throws(StreamError) {}

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    try prepare(&context)
    context.emit(try apply(rows, &context))
  }
}

/// An operator that does most of its work on rows before they meet its state: first on each morsel by itself, then on what has
/// become of them, shard by shard.
protocol TwoPhaseOperator: StreamOperator {
  /// The first phase: what rows come to by themselves. The context has the keyed states without any groups.
  func partial(_ rows: RowBatch, _ context: inout OperatorContext) throws(StreamError) -> [PartialRows]

  /// The second phase: puts together what morsels have come to, in their order.
  mutating func merge(_ parts: [PartialRows], _ context: inout OperatorContext) throws(StreamError)
}

extension TwoPhaseOperator {
  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    try merge(try partial(rows, &context), &context)
  }
}

/// What the first phase makes of rows.
enum PartialRows: Sendable {
  /// What they add to a pane of a keyed state, by its number.
  case groups(state: Int, PanePart)
  /// The rows themselves, in order.
  case run(SortedRows)
}
