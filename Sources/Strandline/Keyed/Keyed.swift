import StrandlineColumns

/// Rows that are grouped by key alone, for logic that decides itself what it keeps.
public struct Keyed<Row: Record, Key: Sendable>: Sendable {
  let stream: Stream<Row>
  let coding: KeyCoding<Key>

  /// Carries out logic of your own over the rows of each key.
  ///
  /// ```swift
  /// clicks.keyed(by: { $0.user })
  ///   .process(Idle.self, state: Visits.self, name: "idle users") { user, clicks, visits, context in
  ///     visits.count += Int64(clicks.count)
  ///     context.timers.set("idle", at: context.time + .minutes(30))
  ///   } onTimer: { user, timer, visits, context in
  ///     context.emit(Idle(user: user, since: timer.time, visits: visits.count))
  ///     visits = Visits()
  ///   }
  /// ```
  ///
  /// - Parameters:
  ///   - name: by which a store knows the logic: its state is kept while the code changes.
  ///   - timeToLive: for how long after its last rows or event-time timer a state is kept, in event time; nil for ever.
  ///   - initialState: what a new store begins with.
  ///   - onRows: called once per batch and key with the key's rows in the order of their arrival; keys in the order of their
  ///     first row.
  ///   - onTimer: called at the end of a batch with each timer that is due, in the order of time, then key, then name.
  public func process<State: ProcessState, Output: Record>(
    _ output: Output.Type = Output.self, state: State.Type = State.self, name: String, timeToLive: Duration? = nil,
    initialState: [(key: Key, state: State)] = [],
    _ onRows: @escaping @Sendable (Key, [Row], inout State, inout KeyContext<Output>) throws -> Void,
    onTimer: (@Sendable (Key, FiredTimer, inout State, inout KeyContext<Output>) throws -> Void)? = nil
  ) -> Stream<Output> {
    var process = ProcessPlan(name: name, output: Output.schema)
    process.state = State.schema
    process.migrated = State.migratedVersions
    process.timeToLive = timeToLive?.microseconds
    process.logic = TypedProcess(
      name: name, coding: coding, initialState: initialState, onRows: onRows, onTimer: onTimer)
    return Stream<Output>(plan: stream.operating(.process(process)).plan, ends: stream.ends)
  }
}

extension Stream {
  /// Groups rows by one or several keys.
  public func keyed<each Key: ColumnValue>(
    by keys: (Row.Columns) -> (repeat Expr<each Key>)
  ) -> Keyed<Row, (repeat each Key)> {
    let expressions = keys(Row.columns)
    // The tuple is built anew: one of unknown length that is passed on as it is stops the compiler (6.3.1).
    var next = opened
    next.plan.keys = GroupKeys.expressions((repeat each expressions))
    var types: [ColumnType] = []
    for key in repeat (each Key).self { types.append(key.columnType) }
    return Keyed(
      stream: next,
      coding: KeyCoding(
        types: types,
        read: { columns, row throws(ColumnsError) in
          var position = 0
          return (repeat try KeyPart.read((each Key).self, columns, row, &position))
        },
        append: { key, columns in
          var position = 0
          repeat KeyPart.append(each key, to: &columns, &position)
        }))
  }
}

/// One of the keys of a stream.
private enum KeyPart {
  static func read<Key: ColumnValue>(
    _ type: Key.Type, _ columns: [Column], _ row: Int, _ position: inout Int
  ) throws(ColumnsError) -> Key {
    guard let key = Key(columns[position], row: row) else {
      throw ColumnsError(.malformed, "key \(position + 1) has no valid value")
    }
    position += 1
    return key
  }

  static func append<Key: ColumnValue>(_ key: Key, to columns: inout [Column], _ position: inout Int) {
    key.append(to: &columns[position])
    position += 1
  }
}
