public import StrandlineColumns

extension KeyedStatePlan {
  /// The plan of a state of sessions: a group is a session, its key the key and the session's start, its first word its end.
  ///
  /// - Parameters:
  ///   - keys: the types of the key columns.
  ///   - values: what is kept per session, with one word of the operator's own.
  public static func sessions(id: Int, keys: [ColumnType], values: AccumulatorLayout) -> KeyedStatePlan {
    precondition(values.ownWords == 1, "a session has its end in front")
    return KeyedStatePlan(
      id: id, keys: .tuple(keys + [.timestamp]), shardColumns: keys.count, values: values, panes: .single,
      removesGroups: true, groups: .sessions)
  }
}

/// The rows of a session's group: see `KeyedStatePlan.sessions`.
extension KeyedState {
  /// Adds rows to sessions, opening, extending and merging them. Linear in the rows, and logarithmic in the open sessions of their keys
  /// but for moving those behind a session that begins or is absorbed.
  ///
  /// - Parameters:
  ///   - keys: the key columns, with as many values as there are times.
  ///   - inputs: the columns that the accumulators read.
  ///   - gaps: for how long each row keeps its session open.
  ///   - index: the open sessions.
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func addToSessions(
    keys: [Column], times: Column, gaps: SessionGaps, inputs: [Column], index: inout SessionIndex
  ) throws(StateError) {
    if times.count == 0 { return }
    let rows = try SessionRows(keys, times: times.words, gaps: gaps, hasher: hasher)
    let starts = Column(.timestamp, words: rows.sessions.map(\.start))
    var partial = GroupTable(keyType: .string, width: plan.values.width, blobs: plan.values.blobs)
    var positions: [Int32] = []
    try partial.lookUp(
      self.keys(keys.map { $0.gathered(rows.rows) } + [starts], rows: starts.count), into: &positions)
    try plan.values.add(inputs, to: &partial, groups: rows.session)
    var change = SessionChange()
    for (key, range) in rows.keys {
      for merged in index.add(rows.sessions[range], to: key) {
        change.note(
          merged.session, rows.rows[merged.added.lowerBound], open: merged.open,
          added: merged.added.map { Int32($0) })
      }
    }
    try apply(change, partial, keys)
  }

  private mutating func apply(
    _ change: SessionChange, _ partial: GroupTable, _ keys: [Column]
  ) throws(StateError) {
    open(0)
    let seed = groupDigest(pane: 0)
    let newTable = PaneTable(plan)
    let absorbed = try sessionKeys(keys, change.absorbedRows, change.absorbedStarts)
    let targets = try sessionKeys(keys, change.rows, change.sessions.map(\.start))
    let absorbedByShard = distribute(absorbed.hashes)
    for (shard, own) in distribute(targets.hashes).enumerated() where !own.isEmpty {
      shards[shard].touched.insert(0)
      var table = shards[shard].panes.removeValue(forKey: 0) ?? newTable
      // What is merged into another session leaves the table before that one is there.
      var moved = GroupTable(keyType: .string, width: plan.values.width, blobs: plan.values.blobs)
      let leaving = absorbedByShard[shard]
      try table.move(absorbed.gathered(leaving), to: &moved, plan.values, seed: seed)
      var groups: [Int32] = []
      try table.touch(targets.gathered(own), identities: plan.values.identities, seed: seed, into: &groups)
      var groupOfTarget: [Int32: Int32] = [:]
      var (sources, goals): ([Int32], [Int32]) = ([], [])
      for (position, target) in own.enumerated() {
        let group = groups[position]
        groupOfTarget[target] = group
        table.table.words[0][Int(group)] = change.sessions[Int(target)].end
        for source in change.added[Int(target)] {
          sources.append(source)
          goals.append(group)
        }
      }
      try plan.values.merge(partial, sources, into: &table.table, groups: goals)
      try plan.values.merge(
        moved, Array(0..<Int32(leaving.count)), into: &table.table,
        groups: leaving.map { groupOfTarget[change.absorbedInto[Int($0)]] ?? 0 })
      shards[shard].panes[0] = table
    }
  }

  private func sessionKeys(
    _ keys: [Column], _ rows: [Int32], _ starts: [Int64]
  ) throws(StateError) -> KeyBatch {
    try self.keys(keys.map { $0.gathered(rows) } + [Column(.timestamp, words: starts)], rows: rows.count)
  }

