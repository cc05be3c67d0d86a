import StrandlineColumns
import StrandlineState

/// Aggregates rows by key and window.
struct AggregateOperator: StreamOperator {
  let aggregation: CompiledAggregation
  /// The same with all of the state in its result.
  let shown: CompiledAggregation
  /// The number of its keyed state.
  let state: Int

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    guard let times = rows.times else { return }
    let assignment = PaneAssignment(times, rows.selection, window: aggregation.window)
    context.note(late: assignment.late, of: rows.columns)
    do {
      for (pane, selection) in assignment.selections {
        try context.state.states[state].add(
          pane: pane, keys: try aggregation.keys(rows.columns, selection),
          inputs: try aggregation.inputs(rows, selection), rows: selection.count)
      }
    } catch let error as StateError {
      throw StreamError(error)
    } catch let error as ColumnsError {
      throw StreamError(.row, "a row can't be computed: \(error)")
    } catch {
      throw StreamError(.plan, "\(error)")
    }
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    let closing = context.state.states[state].panes(endingBy: context.watermark)
    let groups: GroupRows
    switch aggregation.emission {
    case .final: groups = context.state.states[state].rows(of: closing)
    case .changes: groups = context.state.states[state].touchedRows()
    }
    let result = try aggregation.result(groups)
    if result.count > 0 {
      // The event time of a group is the last moment of its window.
      let times = Column(.timestamp, words: groups.panes.map { aggregation.window.end(ofPane: $0) &- 1 })
      context.emit(RowBatch(result, times: times, mark: context.watermarkBefore))
    }
    context.state.states[state].close(through: context.watermark)
    context.panesClosed += closing.count
  }

  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch { try shown.result(groups) }

  var name: String { "aggregate" }
  var summary: String { aggregation.summary }
  var keeps: String? { "groups of open windows, dropped with their window" }
}
