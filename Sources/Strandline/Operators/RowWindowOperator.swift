import StrandlineColumns
import StrandlineState

/// Aggregates so many rows of each key at a time, in the order in which they come.
struct RowWindowOperator: StreamOperator {
  let aggregation: CompiledAggregation
  /// The same with all of the state in its result.
  let shown: CompiledAggregation
  /// The rows of a window.
  let size: Int64
  /// The number of its keyed state.
  let state: Int

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    var selection = rows.selection
    let (keys, inputs) = try aggregation.values(rows, &selection, &context)
    let over: GroupRows
    do throws(StateError) {
      over = try context.state.states[state].addToRowWindows(
        of: size, keys: keys, inputs: inputs, rows: selection.count)
    } catch {
      throw StreamError(error)
    }
    try give(over, &context)
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    guard context.watermark == .max else { return }
    let open = context.state.states[state].openPanes
    try give(context.state.states[state].rows(of: open), &context)
    context.state.states[state].close(through: .max)
  }

  private func give(_ windows: GroupRows, _ context: inout OperatorContext) throws(StreamError) {
    if windows.count == 0 { return }
    context.panesClosed += windows.count
    context.emit(RowBatch(try aggregation.result(windows, change: 1), times: nil, mark: context.watermarkBefore))
  }

  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch { try shown.result(groups) }

  var name: String { "aggregate" }
  var summary: String { aggregation.summary }
  var identifyingColumns: Int? { aggregation.keys.count + (aggregation.window.hasTimes ? 2 : 0) }
  var keeps: String? { "of each key the window that isn't full yet, until the end" }
  var dependsOnOrder: String? { "which rows are in a window" }
}
