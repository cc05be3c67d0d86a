import StrandlineColumns
import StrandlineState

/// Carries out logic of the user's own: its states, its timers, and how long states are kept.
///
/// Rows are kept until the batch ends, so that the logic sees all rows of a key at once. Its first keyed state holds, per key, a
/// word (the time of the last change) and a blob (the state); the second one holds the timers.
struct ProcessOperator: StreamOperator {
  let plan: ProcessPlan
  let keys: [BoundExpression]
  /// How keys are held in the first keyed state.
  let layout: KeyLayout
  /// The columns of the rows that it takes.
  let schema: Schema
  let isTimed: Bool
  /// The number of its first keyed state.
  let state: Int

  private var known: [StateSchema]
  private var rows: ColumnBatch
  private var rowKeys: [Column]
  private var times: [Int64] = []
  private var timers = TimerQueue()
  /// When states may be forgotten: the word of a key says whether it is.
  private var expiries = Alarms<KeyBytes>()
  /// Whether no batch has ended yet.
  private var isNew = true

  init(_ plan: ProcessPlan, keys: [BoundExpression], schema: Schema, isTimed: Bool, state: Int) {
    self.plan = plan
    self.keys = keys
    self.schema = schema
    self.isTimed = isTimed
    self.state = state
    layout = KeyLayout(keys.map(\.type))
    known = [plan.state]
    rows = ColumnBatch(schema)
    rowKeys = keys.map { Column($0.type) }
  }

  /// What its keyed states hold.
  static func states(keys types: [ColumnType], id: Int) -> [KeyedStatePlan] {
    [
      KeyedStatePlan(
        id: id, keys: KeyLayout(types), values: AccumulatorLayout([], ownWords: 1, blobs: 1), panes: .single,
        removesGroups: true),
      KeyedStatePlan(
        id: id + 1, keys: .tuple(types + [.int64, .string]), shardColumns: types.count,
        values: AccumulatorLayout([], ownWords: 1), panes: .single, removesGroups: true),
    ]
  }

