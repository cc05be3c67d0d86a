import StrandlineColumns
import StrandlineState

extension AggregateOperator {
  /// Writes what the batch has brought, and drops the panes that no window needs any more.
  mutating func emit(_ context: inout OperatorContext) throws(StreamError) {
    do {
      switch aggregation.emission {
      case .final:
        try emitCorrections(&context, through: context.watermarkBefore)
        try give(try ended(&context), &context)
        if schedule.isDue(context, hasOpenWindows: hasOpenWindows(context)) {
          try give(
            try context.rows(of: windows(context, after: context.watermark, through: .max), state, own(context)),
            &context)
        }
      case .changes:
        try emitChanges(&context)
      case .all:
        try emitCorrections(&context, through: context.watermarkBefore)
        try give(
          try context.rows(of: windows(context, after: context.watermarkBefore, through: .max), state, own(context)),
          &context)
      }
    } catch let error as StateError {
      throw StreamError(error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.plan, "\(error)")
    }
    for number in state...state + (aggregation.window.hasOverlap ? 1 : 0) {
      context.panesClosed += context.state.states[number].close(through: context.watermark)
    }
    rememberPanes(&context)
  }

  /// The groups of the windows that end with this batch.
  private func ended(_ context: inout OperatorContext) throws(StateError) -> GroupRows {
    let (before, now) = (context.watermarkBefore, context.watermark)
    if aggregation.window.isOnePane {
      let panes = context.state.states[state].openPanes.prefix { aggregation.window.end(ofPane: $0) <= now }
      return context.state.states[state].rows(of: panes.filter { aggregation.window.end(ofPane: $0) > before })
    }
    let (windows, own) = (windows(context, after: before, through: now), own(context))
    return try context.state.states[state].rows(of: windows, with: own)
  }

  /// The windows that end in a stretch of time and have groups.
  private func windows(_ context: OperatorContext, after: Int64, through: Int64) -> WindowSequence {
    aggregation.window.windows(
      endingAfter: after, through: through, openPanes: context.state.states[state].openPanes,
      alone: own(context)?.openPanes ?? [])
  }

  /// The state of groups that single windows have.
  private func own(_ context: OperatorContext) -> KeyedState? {
    aggregation.window.hasOverlap ? context.state.states[state + 1] : nil
  }

  private func hasOpenWindows(_ context: OperatorContext) -> Bool {
    !context.state.states[state].openPanes.isEmpty || !(own(context)?.openPanes.isEmpty ?? true)
  }

  /// Writes again what has changed of windows that have ended.
  private func emitCorrections(_ context: inout OperatorContext, through: Int64) throws {
    if aggregation.lateness == 0 || through == .min { return }
    try emitChanged(&context, through: through)
  }

  private func emitChanges(_ context: inout OperatorContext) throws {
    if aggregation.window.isOnePane && !aggregation.hasChange {
      return try give(context.state.states[state].touchedRows(), &context)
    }
    try emitChanged(&context, through: .max)
  }

  private func emitChanged(_ context: inout OperatorContext, through: Int64) throws {
    let own = own(context)
    if aggregation.hasChange {
      let former = try context.state.states[state].formerRows(endingAfter: .min, through: through, with: own)
      try give(former, change: -1, &context)
    }
    try give(
      try context.state.states[state].changedRows(endingAfter: .min, through: through, with: own), &context)
  }

  /// Gives groups as rows whose event time is the last moment of their window.
  private func give(
    _ groups: GroupRows, change: Int64 = 1, _ context: inout OperatorContext
  ) throws(StreamError) {
    let result = try aggregation.result(groups, change: change)
    if result.count == 0 { return }
    let times =
      aggregation.window.hasTimes ? Column(.timestamp, words: aggregation.ends(groups).map { $0 &- 1 }) : nil
    let mark = context.watermarkBefore
    context.emit(RowBatch(result, times: times, mark: mark == .min ? mark : mark &- aggregation.lateness))
  }

  /// Has the next batch remember what it changes, where what was written is taken back.
  func rememberPanes(_ context: inout OperatorContext) {
    guard aggregation.hasChange else { return }
    let through: Int64
    switch aggregation.emission {
    case .changes: through = .max
    case .final, .all:
      if aggregation.lateness == 0 { return }
      through = context.watermark
    }
    for number in state...state + (aggregation.window.hasOverlap ? 1 : 0) {
      context.state.states[number].rememberPanes(endingBy: through)
    }
  }
}

extension OperatorContext {
  /// The groups of windows that will be written again.
  fileprivate mutating func rows(
    of windows: WindowSequence, _ number: Int, _ own: KeyedState?
  ) throws(StateError) -> GroupRows {
    try state.states[number].rows(of: windows, with: own, isRepeated: true)
  }
}
