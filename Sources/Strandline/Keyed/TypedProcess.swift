import StrandlineColumns

/// How the keys of a stream are read from columns and written to them.
struct KeyCoding<Key: Sendable>: Sendable {
  let types: [ColumnType]
  let read: @Sendable ([Column], Int) throws(ColumnsError) -> Key
  let append: @Sendable (Key, inout [Column]) -> Void
}

/// Logic of your own with its types.
struct TypedProcess<Row: Record, Key: Sendable, State: ProcessState, Output: Record>: ProcessLogic {
  typealias OnRows = @Sendable (Key, [Row], inout State, inout KeyContext<Output>) throws -> Void
  typealias OnTimer = @Sendable (Key, FiredTimer, inout State, inout KeyContext<Output>) throws -> Void

  let name: String
  let coding: KeyCoding<Key>
  let initialState: [(key: Key, state: State)]
  let onRows: OnRows
  let onTimer: OnTimer?

  func initial(_ known: [StateSchema]) -> (keys: [Column], states: [[UInt8]?])? {
    if initialState.isEmpty { return nil }
    var keys = coding.types.map { Column($0) }
    for (key, _) in initialState { coding.append(key, &keys) }
    return (keys, ProcessStateCoding<State>(known: known).encode(initialState.map(\.state)))
  }

  func begin(_ known: [StateSchema]) -> any ProcessRun {
    TypedRun(process: self, states: ProcessStateCoding(known: known))
  }
}

private struct TypedRun<Row: Record, Key: Sendable, State: ProcessState, Output: Record>: ProcessRun {
  let process: TypedProcess<Row, Key, State, Output>
  let states: ProcessStateCoding<State>
  private var keys: [Key] = []
  private var values: [State] = []
  private var rows: [Row] = []
  private(set) var output = (rows: ColumnBatch(Output.schema), times: [Int64]())

  init(process: TypedProcess<Row, Key, State, Output>, states: ProcessStateCoding<State>) {
    self.process = process
    self.states = states
  }

  mutating func add(_ keys: [Column], states blobs: [[UInt8]?]) throws(StreamError) {
    do {
      for row in blobs.indices { self.keys.append(try process.coding.read(keys, row)) }
    } catch {
      throw StreamError(.row, "a key can't be read: \(error)")
    }
    values += try states.decode(blobs)
  }

  mutating func read(_ rows: ColumnBatch) throws(StreamError) {
    do {
      self.rows = try Row.rows(of: rows)
    } catch {
      throw StreamError(.row, "a row can't be read: \(error)")
    }
  }

  mutating func take(_ rows: [Int32], key: Int, _ call: ProcessCall) throws(StreamError) -> [KeyTimers.Change] {
    let part = rows.map { self.rows[Int($0)] }
    let onRows = process.onRows
    return try self.call(key, call) { key, state, context in try onRows(key, part, &state, &context) }
  }

  mutating func fire(_ timer: FiredTimer, key: Int, _ call: ProcessCall) throws(StreamError) -> [KeyTimers.Change] {
    guard let onTimer = process.onTimer else { return [] }
    return try self.call(key, call) { key, state, context in try onTimer(key, timer, &state, &context) }
  }

  private mutating func call(
    _ key: Int, _ call: ProcessCall, _ body: (Key, inout State, inout KeyContext<Output>) throws -> Void
  ) throws(StreamError) -> [KeyTimers.Change] {
    var context = KeyContext<Output>(watermark: call.watermark, now: call.now, time: call.time)
    do {
      try body(keys[key], &values[key], &context)
    } catch {
      throw StreamError(.row, "the process '\(process.name)' has failed: \(error)")
    }
    for (row, time) in context.emitted {
      row.append(to: &output.rows)
      output.times.append(time)
    }
    return context.timers.changes
  }

  func states(_ keys: [Int32]) -> [[UInt8]?] { states.encode(keys.map { values[Int($0)] }) }
}
