import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// Keeps the first rows of each group.
///
/// Its keyed state holds a blob per group: the rows in their order, at most as many as are wanted.
struct TopOperator: StreamOperator {
  let plan: TopPlan
  /// Nil for groups over all rows.
  let window: Window?
  let keys: [BoundExpression]
  let order: BoundOrdering
  /// The columns of the rows that it takes.
  let schema: Schema
  let isTimed: Bool
  /// The number of its keyed state.
  let state: Int

  private let coding: RowBlob
  private let outputSchema: Schema
  /// The rows of groups over all rows as they were before the batch, by the bytes of their keys.
  private var before: [[UInt8]: [RankedRow]] = [:]
  /// About how many bytes these have.
  private var beforeBytes = 0

  init(
    _ plan: TopPlan, window: Window?, keys: [BoundExpression], order: BoundOrdering, schema: Schema, isTimed: Bool,
    state: Int
  ) {
    self.plan = plan
    self.window = window
    self.keys = keys
    self.order = order
    self.schema = schema
    self.isTimed = isTimed
    self.state = state
    coding = RowBlob(schema)
    outputSchema = plan.output(schema, isWindowed: window != nil)
  }

  /// What its keyed state holds.
  static func state(keys types: [ColumnType], window: Window?, id: Int) -> KeyedStatePlan {
    KeyedStatePlan(
      id: id, keys: KeyLayout(types), values: AccumulatorLayout([], blobs: 1),
      panes: window.map { .window($0, retention: 0) } ?? .single)
  }

  var name: String { "top" }
  var memoryBytes: Int { beforeBytes }
  var dependsOnBatches: Bool { window == nil }
  var summary: String {
    "the first \(plan.count) by \(keys.words), \(plan.order.map(\.planText).joined(separator: ", "))"
  }
  var keeps: String? {
    "the first \(plan.count) rows of each group, \(window == nil ? "for ever" : "dropped with their window")"
  }

  mutating func take(_ rows: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    do {
      if let window {
        guard let times = rows.times else { return }
        let assignment = PaneAssignment(times, rows.selection, window: window, least: context.watermark)
        context.note(late: assignment.late, of: rows.columns)
        for (pane, selection) in assignment.selections { try add(rows.gathered(selection), pane: pane, &context) }
      } else if let part = rows.inTime(&context) {
        try add(part, pane: 0, &context)
      }
    } catch let error as StateError {
      throw StreamError(error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.store, "the first rows of a group can't be read: \(error)")
    }
  }

  private mutating func add(_ rows: RowBatch, pane: Int64, _ context: inout OperatorContext) throws {
    let (rows, columns) = try context.values(of: keys + order.expressions, rows)
    let orders = order.keys(Array(columns[keys.count...]), rows: rows.columns.count)
    var index = KeyNumbers(KeyLayout(keys.map(\.type)))
    let numbers = try index.numbers(
      of: try context.state.states[state].keys(Array(columns[..<keys.count]), rows: rows.columns.count))
    let groups = index.keys(Array(0..<Int32(index.count)))
    let held = context.state.states[state].values(of: groups, pane: pane)
    var lists: [[RankedRow]] = []
    for blob in held.blobs[0] { lists.append(try RankedRows.decode(blob)) }
    if window == nil { try note(lists, KeyLayout(keys.map(\.type)).columns(of: groups)) }
    var changed = [Bool](repeating: false, count: lists.count)
    var writer = ByteWriter()
    for (row, number) in numbers.enumerated() {
      var ranked = RankedRow(
        order: orders[row], time: rows.times?.time(of: row) ?? 0,
        ordinal: rows.ordinal(of: Int32(row)), bytes: [])
      let list = lists[Int(number)]
      // Most rows of a full list are behind its last one: they are not worth their bytes.
      if list.count == plan.count, let last = list.last, !RankedRow.isBefore(ranked, last) { continue }
      writer.removeAll(keepingCapacity: true)
      coding.encode(rows.columns.columns, row: row, into: &writer)
      ranked.bytes = writer.bytes
      if RankedRows.insert(ranked, into: &lists[Int(number)], limit: plan.count) { changed[Int(number)] = true }
    }
    let touched = (0..<Int32(lists.count)).filter { changed[Int($0)] }
    var values = GroupValues(words: 0, blobs: 1)
    for number in touched { values.append(words: [], blobs: [RankedRows.encode(lists[Int(number)])]) }
    try context.state.states[state].set(index.keys(touched), to: values, pane: pane)
  }

