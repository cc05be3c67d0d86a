package import StrandlineColumns

/// Numbers keys in the order in which they come first.
package struct KeyNumbers: Sendable {
  private var table: GroupTable
  private var groups: [Int32] = []
  /// The hashes of the keys, by their numbers.
  private var hashes: [UInt64] = []
  /// What made them; without meaning before the first key.
  private var hasher = KeyHasher(seed: 0)

  /// An index without keys.
  package init(_ layout: KeyLayout) {
    table = GroupTable(keyType: layout.columnType, width: 0)
  }

  /// The number of keys.
  package var count: Int { table.count }

  /// The numbers of keys; new ones are counted on. Amortised constant time per key.
  ///
  /// - Throws: `StateError` `.tooLarge`.
  package mutating func numbers(of keys: KeyBatch) throws(StateError) -> [Int32] {
    let before = table.count
    try table.lookUp(keys, into: &groups)
    hasher = keys.hasher
    if table.count > before {
      hashes.append(contentsOf: repeatElement(0, count: table.count - before))
      for (row, group) in groups.enumerated() { hashes[Int(group)] = keys.hashes[row] }
    }
    return groups
  }

  /// The number of each key, or −1 for one that has none. Constant time per key.
  package func find(_ keys: KeyBatch) -> [Int32] {
    var found: [Int32] = []
    table.find(keys, into: &found)
    return found
  }

  /// The keys of those numbers.
  package func keys(_ numbers: [Int32]) -> KeyBatch {
    KeyBatch(table.keys(of: numbers), hashes: numbers.map { hashes[Int($0)] }, hasher: hasher)
  }
}

extension KeyLayout {
  /// The key columns of keys in a table's form.
  package func columns(of keys: KeyBatch) throws(StateError) -> [Column] {
    guard case .tuple(let types) = self else { return [keys.column] }
    return try KeyTuple.decode(keys.column, types: types)
  }
}
