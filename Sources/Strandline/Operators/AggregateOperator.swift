import StrandlineColumns
import StrandlineState

/// Aggregates rows by key and window.
///
/// # Overview
/// Rows are added to the pane of their time. A window of several panes is their sum when it is written. With windows that
/// overlap there is a second keyed state, for rows that come when some windows of their pane have ended for them: it holds
/// them under the start of each window that still takes them.
struct AggregateOperator: TwoPhaseOperator {
  let aggregation: CompiledAggregation
  /// The same with all of the state in its result.
  let shown: CompiledAggregation
  /// The number of its keyed state; the next one is that of single windows.
  let state: Int
  /// When early results are due, and were written last.
  var schedule: EarlySchedule

  init(aggregation: CompiledAggregation, shown: CompiledAggregation, state: Int) {
    self.aggregation = aggregation
    self.shown = shown
    self.state = state
    schedule = EarlySchedule(aggregation.early)
  }

  func partial(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> [StatePart] {
    guard let times = rows.times else { return [] }
    let assignment = PaneAssignment(
      times, rows.selection, window: aggregation.window, lateness: aggregation.lateness, least: context.watermark)
    context.note(late: assignment.late, of: rows.columns)
    // Each row is computed once, however many windows take it: one that can't be is one error row.
    var taken = rows.selection.subtracting(.rows(assignment.late))
    if taken.count == 0 { return [] }
    let (keys, inputs) = try aggregation.values(rows, &taken, &context)
    let values = RowValues(keys: keys, inputs: inputs, rows: taken, of: rows.columns.count)
    let panes = assignment.selections
    var parts: [StatePart] = []
    if panes.count == 1 && assignment.windows.isEmpty {
      try add(values, to: panes[0].pane, of: state, context, &parts)
      return parts
    }
    for (pane, selection) in panes { try add(values.part(selection), to: pane, of: state, context, &parts) }
    for (start, selection) in assignment.windows {
      try add(values.part(selection), to: start, of: state + 1, context, &parts)
    }
    return parts
  }

  private func add(
    _ values: RowValues, to pane: Int64, of state: Int, _ context: OperatorContext, _ parts: inout [StatePart]
  ) throws(StreamError) {
    if values.count == 0 { return }
    do throws(StateError) {
      let groups = try context.state.states[state].partial(
        keys: values.keys, inputs: values.inputs, rows: values.count)
      parts.append(StatePart(state: state, part: PanePart(pane: pane, groups: groups)))
    } catch {
      throw StreamError(error)
    }
  }

  mutating func merge(
    _ parts: [StatePart], from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) {
    do throws(StateError) {
      for number in state...state + (aggregation.window.hasOverlap ? 1 : 0) {
        let own = parts.filter { $0.state == number }.map(\.part)
        if !own.isEmpty { try context.state.states[number].merge(own, on: context.workers) }
      }
    } catch {
      throw StreamError(error)
    }
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    try emit(&context)
  }

  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError) {
    try schedule.restore(progress)
  }

  mutating func begin(_ context: inout OperatorContext) { rememberPanes(&context) }

  var dependsOnBatches: Bool {
    aggregation.emission != .final || aggregation.early != nil || aggregation.lateness > 0
  }
  var keepsProgress: Bool { aggregation.early != nil }
  var progress: [UInt8] { schedule.encoded }
  var nextAlarm: Int64? { schedule.nextAlarm }
  var outputDelay: Int64 { aggregation.lateness }

  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch {
    var groups = groups
    if state == 1 { groups.setEnds(of: aggregation.window) }
    return try shown.result(groups)
  }

  var name: String { "aggregate" }
  var exchange: String? {
    "the groups of each morsel to their shards, by hash of \(aggregation.keys.words) (two phases)"
  }
  var summary: String { aggregation.summary }
  var identifyingColumns: Int? { aggregation.keys.count + (aggregation.window.hasTimes ? 2 : 0) }
  var keeps: String? {
    aggregation.window.isOnePane
      ? "groups of open windows, dropped with their window"
      : "groups of panes, dropped with the last window that adds them up"
  }
}

/// What some rows add to a pane of a keyed state.
struct StatePart: Sendable {
  /// The number of the keyed state.
  var state: Int
  var part: PanePart
}