  var name: String { "process" }
  var summary: String { "process \(StreamPlan.name(plan.name)) by \(keys.words)" }
  var dependsOnOrder: String? { "logic of one's own sees the rows of a batch at once, as they arrived" }
  var keeps: String? {
    let bound = plan.timeToLive.map { ", forgotten \(PlanComparison.duration($0)) after its last change" } ?? ""
    return "a state per key\(bound), and timers"
  }
  var keepsProgress: Bool { true }
  var progress: [UInt8] { StateForms.encode(known) }
  var nextAlarm: Int64? { timers.nextProcessingTime }
  /// Rows that wait for the end of the batch; timers and times of forgetting by what one takes, roughly.
  var memoryBytes: Int {
    let columns = rows.columns + rowKeys
    return columns.reduce(times.capacity * 8) { $0 + $1.memoryBytes } + (timers.entryCount + expiries.entryCount) * 160
  }

  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError) {
    isNew = false
    if !progress.isEmpty { known = try StateForms.decode(progress) }
    try plan.check(known)
    if known.last != plan.state { known.append(plan.state) }
    let held = context.state.states[state + 1].rows(of: [0])
    let tuples = KeyTuple.encode(Array(held.keys.dropLast(2)), rows: held.count)
    for row in 0..<held.count {
      guard let clock = FiredTimer.Clock(rawValue: held.keys[keys.count].words[row]) else {
        throw StreamError(.store, "a timer of the process '\(plan.name)' has an unknown clock")
      }
      let id = TimerQueue.ID(key: tuples.key(row), clock: clock, name: held.keys[keys.count + 1].text(row))
      timers.restore(id, held.words[0][row])
    }
    guard let timeToLive = plan.timeToLive else { return }
    let states = context.state.states[state].rows(of: [0])
    let owners = KeyTuple.encode(states.keys, rows: states.count)
    for row in 0..<states.count where states.words[0][row] != .min {
      expiries.note(KeyBytes(owners.key(row)), at: states.words[0][row] &+ timeToLive)
    }
  }

  mutating func take(_ batch: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    guard let onTime = batch.inTime(&context) else { return }
    let (part, values) = try context.values(of: keys, onTime)
    for (index, column) in values.enumerated() { rowKeys[index].append(contentsOf: column) }
    rows.append(contentsOf: part.columns)
    times += part.times?.times.words ?? Array(repeating: 0, count: part.columns.count)
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    let isEnd = context.watermark == .max
    do {
      if isNew { try begin(&context) }
      // Processing time has come to this batch before its rows.
      let before = timers.due(watermark: context.watermarkBefore, now: context.now)
      if rows.count > 0 || !before.isEmpty
        || timers.hasDue(watermark: context.watermark, now: isEnd ? .max : context.now)
      {
        guard let logic = plan.logic else {
          throw StreamError(.plan, "the logic of the process '\(plan.name)' is missing: its plan was read from a store")
        }
        var batch = ProcessBatch(logic.begin(known), layout: layout, state: state, context: context)
        let types = keys.map(\.type)
        // The state is lent, not held: what holds it when it is written makes a copy of every shard that changes.
        try batch.fire(
          before, &timers, keyTypes: types, through: context.watermarkBefore, isEnd: false, context.state.states[state])
        try batch.take(rows, keys: rowKeys, times: times, &timers, context.state.states[state])
        let due = timers.due(watermark: context.watermark, now: isEnd ? .max : context.now)
        try batch.fire(
          due, &timers, keyTypes: types, through: context.watermark, isEnd: isEnd, context.state.states[state])
        let changed = try batch.write(&context)
        if let timeToLive = plan.timeToLive {
          for (key, time) in changed {
            if let time { expiries.note(key, at: time &+ timeToLive) } else { expiries.forget(key) }
          }
        }
        try emit(batch.output, &context)
      }
      try writeTimers(&context)
      try expire(&context)
    } catch let error as StateError {
      throw StreamError(error)
    } catch let error as StreamError {
      throw error
    } catch {
      throw StreamError(.plan, "\(error)")
    }
    rows.removeAll()
    for index in rowKeys.indices { rowKeys[index].removeAll() }
    times.removeAll()
    guard isEnd else { return }
    context.state.states[state].close(through: .max)
    context.state.states[state + 1].close(through: .max)
    timers.removeAll()
    expiries.removeAll()
  }

  /// Puts the state in place that a new store begins with.
  private mutating func begin(_ context: inout OperatorContext) throws {
    isNew = false
    guard let initial = plan.logic?.initial(known) else { return }
    let count = initial.states.count
    let keys = try context.state.states[state].keys(initial.keys, rows: count)
    var index = KeyNumbers(layout)
    _ = try index.numbers(of: keys)
    guard index.count == count else {
      throw StreamError(.plan, "the initial state of the process '\(plan.name)' has a key twice")
    }
    let rows = (0..<Int32(count)).filter { initial.states[Int($0)] != nil }
    var values = GroupValues(words: 1, blobs: 1)
    for row in rows { values.append(words: [.min], blobs: [initial.states[Int(row)] ?? []]) }
    try context.state.states[state].set(index.keys(rows), to: values)
  }

  private func emit(_ output: (rows: ColumnBatch, times: [Int64]), _ context: inout OperatorContext) throws(StreamError)
  {
    guard output.rows.count > 0 else { return }
    guard isTimed else { return context.emit(RowBatch(output.rows, times: nil, mark: context.watermarkBefore)) }
    let times = output.times.map { max($0, context.watermarkBefore) }
    guard times.allSatisfy({ $0 > -Window.maximumTime && $0 < Window.maximumTime }) else {
      throw StreamError(
        .overflow, "the process '\(plan.name)' gives a row an event time beyond the years that can be counted")
    }
    context.emit(RowBatch(output.rows, times: Column(.timestamp, words: times), mark: context.watermarkBefore))
  }

  private mutating func writeTimers(_ context: inout OperatorContext) throws(StateError) {
    var (set, removed) = (TimerColumns(keys.map(\.type)), TimerColumns(keys.map(\.type)))
    var values = GroupValues(words: 1, blobs: 0)
    for id in timers.changed.sorted() {
      if let time = timers.time(of: id) {
        try set.append(id)
        values.append(words: [time], blobs: [])
      } else {
        try removed.append(id)
      }
    }
    timers.settle()
    if removed.count > 0 {
      let keys = try context.state.states[state + 1].keys(removed.columns, rows: removed.count)
      context.state.states[state + 1].remove(keys, pane: 0)
    }
    if set.count > 0 {
      let keys = try context.state.states[state + 1].keys(set.columns, rows: set.count)
      try context.state.states[state + 1].set(keys, to: values)
    }
  }

  /// Forgets the states whose time is over.
  private mutating func expire(_ context: inout OperatorContext) throws(StateError) {
    guard let timeToLive = plan.timeToLive, context.watermark != .max else { return }
    var due = Column(.string)
    while let entry = expiries.pop(through: context.watermark) { due.append(utf8: entry.id.bytes) }
    if due.count == 0 { return }
    let columns = try KeyTuple.decode(due, types: keys.map(\.type))
    let keys = try context.state.states[state].keys(columns, rows: due.count)
    let values = context.state.states[state].values(of: keys)
    var gone: [Int32] = []
    for row in 0..<due.count where values.isFound[row] {
      let time = values.words[0][row] &+ timeToLive
      if time <= context.watermark {
        gone.append(Int32(row))
      } else {
        expiries.note(KeyBytes(due.key(row)), at: time)
      }
    }
    if !gone.isEmpty {
      let keys = try context.state.states[state].keys(columns.map { $0.gathered(gone) }, rows: gone.count)
      context.state.states[state].remove(keys, pane: 0)
    }
  }
}

/// Timers as the key columns of their keyed state.
private struct TimerColumns {
  private var keys = Column(.string)
  private var clocks = Column(.int64)
  private var names = Column(.string)
  private let types: [ColumnType]

  init(_ types: [ColumnType]) { self.types = types }

  var count: Int { names.count }

  mutating func append(_ id: TimerQueue.ID) throws(StateError) {
    keys.append(utf8: id.key)
    clocks.append(word: id.clock.rawValue)
    names.append(id.name)
  }

  var columns: [Column] {
    get throws(StateError) { try KeyTuple.decode(keys, types: types) + [clocks, names] }
  }
}

extension Column {
  /// The bytes of a key.
  func key(_ row: Int) -> [UInt8] { Array(bytes[Int(offsets[row])..<Int(offsets[row + 1])]) }
}
