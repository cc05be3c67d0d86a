import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// Finds sequences of rows.
///
/// Rows wait until the watermark has passed them; then they are dealt with in the order of their event time. Its keyed state
/// holds, per key, a word (the watermark at which there is something to do) and two blobs: the rows that wait, and the beginnings of
/// sequences with their rows.
struct PatternOperator: StreamOperator {
  let plan: PatternPlan
  let keys: [BoundExpression]
  /// The condition of each element.
  let conditions: [BoundExpression]
  /// The columns of the rows that it takes.
  let schema: Schema
  /// The number of its keyed state.
  let state: Int

  private let layout: KeyLayout
  private let coding: RowBlob
  private let matcher: PatternMatcher
  private var arrived: [KeptRow] = []
  private var arrivedKeys: [Column]
  /// When there may be something to do for keys: the word of a key says whether there is.
  private var alarms = Alarms<KeyBytes>()

  init(_ plan: PatternPlan, keys: [BoundExpression], conditions: [BoundExpression], schema: Schema, state: Int) {
    self.plan = plan
    self.keys = keys
    self.conditions = conditions
    self.schema = schema
    self.state = state
    layout = KeyLayout(keys.map(\.type))
    coding = RowBlob(schema)
    matcher = PatternMatcher(plan)
    arrivedKeys = keys.map { Column($0.type) }
  }

  /// What its keyed state holds.
  static func state(keys types: [ColumnType], id: Int) -> KeyedStatePlan {
    KeyedStatePlan(
      id: id, keys: KeyLayout(types), values: AccumulatorLayout([], ownWords: 1, blobs: 2), panes: .single,
      removesGroups: true)
  }

  var name: String { "pattern" }
  var summary: String {
    "sequences of \(plan.elements.map { ($0.isNegated ? "no " : "") + $0.name }.joined(separator: ", ")) by \(keys.words)"
  }
  /// Rows that wait for the end of the batch; when keys are looked at by what one takes, roughly.
  var memoryBytes: Int {
    arrivedKeys.reduce(arrived.reduce(alarms.entryCount * 120) { $0 + $1.bytes.count + 64 }) { $0 + $1.memoryBytes }
  }
  var keeps: String? {
    let bound = plan.within.map { ", forgotten \(PlanComparison.duration($0)) after their first row" } ?? ""
    return "per key the rows ahead of the watermark, and beginnings of sequences\(bound)"
  }

  mutating func restored(_ progress: [UInt8], _ context: inout OperatorContext) throws(StreamError) {
    let held = context.state.states[state].rows(of: [0])
    let tuples = KeyTuple.encode(held.keys, rows: held.count)
    for row in 0..<held.count { note(held.words[0][row], tuples.key(row)) }
  }

  mutating func take(_ batch: RowBatch, from input: Int, _ context: inout OperatorContext) throws(StreamError) {
    guard var part = batch.inTime(&context) else { return }
    let used = keys.map { ($0, BoundExpression.Use.value) } + conditions.map { ($0, .condition) }
    let (values, fulfilled) = try context.compute(part, &part.selection, used) {
      [columns = part.columns, keys, conditions] (selection) throws(ColumnsError) in
      var fulfilled: [Selection] = []
      for condition in conditions { fulfilled.append(try condition.select(columns, selection)) }
      return (try keys.evaluate(columns, selection), fulfilled)
    }
    var masks = [UInt64](repeating: 0, count: part.columns.count)
    for (element, rows) in fulfilled.enumerated() {
      for row in rows.positions { masks[Int(row)] |= 1 << UInt64(element) }
    }
    masks = part.selection.positions.map { masks[Int($0)] }
    part = part.compacted
    guard let times = part.times?.times.words else { return }
    for (index, column) in values.enumerated() { arrivedKeys[index].append(contentsOf: column) }
    let bytes = coding.encode(part.columns.columns, rows: Array(0..<Int32(part.columns.count)))
    for row in 0..<part.columns.count {
      arrived.append(
        KeptRow(time: times[row], ordinal: part.ordinal(of: Int32(row)), mask: masks[row], bytes: bytes[row]))
    }
  }

  mutating func endBatch(_ context: inout OperatorContext) throws(StreamError) {
    do {
      try deal(&context)
    } catch let error as StreamError {
      throw error
    } catch let error as StateError {
      throw StreamError(error)
    } catch {
      throw StreamError(.store, "what is kept of a key can't be read: \(error)")
    }
    guard context.watermark == .max else { return }
    context.state.states[state].close(through: .max)
    alarms.removeAll()
  }

