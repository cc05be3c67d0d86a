import StrandlineColumns

/// The rows of a batch as sessions of their own, before they meet those that are open.
struct SessionRows {
  /// The session of each row.
  private(set) var session: [Int32]
  /// The sessions, ordered by key and then by start.
  private(set) var sessions: [SessionIndex.Session] = []
  /// A row of each session.
  private(set) var rows: [Int32] = []
  /// The sessions of each key, with the key as a tuple of bytes.
  private(set) var keys: [(key: [UInt8], sessions: Range<Int>)] = []

  /// Cuts rows into sessions: a row belongs to the one before it if it begins before that ends.
  ///
  /// Linear in the rows, and the sorting of those of a key that are out of order.
  ///
  /// - Parameters:
  ///   - gaps: for how long each row keeps its session open, in microseconds; all positive.
  init(_ keyColumns: [Column], times: [Int64], gaps: SessionGaps, hasher: KeyHasher) throws(StateError) {
    let tuples = KeyTuple.encode(keyColumns, rows: times.count)
    var table = GroupTable(keyType: .string, width: 0)
    var groups: [Int32] = []
    try table.lookUp(KeyBatch(encoded: tuples, hasher: hasher), into: &groups)
    session = Array(repeating: 0, count: times.count)
    var firsts = [Int](repeating: 0, count: table.count + 1)
    for group in groups { firsts[Int(group) + 1] += 1 }
    for group in 0..<table.count { firsts[group + 1] += firsts[group] }
    var order = [Int32](repeating: 0, count: times.count)
    var next = firsts
    for (row, group) in groups.enumerated() {
      order[next[Int(group)]] = Int32(row)
      next[Int(group)] += 1
    }
    for group in 0..<table.count {
      let own = firsts[group]..<firsts[group + 1]
      let first = sessions.count
      let isSorted = own.dropFirst().allSatisfy { times[Int(order[$0 - 1])] <= times[Int(order[$0])] }
      if !isSorted { order[own].sort { times[Int($0)] < times[Int($1)] } }
      for row in order[own] {
        let start = times[Int(row)]
        let end = start &+ gaps[Int(row)]
        if sessions.count > first, start < sessions[sessions.count - 1].end {
          sessions[sessions.count - 1].end = max(sessions[sessions.count - 1].end, end)
        } else {
          sessions.append(SessionIndex.Session(start: start, end: end))
          rows.append(row)
        }
        session[Int(row)] = Int32(sessions.count - 1)
      }
      keys.append((Array(table.keyBytes(group)), first..<sessions.count))
    }
  }
}

/// For how long each row keeps its session open, in microseconds.
public enum SessionGaps: Sendable {
  /// The same for all.
  case same(Int64)
  /// A length per row.
  case each([Int64])

  subscript(row: Int) -> Int64 {
    switch self {
    case .same(let gap): gap
    case .each(let gaps): gaps[row]
    }
  }
}

extension GroupTable {
  /// The bytes of a group's key.
  func keyBytes(_ group: Int) -> ArraySlice<UInt8> {
    keys.bytes[Int(keys.offsets[group])..<Int(keys.offsets[group + 1])]
  }
}
