import StrandlineColumns

/// An open-addressing table from keys to groups, whose keys lie densely in order of arrival.
///
/// # Overview
/// A group is a position: its key is the `group`-th value of `keys`, and its aggregates are the `group`-th word of each
/// column of `words`. A slot is 32 bits (`SlotLayout`): a group and some of its key's hash; zero is free. Probing is linear, and
/// the table doubles when half of the slots are taken, or three quarters where it was filled at once: then the keys are hashed again. All of a slot is from the
/// low half of the hash; the part that chooses a shard is its highest bits. A removed group leaves its slot and keeps its
/// position until `compact`.
///
/// # Invariants
/// - `keys.count == count`, and each column of `words` and `blobs` has `count` values after `extend`.
/// - A null key's group is `nullGroup`; it takes no slot.
/// - A removed group has zero words and empty blobs, and takes no slot.
/// - A slot that is taken holds a group below `count`, and there is a free slot.
struct GroupTable: Sendable {
  /// The keys of the groups; a null key has a placeholder here and its group in `nullGroup`.
  var keys: Column
  /// A column of words per word of a group.
  var words: [[Int64]]
  /// A column of bytes per blob of a group.
  var blobs: [[[UInt8]]]
  /// The number of positions: that of groups, and of removed ones.
  var count = 0
  /// The group of the null key.
  var nullGroup: Int?
  /// Which positions are of removed groups; as long as the last of them needs.
  var removed = Bitmap()
  /// The number of removed groups.
  var removedCount = 0
  /// Which of the removed groups were of the null key, whose placeholder would be taken for a key.
  var removedNulls: Set<Int32> = []
  /// A power of two of them, at most 2^31.
  var slots: [UInt32]
  /// How many groups the slots take before they are doubled.
  var limit: Int

  /// An empty table for keys of that column type and that many words of state.
  init(keyType: ColumnType, width: Int, blobs: Int = 0, capacity: Int = 0) {
    keys = Column(keyType, capacity: capacity)
    words = Array(repeating: [], count: width)
    self.blobs = Array(repeating: [], count: blobs)
    slots = Array(repeating: 0, count: Self.slots(for: capacity))
    limit = Self.room(slots.count)
    if capacity > 0 { for index in words.indices { words[index].reserveCapacity(capacity) } }
  }

  /// The number of slots that so many groups need.
  static func slots(for groups: Int) -> Int {
    var size = 8
    while room(size) < groups { size *= 2 }
    return size
  }

  /// How many groups so many slots take in a table that grows. More of them would be looked at for a key.
  @inline(__always)
  static func room(_ slots: Int) -> Int { slots / 2 }

  /// The capacity that a full column gets: half as much again. Doubling would leave a quarter of all memory unused.
  @inline(__always)
  static func capacity(beyond count: Int) -> Int { count + count / 2 + 8 }

  /// Makes room for so many groups more, of which some may be there already. Linear in the groups when it has to grow.
  mutating func reserve(_ additional: Int) {
    // An empty table can have all of its slots at once; others grow as they find out how many keys are new.
    guard count == 0 && additional > 16 else { return }
    let size = Self.slots(for: additional)
    if size > slots.count && size <= 1 << 31 {
      slots = Array(repeating: 0, count: size)
      limit = Self.room(size)
    }
    keys.reserve(additional)
    for index in words.indices { words[index].reserveCapacity(additional) }
  }

  /// Gives the words of the groups added since the last call their first value.
  mutating func extend(_ identities: [Int64]) {
    for index in words.indices where words[index].count < count {
      if words[index].capacity < count { words[index].reserveCapacity(Self.capacity(beyond: count)) }
      words[index].append(contentsOf: repeatElement(identities[index], count: count - words[index].count))
    }
    for index in blobs.indices where blobs[index].count < count {
      blobs[index].append(contentsOf: repeatElement([], count: count - blobs[index].count))
    }
  }

  /// The keys of those groups, removed ones too, with nulls as nulls.
  func keys(of groups: [Int32]) -> Column {
    if nullGroup == nil && removedNulls.isEmpty { return keys.gathered(groups) }
    var out = Column(keys.type, capacity: groups.count)
    for group in groups {
      if Int(group) == nullGroup || removedNulls.contains(group) {
        out.appendNull()
      } else {
        out.append(Int(group), of: keys)
      }
    }
    return out
  }

  /// The keys of all groups, removed ones too, with nulls as nulls.
  var allKeys: Column { nullGroup == nil && removedNulls.isEmpty ? keys : keys(of: Array(0..<Int32(count))) }

  /// Bytes of memory that the table holds, unused capacity included.
  var memoryBytes: Int {
    keys.words.capacity * 8 + keys.bytes.capacity + keys.offsets.capacity * 4 + slots.capacity * 4
      + words.reduce(0) { $0 + $1.capacity * 8 }
      + blobs.reduce(0) { $0 + $1.capacity * 8 + $1.reduce(0) { $0 + $1.capacity } }
  }
}
