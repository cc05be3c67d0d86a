import StrandlineColumns
import StrandlineState

/// What morsels go through before they meet any state, in three steps: `begin` and `finish` of each by itself, and `stamp` of the
/// morsels of a partition in their order.
struct MorselStages: Sendable {
  fileprivate let fronts: [SourceFront]
  fileprivate let nodes: [CompiledPlan.Node]
  /// What the operator behind each source is told; nil for one that doesn't take rows now, since it has spilled.
  fileprivate let entries: [OperatorEntry?]

  init(fronts: [SourceFront], nodes: [CompiledPlan.Node], entries: [OperatorEntry?]) {
    (self.fronts, self.nodes, self.entries) = (fronts, nodes, entries)
  }

  /// Makes the rows, and takes them through the operators in front of the event time.
  func begin(_ morsel: inout Morsel) {
    let front = fronts[morsel.source]
    let eventTime = front.eventTime(nodes)
    // Rows that nothing changes before their time is known are made as late as they can be.
    if front.before.isEmpty, let eventTime, morsel.measure(eventTime.column) { return }
    morsel.make()
    morsel.inHand.apply(front.before.operators(nodes), keepsAll: true)
    guard let eventTime else { return }
    morsel.inHand.rows = morsel.inHand.rows.map { morsel.inHand.context.withoutRefused($0) }
    morsel.range = morsel.inHand.rows.flatMap { eventTime.times(of: $0).range }
  }

  /// Moves the clock of a partition past its next morsel.
  ///
  /// - Parameter ordinal: the place of the first row among all rows of one event time.
  func stamp(_ morsel: inout Morsel, clock: inout PartitionClock, ordinal: Int64) {
    morsel.ordinal = ordinal
    morsel.inHand.rows?.ordinal = ordinal
    guard let eventTime = fronts[morsel.source].eventTime(nodes) else { return }
    if morsel.inHand.rows == nil, let range = morsel.range {
      let before = clock
      if clock.advance(past: range, limits: eventTime.limits) {
        morsel.clock = before
        return
      }
      morsel.make()
    }
    morsel.stamp(eventTime, &clock)
  }

  /// Takes the rows through the operators behind the event time, and through the first phase of the one behind them.
  func finish(_ morsel: inout Morsel) {
    let front = fronts[morsel.source]
    if var clock = morsel.clock, let eventTime = front.eventTime(nodes) {
      morsel.make()
      morsel.stamp(eventTime, &clock)
    }
    morsel.inHand.apply(front.behind.operators(nodes))
    guard let (node, input) = front.consumer, let operation = nodes[node].operation as? any TwoPhaseOperator,
      let entry = entries[morsel.source]
    else { return }
    morsel.inHand.context.enter(entry)
    morsel.inHand.apply(operation, input: input)
  }
}

extension [Int] {
  /// The operators of those numbers.
  fileprivate func operators(_ nodes: [CompiledPlan.Node]) -> [any RowOperator] {
    compactMap { nodes[$0].operation as? any RowOperator }
  }
}

extension SourceFront {
  /// The operator that gives rows their event time.
  fileprivate func eventTime(_ nodes: [CompiledPlan.Node]) -> EventTimeOperator? {
    eventTime.flatMap { nodes[$0].operation as? EventTimeOperator }
  }
}

extension Morsel {
  /// Gives the rows their event time, and moves the clock past them.
  fileprivate mutating func stamp(_ eventTime: EventTimeOperator, _ clock: inout PartitionClock) {
    guard let before = inHand.rows else { return }
    let after = eventTime.stamp(before, range: range, &clock, &inHand.context.refused)
    inHand.rows = after.selection.count > 0 ? after : nil
  }
}
