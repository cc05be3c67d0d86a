import StrandlineColumns
import StrandlineState

/// An operator that takes each row by itself and keeps nothing of it, so that morsels go through it side by side.
///
/// What becomes of a row has the row's number.
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
    context.pass(try apply(rows, &context))
  }
}

/// An operator that does most of its work on rows before they meet its state: first on each morsel by itself, then on what has
/// become of them, shard by shard.
protocol TwoPhaseOperator: StreamOperator {
  /// What rows of a morsel have come to in the first phase.
  associatedtype Partial: Sendable

  /// The first phase. The context has the keyed states without any groups.
  func partial(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) -> [Partial]

  /// The second phase: puts what morsels have come to into the state, in their order.
  mutating func merge(_ parts: [Partial], from input: Int, _ context: inout OperatorContext) throws(StreamError)
}

extension TwoPhaseOperator {
  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    try merge(try partial(rows, from: input, &context), from: input, &context)
  }

  /// The first phase, for who doesn't know which operator it is.
  func anyPartial(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> [any Sendable] {
    try partial(rows, from: input, &context)
  }

  mutating func take(
    parts: [any Sendable], from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) {
    try merge(parts.compactMap { $0 as? Partial }, from: input, &context)
  }
}
