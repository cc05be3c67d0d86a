import StrandlineColumns
import StrandlineLog
import StrandlineState

/// Batches made from a seed, and what a dictionary says of the state after each: the oracle of these tests.
struct Workload {
  struct Row: Hashable {
    var pane: Int64
    var key: String
    var value: Int64
  }

  /// A group as the oracle knows it.
  struct Group: Hashable, CustomStringConvertible {
    var pane: Int64
    var key: String
    var rows: Int64
    var sum: Int64
    var largest: Int64
    var description: String { "(\(pane) \(key): \(rows) \(sum) \(largest))" }
  }

  struct Batch {
    var rows: [Row] = []
    var watermark: Int64
    var rowsRead: UInt64
    /// What the sink said, where the batch wrote something.
    var receipt: [UInt8]?
    var expected: [Group] = []
  }

  static let paneLength: Int64 = 1000
  static let plan = KeyedStatePlan(
    id: 0, keys: KeyLayout([.string]),
    values: AccumulatorLayout([.countRows, .sumInt64(input: 0), .maximum(input: 0)]),
    window: .tumbling(size: paneLength, offset: 0))

  let batches: [Batch]

  /// - Parameters:
  ///   - keys: how many keys there are; each batch uses a few of them.
  ///   - ticks: whether some batches have no rows.
  init(
    seed: UInt64, batches count: Int, keys: Int = 40, rows perBatch: Int = 12, ticks: Bool = true, closes: Bool = true
  ) {
    var random = SeededRandom(seed: seed)
    var groups: [Row: Group] = [:]
    var batches: [Batch] = []
    var watermark: Int64 = -2000
    var rowsRead: UInt64 = 0
    for number in 0..<count {
      if closes && random.next() % 4 == 0 { watermark += Int64(random.next() % 1500) }
      var batch = Batch(watermark: watermark, rowsRead: rowsRead)
      // The first batch has rows, so that it is a snapshot of something.
      let isTick = ticks && number > 0 && random.next() % 6 == 0
      for _ in 0..<(isTick ? 0 : 1 + Int(random.next() % UInt64(perBatch))) {
        let open = (watermark / Self.paneLength - (watermark % Self.paneLength < 0 ? 1 : 0)) * Self.paneLength
        let pane = open + Int64(random.next() % 3) * Self.paneLength
        let row = Row(
          pane: pane, key: "key-\(random.next() % UInt64(keys))", value: Int64(random.next() % 2000) - 1000)
        batch.rows.append(row)
        let place = Row(pane: row.pane, key: row.key, value: 0)
        var group =
          groups[place] ?? Group(pane: row.pane, key: row.key, rows: 0, sum: 0, largest: .min)
        group.rows += 1
        group.sum += row.value
        group.largest = max(group.largest, row.value)
        groups[place] = group
      }
      groups = groups.filter { $0.key.pane + Self.paneLength > watermark }
      rowsRead += UInt64(batch.rows.count)
      batch.rowsRead = rowsRead
      batch.receipt = number % 5 == 3 ? [UInt8(number & 0xFF)] : nil
      batch.expected = groups.values.sorted { ($0.pane, Array($0.key.utf8)) < ($1.pane, Array($1.key.utf8)) }
      batches.append(batch)
    }
    self.batches = batches
  }

  /// Adds a batch to a state, from `beginBatch` to `endBatch`.
  func apply(_ number: Int, to state: inout StreamState) throws {
    state.beginBatch()
    let batch = batches[number]
    for pane in Set(batch.rows.map(\.pane)).sorted() {
      let rows = batch.rows.filter { $0.pane == pane }
      var keys = Column(.string)
      var values = Column(.int64)
      for row in rows {
        keys.append(row.key)
        values.append(word: row.value)
      }
      try state.states[0].add(pane: pane, keys: [keys], inputs: [values], rows: rows.count)
    }
    state.close(through: [batch.watermark])
    state.endBatch()
  }

  /// A batch's record without its parts of the state.
  func record(_ number: Int, _ state: borrowing StreamState) -> CommitRecord {
    let batch = batches[number]
    var record = CommitRecord()
    record.partitions = [
      PartitionRecord(
        name: "rows", identity: [1, 2, 3], offset: batch.rowsRead, rows: batch.rowsRead, maximumTime: batch.watermark,
        joinedAt: .min, status: .active)
    ]
    record.watermark = batch.watermark
    record.rowsRead = batch.rowsRead
    record.batchRows = UInt64(batch.rows.count)
    record.groups = UInt64(state.groupCount)
    record.groupsChanged = UInt64(state.changedGroups)
    record.digest = state.digest.value
    record.receipt = batch.receipt
    record.publishedBefore = BatchID(UInt64(number))
    record.committedAt = Int64(number)
    return record
  }

  /// The digest of the state after a batch, from a state of another shape that gets the surviving rows at once.
  func digest(after number: Int) throws -> StateDigest {
    var state = StreamState([Self.plan], shardCount: 2, seed: 99)
    let watermark = batches[number].watermark
    let rows = batches[...number].flatMap(\.rows).filter { $0.pane + Self.paneLength > watermark }
    for pane in Set(rows.map(\.pane)) {
      var keys = Column(.string)
      var values = Column(.int64)
      let here = rows.filter { $0.pane == pane }
      for row in here {
        keys.append(row.key)
        values.append(word: row.value)
      }
      try state.states[0].add(pane: pane, keys: [keys], inputs: [values], rows: here.count)
    }
    state.endBatch()
    return state.digest
  }

  /// The groups of a state in the oracle's form.
  static func groups(_ state: borrowing StreamState) -> [Group] {
    let rows = state.states[0].rows(of: state.states[0].openPanes)
    return (0..<rows.count).map { row in
      Group(
        pane: rows.panes[row], key: rows.keys[0].text(row), rows: rows.words[0][row],
        sum: rows.words[1][row], largest: rows.words[3][row])
    }
  }
}

private func < (a: (Int64, [UInt8]), b: (Int64, [UInt8])) -> Bool {
  a.0 == b.0 ? a.1.lexicographicallyPrecedes(b.1) : a.0 < b.0
}
