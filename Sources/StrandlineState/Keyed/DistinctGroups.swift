/// The different groups of some rows, found without the table's own bits: among few rows of many groups each of those would
/// have to come from memory.
///
/// It is a small open-addressing set that stays in the nearest cache.
struct DistinctGroups: Sendable {
  /// The groups, each once, in the order in which they come first.
  private(set) var groups: [Int32] = []
  /// A power of two of places, each a group plus one, or zero.
  private var places: [Int32]

  /// For at most so many rows at a time.
  init(rows: Int) {
    var size = 64
    while size < rows * 4 { size *= 2 }
    places = Array(repeating: 0, count: size)
    groups.reserveCapacity(rows)
  }

  /// Finds the groups of some rows, and forgets those of the rows before. Linear in the rows, and the places.
  mutating func find(_ rows: Span<Int32>) {
    precondition(rows.count * 2 <= places.count, "no more rows than there is room for")
    groups.removeAll(keepingCapacity: true)
    Self.find(rows, &groups, &places)
  }

  private static func find(_ rows: Span<Int32>, _ groups: inout [Int32], _ places: inout [Int32]) {
    let mask = UInt32(truncatingIfNeeded: places.count &- 1)
    var places = places.mutableSpan
    for place in places.indices { places[place] = 0 }
    groups.append(addingCapacity: rows.count) { output in
      for row in rows.indices {
        let group = rows[row]
        // Groups that were added one after another must not crowd: the multiplication scatters them.
        var place = (UInt32(bitPattern: group) &* 0x9E37_79B1) >> 16 & mask
        while true {
          // The mask keeps a place below their number.
          let taken = unsafe places[unchecked: Int(place)]
          if taken == 0 {
            unsafe places[unchecked: Int(place)] = group &+ 1
            output.append(group)
            break
          }
          if taken == group &+ 1 { break }
          place = (place &+ 1) & mask
        }
      }
    }
  }
}