  /// Puts the rows of the batch to those that wait, and takes those that the watermark has passed through the pattern.
  private mutating func deal(_ context: inout OperatorContext) throws {
    var index = KeyNumbers(layout)
    let numbers = try index.numbers(of: try context.state.states[state].keys(arrivedKeys, rows: arrived.count))
    try addDue(to: &index, context)
    if index.count == 0 { return }
    let keys = index.keys(Array(0..<Int32(index.count)))
    let columns = try layout.columns(of: keys)
    let tuples = KeyTuple.encode(columns, rows: keys.count)
    let held = context.state.states[state].values(of: keys)
    var kept: [KeyMatches] = []
    for key in 0..<keys.count {
      kept.append(
        try KeyMatches(waiting: held.blobs[0][key], partial: held.blobs[1][key], elements: plan.elements.count))
    }
    for (row, number) in numbers.enumerated() { kept[Int(number)].waiting.append(arrived[row]) }
    arrived.removeAll()
    for index in arrivedKeys.indices { arrivedKeys[index].removeAll() }

    var found = Findings(coding.columns)
    var (live, gone): ([Int32], [Int32]) = ([], [])
    var values = GroupValues(words: 1, blobs: 2)
    for key in 0..<keys.count {
      try advance(&kept[key], number: key, watermark: context.watermark, &found)
      if kept[key].isEmpty {
        gone.append(Int32(key))
        alarms.forget(KeyBytes(tuples.key(key)))
        continue
      }
      let wakes = kept[key].wakes(within: plan.within)
      note(wakes, tuples.key(key))
      live.append(Int32(key))
      values.append(words: [wakes], blobs: [kept[key].waitingBytes, kept[key].partialBytes])
    }
    context.state.states[state].remove(index.keys(gone), pane: 0)
    try context.state.states[state].set(index.keys(live), to: values)
    try emit(found, columns, tuples, &context)
  }

  /// Notes when there is something to do for a key; never, if the time is that of no watermark but the last.
  private mutating func note(_ time: Int64, _ key: [UInt8]) {
    if time != .max { alarms.note(KeyBytes(key), at: time) }
  }

  /// Adds the keys for which there is something to do.
  private mutating func addDue(to index: inout KeyNumbers, _ context: borrowing OperatorContext) throws {
    var due = Column(.string)
    while let entry = alarms.pop(through: context.watermark) { due.append(utf8: entry.id.bytes) }
    if due.count == 0 { return }
    let columns = try KeyTuple.decode(due, types: layout.types)
    let keys = try context.state.states[state].keys(columns, rows: due.count)
    let held = context.state.states[state].values(of: keys)
    var isDue: [Int32] = []
    for row in 0..<due.count where held.isFound[row] {
      let time = held.words[0][row]
      if time <= context.watermark { isDue.append(Int32(row)) } else { note(time, due.key(row)) }
    }
    _ = try index.numbers(of: keys.gathered(isDue))
  }

  /// Takes the rows that the watermark has passed through the pattern.
  private func advance(
    _ kept: inout KeyMatches, number: Int, watermark: Int64, _ found: inout Findings
  ) throws {
    var ready = kept.waiting.enumerated().filter { $0.element.time < watermark }
    ready.sort { ($0.element.time, $0.element.ordinal, $0.offset) < ($1.element.time, $1.element.ordinal, $1.offset) }
    if !ready.isEmpty { kept.waiting.removeAll { $0.time < watermark } }
    var matches: [FoundMatch] = []
    for (_, row) in ready {
      kept.taken[kept.next] = row
      matcher.take(kept.next, time: row.time, mask: row.mask, &kept.partial, &matches)
      kept.next += 1
    }
    if watermark == .max {
      matcher.finish(&kept.partial, &matches)
    } else {
      matcher.expire(through: watermark, &kept.partial, &matches)
    }
    for match in matches {
      try found.append(match, key: number, rows: match.taken.compactMap { kept.taken[$0.row]?.bytes }, coding)
    }
    kept.forgetRows()
  }

  private func emit(
    _ found: Findings, _ keys: [Column], _ tuples: Column, _ context: inout OperatorContext
  ) throws {
    if found.matches.isEmpty { return }
    guard let logic = plan.logic else {
      throw StreamError(.plan, "what makes rows of matches is missing: the plan was read from a store")
    }
    // In the order in which they were complete, then by key.
    let order = found.matches.indices.sorted { a, b in
      let (left, right) = (found.matches[a], found.matches[b])
      if left.match.time != right.match.time { return left.match.time < right.match.time }
      if left.key != right.key { return tuples.key(left.key).lexicographicallyPrecedes(tuples.key(right.key)) }
      return a < b
    }
    let ordered = order.map { found.matches[$0] }
    let rows = ordered.flatMap { $0.rows.map { Int32($0) } }
    let numbers = ordered.map { Int32($0.key) }
    let result = try logic.result(
      keys: keys.map { $0.gathered(numbers) },
      rows: ColumnBatch(schema, columns: found.columns.map { $0.gathered(rows) }), matches: ordered.map(\.match))
    let times = ordered.map { max($0.match.time, context.watermarkBefore) }
    context.emit(RowBatch(result, times: Column(.timestamp, words: times), mark: context.watermarkBefore))
  }
}

/// The matches of a batch, and their rows.
private struct Findings {
  var matches: [(match: FoundMatch, key: Int, rows: Range<Int>)] = []
  var columns: [Column]

  init(_ columns: [Column]) { self.columns = columns }

  mutating func append(_ match: FoundMatch, key: Int, rows: [[UInt8]], _ coding: RowBlob) throws {
    let start = columns.first?.count ?? 0
    for row in rows { try coding.decode(row, into: &columns) }
    matches.append((match, key, start..<start + rows.count))
  }
}
