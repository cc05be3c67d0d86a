import StrandlineColumns

/// Numbers by key, in the order in which they were added: what an operator finds its rows by.
///
/// It is no state: an operator makes it again from its keyed state after a recovery.
public struct KeyIndex: Sendable {
  /// Keys, with the first and the last entry of each.
  private var table: GroupTable
  private var numbers: [Int64] = []
  /// The next entry of the same key; −1 behind the last.
  private var next: [Int32] = []

  /// An empty index of keys of that layout.
  public init(_ layout: KeyLayout) {
    table = GroupTable(keyType: layout.columnType, width: 2)
  }

  /// The number of numbers.
  public var count: Int { numbers.count }

  /// Adds a number to each of those keys. Amortised constant time per key.
  ///
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func add(_ keys: KeyBatch, _ added: [Int64]) throws(StateError) {
    precondition(added.count == keys.count, "a number for each key")
    var groups: [Int32] = []
    try table.lookUp(keys, into: &groups)
    table.extend([-1, -1])
    for (row, group) in groups.enumerated() {
      let entry = numbers.count
      guard entry < Int(Int32.max) else { throw StateError(.tooLarge, "an index holds too many rows") }
      numbers.append(added[row])
      next.append(-1)
      let last = table.words[1][Int(group)]
      if last < 0 { table.words[0][Int(group)] = Int64(entry) } else { next[Int(last)] = Int32(entry) }
      table.words[1][Int(group)] = Int64(entry)
    }
  }

  /// The numbers of the key at that row of a batch of keys, in order. Constant time, and linear in the numbers.
  public func forEach(_ keys: KeyBatch, _ row: Int, _ body: (Int64) -> Void) {
    guard let group = table.find(keys, row) else { return }
    var entry = Int(table.words[0][group])
    while entry >= 0 {
      body(numbers[entry])
      entry = Int(next[entry])
    }
  }
}
