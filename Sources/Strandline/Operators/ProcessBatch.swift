import StrandlineColumns
import StrandlineState

/// A batch of a process: the keys that it has to do with, numbered, and what becomes of them.
struct ProcessBatch {
  private var run: any ProcessRun
  private var index: KeyNumbers
  private let state: Int
  private let layout: KeyLayout
  private let watermarkBefore: Int64
  private let now: Int64
  /// When each key has last changed.
  private var updated: [Int64] = []
  /// Whether each key has a state that is on the way to be forgotten, and whether it has one at all.
  private var isDated: [Bool] = []
  private var isKept: [Bool] = []
  private var isCalled: [Bool] = []

  init(_ run: any ProcessRun, layout: KeyLayout, state: Int, context: borrowing OperatorContext) {
    self.run = run
    self.layout = layout
    self.state = state
    index = KeyNumbers(layout)
    watermarkBefore = context.watermarkBefore
    now = context.now
  }

  /// The rows that the logic has given, and their times.
  var output: (rows: ColumnBatch, times: [Int64]) { run.output }

  /// The numbers of keys; the states of new ones are read.
  private mutating func numbers(
    _ columns: [Column], rows: Int, _ values: borrowing KeyedState
  ) throws -> [Int32] {
    let before = index.count
    let numbers = try index.numbers(of: try values.keys(columns, rows: rows))
    if index.count == before { return numbers }
    let keys = index.keys(Array(Int32(before)..<Int32(index.count)))
    let held = values.values(of: keys)
    try run.add(
      try layout.columns(of: keys), states: held.isFound.indices.map { held.isFound[$0] ? held.blobs[0][$0] : nil })
    for row in held.isFound.indices {
      updated.append(held.isFound[row] ? held.words[0][row] : .min)
      isKept.append(held.isFound[row])
      isDated.append(held.isFound[row] && held.words[0][row] != .min)
      isCalled.append(false)
    }
    return numbers
  }

  /// Gives the rows of the batch to the logic, key by key in the order of their first rows.
  mutating func take(
    _ rows: ColumnBatch, keys: [Column], times: [Int64], _ timers: inout TimerQueue, _ values: borrowing KeyedState
  ) throws {
    if times.isEmpty { return }
    let numbers = try numbers(keys, rows: times.count, values)
    try run.read(rows)
    var parts = [[Int32]](repeating: [], count: index.count)
    var order: [Int] = []
    for (row, number) in numbers.enumerated() {
      if parts[Int(number)].isEmpty { order.append(Int(number)) }
      parts[Int(number)].append(Int32(row))
    }
    let tuples = KeyTuple.encode(keys, rows: times.count)
    for number in order {
      let part = parts[number]
      let time = part.reduce(Int64.min) { max($0, times[Int($1)]) }
      called(number, at: time)
      let call = ProcessCall(time: time, watermark: watermarkBefore, now: now)
      for change in try run.take(part, key: number, call) {
        timers.change(change.id(tuples.key(Int(part[0]))), to: change.time)
      }
    }
  }

  /// Fires timers, and those that they set, as far as they are due, in their order.
  ///
  /// - Parameters:
  ///   - watermark: the watermark by which timers of event time are due: that before the batch as long as its rows wait.
  ///   - isEnd: whether the input has ended: what a timer sets then never comes due.
  mutating func fire(
    _ due: [TimerQueue.Entry], _ timers: inout TimerQueue, keyTypes: [ColumnType], through watermark: Int64,
    isEnd: Bool,
    _ values: borrowing KeyedState
  ) throws {
    var ready = MinimumHeap<TimerQueue.Entry>()
    for entry in due { ready.insert(entry) }
    while let entry = ready.popMinimum() {
      guard timers.fire(entry) else { continue }
      var tuple = Column(.string)
      tuple.append(utf8: entry.id.key)
      let number = Int(try numbers(try KeyTuple.decode(tuple, types: keyTypes), rows: 1, values)[0])
      let isEventTime = entry.id.clock == .eventTime
      let time = max(isEventTime ? entry.time : watermarkBefore, watermarkBefore)
      called(number, at: isEventTime ? time : .min)
      let timer = FiredTimer(
        name: entry.id.name, time: Timestamp(microsecondsSince1970: entry.time), clock: entry.id.clock)
      let isUnknown = !isEventTime && time == .min
      let call = ProcessCall(
        time: Self.countable(isUnknown ? updated[number] : time), watermark: watermark, now: now)
      for change in try run.fire(timer, key: number, call) where !isEnd || change.time == nil {
        timers.change(change.id(entry.id.key), to: change.time)
      }
      for entry in timers.due(watermark: watermark, now: now) { ready.insert(entry) }
    }
  }

  /// The nearest event time that rows can have: timers can be set for any moment.
  private static func countable(_ time: Int64) -> Int64 {
    min(max(time, 1 - Window.maximumTime), Window.maximumTime - 1)
  }

  private mutating func called(_ number: Int, at time: Int64) {
    isCalled[number] = true
    updated[number] = max(updated[number], time)
  }

  /// Writes the states of the keys for which the logic was called.
  ///
  /// - Returns: the keys whose state wasn't to be forgotten before, as tuples, with the time of their last change; with none
  ///   those whose state is gone.
  func write(_ context: inout OperatorContext) throws -> [(key: KeyBytes, time: Int64?)] {
    let numbers = (0..<Int32(index.count)).filter { isCalled[Int($0)] }
    let states = run.states(numbers)
    var (kept, gone): ([Int32], [Int32]) = ([], [])
    var held = GroupValues(words: 1, blobs: 1)
    for (number, state) in zip(numbers, states) {
      guard let state else {
        if isKept[Int(number)] { gone.append(number) }
        continue
      }
      kept.append(number)
      held.append(words: [updated[Int(number)]], blobs: [state])
    }
    context.state.states[state].remove(index.keys(gone), pane: 0)
    try context.state.states[state].set(index.keys(kept), to: held)
    let new = kept.filter { updated[Int($0)] != .min && !isDated[Int($0)] }
    let tuples = KeyTuple.encode(try layout.columns(of: index.keys(gone + new)), rows: gone.count + new.count)
    return (0..<tuples.count).map { row in
      let time: Int64? = row < gone.count ? nil : updated[Int(new[row - gone.count])]
      return (KeyBytes(tuples.key(row)), time)
    }
  }
}

extension KeyTimers.Change {
  /// What the timer of a key is known by.
  func id(_ key: [UInt8]) -> TimerQueue.ID { TimerQueue.ID(key: key, clock: clock, name: name) }
}
