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
    let kept = context.takeOnTime(rows)
    guard let times = kept.times?.times else { return }
    do {
      try context.state.states[state].addToSessions(
        keys: try aggregation.keys(kept.columns, kept.selection), times: times,
        gaps: try gaps(kept), inputs: try aggregation.inputs(kept, kept.selection), index: &index)
    } catch let error as StateError {
      throw StreamError(error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.row, "a row can't be computed: \(error)")
    }
  }

  private func gaps(_ rows: RowBatch) throws -> SessionGaps {
    guard let rowGap else { return .same(gap) }
    let gaps = try rowGap.evaluate(rows.columns, rows.selection)
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
    index = context.state.states[state].sessionIndex()
  }

  func rows(of groups: GroupRows, state: Int) throws(StreamError) -> ColumnBatch {
    try shown.result(KeyedState.sessions(groups))
  }

  var summary: String { aggregation.summary }
  var keeps: String? { "open sessions, each until its gap is over" }
}