  /// Takes the sessions that end at or before a watermark out of the state, ordered by (end, start, key).
  ///
  /// - Returns: their groups: `panes` are starts, `keys` the key columns without the start.
  public mutating func takeSessions(
    endingBy watermark: Int64, index: inout SessionIndex
  ) throws(StateError) -> GroupRows {
    let ended = index.takeEnded(by: watermark)
    var encoded = Column(.string, capacity: ended.count)
    for session in ended {
      encoded.bytes.append(contentsOf: session.key)
      KeyTuple.append(word: session.start, to: &encoded)
      encoded.endText()
    }
    let keys = try self.keys(encoded: encoded)
    var rows = GroupRows(plan)
    rows.words = rows.words.map { _ in Array(repeating: 0, count: ended.count) }
    rows.blobs = rows.blobs.map { _ in Array(repeating: [], count: ended.count) }
    let seed = groupDigest(pane: 0)
    for (shard, own) in distribute(keys.hashes).enumerated() where !own.isEmpty {
      guard var table = shards[shard].panes.removeValue(forKey: 0) else { continue }
      shards[shard].touched.insert(0)
      var groups: [Int32] = []
      table.table.find(keys.gathered(own), into: &groups)
      for (row, group) in zip(own, groups) where group >= 0 {
        for index in rows.words.indices { rows.words[index][Int(row)] = table.table.words[index][Int(group)] }
        for index in rows.blobs.indices { rows.blobs[index][Int(row)] = table.table.blobs[index][Int(group)] }
        table.remove(group, hash: keys.hashes[Int(row)], hasher: hasher, seed: seed)
      }
      shards[shard].panes[0] = table
    }
    rows.panes = ended.map(\.start)
    rows.ends = ended.map(\.end)
    rows.keys = Array(try KeyTuple.decode(encoded, types: plan.keys.types).dropLast())
    return rows
  }

  /// The sessions that the current batch has touched, or all, ordered by (end, start, key).
  public func sessionRows(touchedOnly: Bool) -> GroupRows {
    Self.sessions(touchedOnly ? touchedRows() : rows(of: openPanes))
  }

  /// Groups of a state of sessions with their starts and ends where those of windows are, ordered by (end, start, key).
  public static func sessions(_ groups: GroupRows) -> GroupRows {
    let starts = groups.keys[groups.keys.count - 1].words
    let ends = groups.words[0]
    // Groups come ordered by key.
    let order = (0..<Int32(groups.count)).sorted { a, b in
      let (a, b) = (Int(a), Int(b))
      return (ends[a], starts[a], a) < (ends[b], starts[b], b)
    }
    var rows = groups
    rows.panes = order.map { starts[Int($0)] }
    rows.ends = order.map { ends[Int($0)] }
    rows.keys = groups.keys.dropLast().map { $0.gathered(order) }
    rows.words = groups.words.map { words in order.map { words[Int($0)] } }
    rows.blobs = groups.blobs.map { blobs in order.map { blobs[Int($0)] } }
    return rows
  }

  /// The index of the sessions that are open. Linear in them, and the sorting of those of each key.
  ///
  /// - Throws: `StateError` `.malformed` when sessions of one key overlap: their bytes are a store's.
  public func sessionIndex() throws(StateError) -> SessionIndex {
    var sessions: [[UInt8]: [SessionIndex.Session]] = [:]
    for shard in shards {
      guard let table = shard.panes[0]?.table else { continue }
      for group in 0..<table.count where !table.isRemoved(group) {
        let (key, start) = KeyTuple.lastWord(Array(table.keyBytes(group)))
        sessions[key, default: []].append(SessionIndex.Session(start: start, end: table.words[0][group]))
      }
    }
    var index = SessionIndex()
    for (key, unordered) in sessions {
      let own = unordered.sorted { $0.start < $1.start }
      guard zip(own, own.dropFirst()).allSatisfy({ $0.end <= $1.start }) else {
        throw StateError(.malformed, "the state holds sessions of one key that overlap")
      }
      _ = index.add(own[...], to: key)
    }
    return index
  }
}

/// What becomes of the sessions of a batch.
private struct SessionChange {
  /// The sessions as they are after the batch.
  var sessions: [SessionIndex.Session] = []
  /// A row of each.
  var rows: [Int32] = []
  /// The batch's own sessions that are in each.
  var added: [[Int32]] = []
  /// The open sessions that now are in one with another start: where they began, a row of the key, and in which one.
  var absorbedStarts: [Int64] = []
  var absorbedRows: [Int32] = []
  var absorbedInto: [Int32] = []

  mutating func note(_ session: SessionIndex.Session, _ row: Int32, open: [SessionIndex.Session], added: [Int32]) {
    for old in open where old.start != session.start {
      absorbedStarts.append(old.start)
      absorbedRows.append(row)
      absorbedInto.append(Int32(sessions.count))
    }
    sessions.append(session)
    rows.append(row)
    self.added.append(added)
  }
}

extension PaneTable {
  /// Moves groups, which are there, to another table of the same layout, in their order.
  fileprivate mutating func move(
    _ keys: KeyBatch, to other: inout GroupTable, _ layout: AccumulatorLayout, seed: GroupDigest
  ) throws(StateError) {
    if keys.count == 0 { return }
    var groups: [Int32] = []
    var positions: [Int32] = []
    table.find(keys, into: &groups)
    try other.lookUp(keys, into: &positions)
    other.extend(layout.identities)
    for (row, group) in groups.enumerated() where group >= 0 {
      let (from, to) = (Int(group), Int(positions[row]))
      for index in other.words.indices { other.words[index][to] = table.words[index][from] }
      for index in other.blobs.indices { other.blobs[index][to] = table.blobs[index][from] }
      remove(group, hash: keys.hashes[row], hasher: keys.hasher, seed: seed)
    }
  }
}
