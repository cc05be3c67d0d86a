import StrandlineColumns
import StrandlineState

/// Keeps the first row of each key: others whose times are near enough to that of a kept one are dropped.
///
/// # Overview
/// A kept row's time stands in the pane that it lies in, panes being as long as rows of one key may be apart. So a row is
/// looked for in its own pane and the ones beside it, and no pane has two kept rows of one key.
struct DeduplicateOperator: StreamOperator {
  let name = "deduplicate"
  let keys: [BoundExpression]
  /// How far apart in event time rows of one key are the same, in microseconds.
  let within: Int64
  /// The number of its keyed state.
  let state: Int

  /// The length of a pane.
  static func paneLength(within: Int64) -> Int64 { max(within, 1) }

  /// The keyed state of the operator.
  static func state(id: Int, keys: [ColumnType], within: Int64) -> KeyedStatePlan {
    KeyedStatePlan(
      id: id, keys: KeyLayout(keys), values: AccumulatorLayout([], ownWords: 1),
      panes: .window(.tumbling(size: paneLength(within: within), offset: 0), retention: within))
  }

  private var length: Int64 { Self.paneLength(within: within) }
  private var window: Window { .tumbling(size: length, offset: 0) }

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    let (onTime, columns) = try context.values(of: keys, context.takeOnTime(rows))
    var rows = onTime
    guard let times = rows.times?.times.words else { return }
    do throws(StateError) {
      let keyed = try context.state.states[state].keys(columns, rows: times.count)
      let seen = try seenBefore(keyed, times, context.state.states[state])
      let kept = try first(keyed, times, except: seen)
      try keep(kept, keyed, times, &context.state.states[state])
      rows.selection = .rows(kept)
    } catch {
      throw StreamError(error)
    }
    context.pass(rows)
  }

  /// Which rows have a kept one of an earlier batch near them.
  ///
  /// - Throws: `StateError` `.malformed` for a kept row in a pane that its time doesn't lie in.
  private func seenBefore(
    _ keys: KeyBatch, _ times: [Int64], _ state: borrowing KeyedState
  ) throws(StateError) -> [Bool] {
    var seen = [Bool](repeating: false, count: times.count)
    for (pane, rows) in byPane(Array(0..<Int32(times.count)), times) {
      let part = keys.gathered(rows)
      for beside in [pane - length, pane, pane + length] where state.isOpen(pane: beside) {
        let places = state.find(part, pane: beside)
        let kept = state.words(0, of: places, pane: beside)
        for (position, row) in rows.enumerated() where places[position].isGroup {
          let time = kept[position]
          guard time >= beside, 0..<length ~= time &- beside else {
            throw StateError(.malformed, "a key's first row has a time that is not in its pane, \(beside)")
          }
          if abs(times[Int(row)] - time) <= within { seen[Int(row)] = true }
        }
      }
    }
    return seen
  }

  /// The rows that have no kept one of this batch near them, either, in their order.
  private func first(
    _ keys: KeyBatch, _ times: [Int64], except seen: [Bool]
  ) throws(StateError) -> [Int32] {
    var kept: [Int32] = []
    let isText = keys.column.type == .string
    var index = KeyNumbers(isText ? .text : .word(keys.column.type))
    let numbers = try index.numbers(of: keys)
    var found = KeptTimes(keys: index.count, within: within)
    for row in times.indices where !seen[row] {
      if found.keep(times[row], key: numbers[row], pane: window.pane(of: times[row])) { kept.append(Int32(row)) }
    }
    return kept
  }

  private func keep(
    _ kept: [Int32], _ keys: KeyBatch, _ times: [Int64], _ state: inout KeyedState
  ) throws(StateError) {
    for (pane, rows) in byPane(kept, times) {
      let places = try state.touch(keys.gathered(rows), pane: pane)
      state.set(word: 0, to: rows.map { times[Int($0)] }, of: places, pane: pane)
    }
  }

  /// Rows by the pane that they lie in, in order of the panes.
  private func byPane(_ rows: [Int32], _ times: [Int64]) -> [(pane: Int64, rows: [Int32])] {
    Dictionary(grouping: rows) { window.pane(of: times[Int($0)]) }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value) }
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    context.panesClosed += context.state.states[state].close(through: context.watermark)
  }

  var summary: String {
    "deduplicate by \(keys.map { "\($0.expression)" }.joined(separator: ", ")) within \(PlanComparison.duration(within))"
  }
  var dependsOnOrder: String? { "which row of a key is the first" }
  var keeps: String? {
    "the time of each key's first row, until the watermark is \(PlanComparison.duration(within)) beyond its pane"
  }
}