  /// Notes what groups were like before the batch.
  private mutating func note(_ lists: [[RankedRow]], _ keys: [Column]) throws {
    let tuples = KeyTuple.encode(keys, rows: lists.count)
    for (number, list) in lists.enumerated() {
      let key = tuples.key(number)
      if before[key] != nil { continue }
      before[key] = list
      beforeBytes += list.reduce(key.count + 96) { $0 + $1.order.count + $1.bytes.count + 96 }
    }
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    do {
      if window == nil { try giveChanges(&context) } else { try giveClosed(&context) }
    } catch let error as StateError {
      throw StreamError(error)
    } catch {
      throw StreamError(.store, "the first rows of a group can't be read: \(error)")
    }
    before.removeAll()
    beforeBytes = 0
    context.panesClosed += context.state.states[state].close(through: context.watermark)
  }

  private func giveClosed(_ context: inout OperatorContext) throws {
    guard let window else { return }
    let groups = context.state.states[state].rows(of: context.state.states[state].panes(endingBy: context.watermark))
    var out = TopOutput(coding.columns)
    for (group, blob) in groups.blobs[0].enumerated() {
      let (start, end) = (groups.panes[group], window.end(ofPane: groups.panes[group]))
      for (position, row) in try RankedRows.decode(blob).enumerated() {
        try out.append(row, rank: position + 1, isRetracted: false, time: end &- 1, coding)
        out.windows.append((start, end))
      }
    }
    give(out, &context)
  }

  /// Gives the ranks that have other rows than before the batch, in the order of keys and ranks.
  private func giveChanges(_ context: inout OperatorContext) throws {
    if before.isEmpty { return }
    let groups = context.state.states[state].touchedRows()
    let tuples = KeyTuple.encode(groups.keys, rows: groups.count)
    var out = TopOutput(coding.columns)
    for group in 0..<groups.count {
      let old = before[tuples.key(group)] ?? []
      for (position, row) in try RankedRows.decode(groups.blobs[0][group]).enumerated() {
        if position < old.count {
          if old[position] == row { continue }
          if plan.retracts {
            try out.append(
              old[position], rank: position + 1, isRetracted: true, time: old[position].time, coding)
          }
        }
        try out.append(row, rank: position + 1, isRetracted: false, time: row.time, coding)
      }
    }
    give(out, &context)
  }

  private func give(_ out: TopOutput, _ context: inout OperatorContext) {
    if out.ranks.isEmpty { return }
    var columns = out.columns
    columns.append(Column(.int64, words: out.ranks))
    columns.append(Column(.bool, words: out.retracted))
    if window != nil {
      columns.append(Column(.timestamp, words: out.windows.map(\.start)))
      columns.append(Column(.timestamp, words: out.windows.map(\.end)))
    }
    let mark = context.watermarkBefore
    let times = isTimed ? Column(.timestamp, words: out.times.map { max($0, mark) }) : nil
    context.emit(RowBatch(ColumnBatch(outputSchema, columns: columns), times: times, mark: mark))
  }
}

/// Ranked rows on their way out.
private struct TopOutput {
  var columns: [Column]
  var ranks: [Int64] = []
  var retracted: [Int64] = []
  var windows: [(start: Int64, end: Int64)] = []
  var times: [Int64] = []

  init(_ columns: [Column]) { self.columns = columns }

  mutating func append(
    _ row: RankedRow, rank: Int, isRetracted: Bool, time: Int64, _ coding: RowBlob
  ) throws {
    try coding.decode(row.bytes, into: &columns)
    ranks.append(Int64(rank))
    retracted.append(isRetracted ? 1 : 0)
    times.append(time)
  }
}
