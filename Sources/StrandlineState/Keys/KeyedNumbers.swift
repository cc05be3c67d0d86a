import StrandlineColumns

/// Numbers by key, in the order in which they were added: what an operator finds its rows by.
///
/// It is no state: an operator makes it again from its keyed state after a recovery.
public struct KeyedNumbers: Sendable {
  /// The keys, with the first and the last entry of each; −1 for none.
  private var table: GroupTable
  private var numbers: [Int64] = []
  /// The next entry of the same key; −1 behind the last.
  private var next: [Int32] = []

  /// No numbers, for keys of that layout.
  public init(_ layout: KeyLayout) {
    table = GroupTable(keyType: layout.columnType, width: 2)
  }

  /// The number of numbers.
  public var count: Int { numbers.count }

  /// Bytes of memory that it holds, unused capacity included.
  public var memoryBytes: Int { table.memoryBytes + numbers.capacity * 8 + next.capacity * 4 }

  /// The place of each key, which is made when it isn't there. Amortised constant time per key.
  ///
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func places(of keys: KeyBatch) throws(StateError) -> [Int32] {
    var groups: [Int32] = []
    try table.lookUp(keys, into: &groups)
    table.extend([-1, -1])
    return groups
  }

  /// The place of each key, or −1 for one that has none. Constant time per key.
  public func find(_ keys: KeyBatch) -> [Int32] {
    var places: [Int32] = []
    table.find(keys, into: &places)
    return places
  }

  /// Adds a number to the key of a place. Amortised constant time.
  ///
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func add(_ number: Int64, at place: Int32) throws(StateError) {
    let entry = numbers.count
    guard entry < Int(Int32.max) else { throw StateError(.tooLarge, "an index holds too many rows") }
    numbers.append(number)
    next.append(-1)
    let last = table.words[1][Int(place)]
    if last < 0 { table.words[0][Int(place)] = Int64(entry) } else { next[Int(last)] = Int32(entry) }
    table.words[1][Int(place)] = Int64(entry)
  }

  /// Adds a number to each of those keys. Amortised constant time per key.
  ///
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func add(_ keys: KeyBatch, _ added: [Int64]) throws(StateError) {
    precondition(added.count == keys.count, "a number for each key")
    for (row, place) in try places(of: keys).enumerated() { try add(added[row], at: place) }
  }

  /// The numbers of the key of a place, in order. Linear in them.
  public func forEach(at place: Int32, _ body: (Int64) -> Void) {
    var entry = Int(table.words[0][Int(place)])
    while entry >= 0 {
      body(numbers[entry])
      entry = Int(next[entry])
    }
  }
}
