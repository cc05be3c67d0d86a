import StrandlineColumns
import StrandlineState

/// Aggregates rows by key and session.
///
/// A session is rows of one key of which each begins before the gap of those before it is over. It closes when the watermark has
/// reached its end. A row is late when its own time is before its mark.
struct SessionOperator: StreamOperator {
  let name = "aggregate"
  let aggregation: CompiledAggregation
  /// The same with all of the state in its result.
  let shown: CompiledAggregation
  /// The length that each row has; nil for one that is the same for all.
  let rowGap: BoundExpression?
  /// The length that is the same for all, in microseconds.
  let gap: Int64
  /// The number of its keyed state.
  let state: Int
  private var index = SessionIndex()

  init(
    aggregation: CompiledAggregation, shown: CompiledAggregation, gap: Int64, rowGap: BoundExpression?, state: Int
  ) {
    self.aggregation = aggregation
    self.shown = shown
    self.gap = gap
    self.rowGap = rowGap
    self.state = state
  }

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    var kept = context.takeOnTime(rows)
    let used = aggregation.evaluated + (rowGap.map { [($0, .value)] } ?? [])
    // Times, gaps, keys and values are of the same rows: those for which all of it can be computed.
    let (keys, inputs, gaps) = try context.compute(kept, &kept.selection, used) {
      [kept, aggregation, rowGap] (selection) throws(ColumnsError) in
      (
        try aggregation.keys(kept.columns, selection), try aggregation.inputs(kept, selection),
        try rowGap?.evaluate(kept.columns, selection)
      )
    }
    guard let times = kept.times?.times.gathered(kept.selection) else { return }
    let lengths = try self.gaps(gaps)
    do throws(StateError) {
      try context.state.states[state].addToSessions(
        keys: keys, times: times, gaps: lengths, inputs: inputs, index: &index)
    } catch {
      throw StreamError(error)
    }
  }

  private func gaps(_ gaps: Column?) throws(StreamError) -> SessionGaps {
    guard let rowGap, let gaps else { return .same(gap) }
    for row in 0..<gaps.count {
      guard !gaps.isNull(row), gaps.words[row] > 0, gaps.words[row] <= Window.maximumLength else {
        throw StreamError(
          .row, "the gap of a session, \(rowGap.expression), is null, not positive or longer than 2^60 us for a row")
      }
    }
    return .each(gaps.words)
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    do {
      if aggregation.emission == .changes {
        try give(context.state.states[state].sessionRows(touchedOnly: true), &context)
      }
      let ended = try context.state.states[state].takeSessions(endingBy: context.watermark, index: &index)
      context.panesClosed += ended.count
      if aggregation.emission == .final { try give(ended, &context) }
    } catch let error as StateError {
      throw StreamError(error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.plan, "\(error)")
    }
  }

  private func give(_ sessions: GroupRows, _ context: inout OperatorContext) throws(StreamError) {
    if sessions.count == 0 { return }
    // The event time of a session is its last moment, as that of a window is.
    let times = Column(.timestamp, words: sessions.ends.map { $0 &- 1 })
    context.emit(RowBatch(try aggregation.result(sessions), times: times, mark: context.watermarkBefore))
  }

  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError) {
    do throws(StateError) {
      index = try context.state.states[state].sessionIndex()
    } catch {
      throw StreamError(error)
    }
  }

  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch {
    try shown.result(KeyedState.sessions(groups))
  }

  var dependsOnBatches: Bool { aggregation.emission == .changes }
  var summary: String { aggregation.summary }
  var memoryBytes: Int { index.memoryBytes }
  var identifyingColumns: Int? { aggregation.keys.count + (aggregation.window.hasTimes ? 2 : 0) }
  var keeps: String? { "open sessions, each until its gap is over" }
}
