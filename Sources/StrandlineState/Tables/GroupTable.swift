import StrandlineColumns

/// An open-addressing table from keys to groups, whose keys lie densely in order of arrival.
///
/// # Overview
/// A group is a position: its key is the `group`-th value of `keys`, and its aggregates are the `group`-th word of each
/// column of `words`. A slot is one 64-bit word: the low half of the key's hash above, the group plus one below; zero is
/// free. Probing is linear, and the table doubles when three quarters of the slots are taken. The part of the hash that
/// chooses a shard (the highest bits) is not the part that chooses a slot (the lowest). A removed group leaves its slot and
/// keeps its position until `compact`.
///
/// # Invariants
/// - `keys.count == count`, and each column of `words` and `blobs` has `count` values after `extend`.
/// - A null key's group is `nullGroup`; it takes no slot.
/// - A removed group has zero words and empty blobs.
struct GroupTable: Sendable {
  /// The keys of the groups; a null key has a placeholder here and its group in `nullGroup`.
  private(set) var keys: Column
  /// A column of words per word of a group.
  var words: [[Int64]]
  /// A column of bytes per blob of a group.
  var blobs: [[[UInt8]]]
  /// The number of positions: that of groups, and of removed ones.
  private(set) var count = 0
  /// The group of the null key.
  private(set) var nullGroup: Int?
  /// Which positions are of removed groups; as long as the last of them needs.
  private(set) var removed = Bitmap()
  /// The number of removed groups.
  private(set) var removedCount = 0
  /// Which of the removed groups were of the null key, whose placeholder would be taken for a key.
  private var removedNulls: Set<Int32> = []
  private var slots: [UInt64]

  /// A group's number fits half of a slot.
  private static let maximumGroups = Int(UInt32.max) - 1
  /// Offsets into a table's text are 31 bits wide.
  private static let maximumBytes = Int(Int32.max)

  /// An empty table for keys of that column type and that many words of state.
  init(keyType: ColumnType, width: Int, blobs: Int = 0, capacity: Int = 0) {
    keys = Column(keyType, capacity: capacity)
    words = Array(repeating: [], count: width)
    self.blobs = Array(repeating: [], count: blobs)
    var size = 8
    while size * 3 < capacity * 4 { size *= 2 }
    slots = Array(repeating: 0, count: size)
    if capacity > 0 { for index in words.indices { words[index].reserveCapacity(capacity) } }
  }

  /// Finds the group of each key, adding those that are not there. Amortised constant time per key.
  ///
  /// - Parameter groups: becomes the group of each key, in order.
  /// - Throws: `StateError` `.tooLarge` when the table can't number or hold another key; what was added stays.
  mutating func lookUp(_ batch: KeyBatch, into groups: inout [Int32]) throws(StateError) {
    if groups.count != batch.count { groups = Array(repeating: 0, count: batch.count) }
    if nullGroup == nil, (batch.column.validity?.zeros ?? 0) > 0 { nullGroup = addPlaceholder() }
    var row = 0
    while row < batch.count {
      if (count + 1) * 4 > slots.count * 3 { grow() }
      guard count < Self.maximumGroups && keys.bytes.count + batch.column.bytes.count < Self.maximumBytes else {
        throw StateError(.tooLarge, "a shard's window holds too many keys: use more shards")
      }
      // The slots leave the table for the loop, so that it can hold them as a span while keys are added.
      var slots: [UInt64] = []
      swap(&slots, &self.slots)
      row =
        keys.type == .string
        ? lookUpTexts(batch, from: row, in: &slots, into: &groups)
        : lookUpWords(batch, from: row, in: &slots, into: &groups)
      swap(&slots, &self.slots)
    }
  }

  /// Looks words up until a slot is wanted that the table doesn't have; returns the first row not done.
  private mutating func lookUpWords(
    _ batch: KeyBatch, from start: Int, in slots: inout [UInt64], into groups: inout [Int32]
  ) -> Int {
    let column = batch.column
    let words = column.words.span
    let hashes = batch.hashes.span
    let nullAsGroup = Int32(nullGroup ?? 0)
    // The keys leave the table too: it isn't looked into for every row.
    var own: [Int64] = []
    swap(&own, &keys.words)
    defer { swap(&own, &keys.words) }
    var count = count
    defer { self.count = count }
    var slots = slots.mutableSpan
    var out = groups.mutableSpan
    let mask = slots.count - 1
    let limit = slots.count / 4 * 3
    let hasNulls = column.hasNulls
    for row in start..<batch.count {
      if hasNulls && column.isNull(row) {
        out[row] = nullAsGroup
        continue
      }
      let key = words[row]
      let hash = hashes[row]
      let tag = hash << 32
      var slot = Int(truncatingIfNeeded: hash) & mask
      while true {
        // The mask keeps a slot's number below the number of slots, a power of two.
        let entry = unsafe slots[unchecked: slot]
        if entry == 0 {
          if count >= limit { return row }
          own.append(key)
          count += 1
          unsafe slots[unchecked: slot] = tag | UInt64(count)
          out[row] = Int32(truncatingIfNeeded: count - 1)
          break
        }
        if (entry ^ tag) >> 32 == 0 {
          let group = Int(entry & 0xFFFF_FFFF) - 1
          if own[group] == key {
            out[row] = Int32(truncatingIfNeeded: group)
            break
          }
        }
        slot = (slot + 1) & mask
      }
    }
    return batch.count
  }

  /// The same for texts and tuples.
  private mutating func lookUpTexts(
    _ batch: KeyBatch, from start: Int, in slots: inout [UInt64], into groups: inout [Int32]
  ) -> Int {
    let column = batch.column
    let bytes = column.bytes.span
    let offsets = column.offsets.span
    let hashes = batch.hashes.span
    let nullAsGroup = Int32(nullGroup ?? 0)
    var slots = slots.mutableSpan
    var out = groups.mutableSpan
    let mask = slots.count - 1
    let limit = slots.count / 4 * 3
    let hasNulls = column.hasNulls
    for row in start..<batch.count {
      if hasNulls && column.isNull(row) {
        out[row] = nullAsGroup
        continue
      }
      let from = Int(offsets[row])
      let to = Int(offsets[row + 1])
      let hash = hashes[row]
      let tag = hash << 32
      var slot = Int(truncatingIfNeeded: hash) & mask
      while true {
        // The mask keeps a slot's number below the number of slots, a power of two.
        let entry = unsafe slots[unchecked: slot]
        if entry == 0 {
          if count >= limit { return row }
          keys.append(utf8: bytes.extracting(from..<to))
          count += 1
          unsafe slots[unchecked: slot] = tag | UInt64(count)
          out[row] = Int32(truncatingIfNeeded: count - 1)
          break
        }
        if (entry ^ tag) >> 32 == 0 {
          let group = Int(entry & 0xFFFF_FFFF) - 1
          if Self.holds(keys, group, bytes, from, to) {
            out[row] = Int32(truncatingIfNeeded: group)
            break
          }
        }
        slot = (slot + 1) & mask
      }
    }
    return batch.count
  }

  @inline(__always)
  private static func holds(
    _ keys: Column, _ group: Int, _ bytes: Span<UInt8>, _ from: Int, _ to: Int
  ) -> Bool {
    let start = Int(keys.offsets[group])
    let length = to - from
    guard Int(keys.offsets[group + 1]) - start == length else { return false }
    // The bytes of UInt8 values have no padding.
    let mine = unsafe keys.bytes.span.bytes
    let theirs = unsafe bytes.bytes
    var position = 0
    // Both ranges lie inside their arenas: offsets of a column only grow and end at its count.
    while length - position >= 8 {
      let a = unsafe mine.unsafeLoadUnaligned(fromUncheckedByteOffset: start + position, as: UInt64.self)
      let b = unsafe theirs.unsafeLoadUnaligned(fromUncheckedByteOffset: from + position, as: UInt64.self)
      if a != b { return false }
      position += 8
    }
    while position < length {
      let a = unsafe mine.unsafeLoad(fromUncheckedByteOffset: start + position, as: UInt8.self)
      let b = unsafe theirs.unsafeLoad(fromUncheckedByteOffset: from + position, as: UInt8.self)
      if a != b { return false }
      position += 1
    }
    return true
  }

  private mutating func addPlaceholder() -> Int {
    if keys.type == .string { keys.endText() } else { keys.words.append(0) }
    count += 1
    return count - 1
  }

  /// Makes room for so many groups more, of which some may be there already. Linear in the groups when it has to grow.
  mutating func reserve(_ additional: Int) {
    let wanted = count + additional
    if wanted * 4 > slots.count * 3 && additional * 4 > slots.count {
      // An empty table can have all of its slots at once; others grow as they find out how many keys are new.
      while count == 0 && wanted * 4 > slots.count * 3 && slots.count < 1 << 32 {
        slots = Array(repeating: 0, count: slots.count * 2)
      }
    }
    if count == 0 && additional > 16 {
      keys.reserve(additional)
      for index in words.indices { words[index].reserveCapacity(additional) }
    }
  }

  /// Doubles the slots. A slot's half of a hash is enough to place it anew, since no table has more than 2^32 slots.
  private mutating func grow() {
    var larger = [UInt64](repeating: 0, count: slots.count * 2)
    let mask = larger.count - 1
    for entry in slots where entry != 0 {
      var slot = Int(entry >> 32) & mask
      while larger[slot] != 0 { slot = (slot + 1) & mask }
      larger[slot] = entry
    }
    slots = larger
  }

  /// Gives the words of the groups added since the last call their first value.
  mutating func extend(_ identities: [Int64]) {
    for index in words.indices where words[index].count < count {
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

  /// Bytes of memory that the table holds, unused capacity included.
  var memoryBytes: Int {
    keys.words.capacity * 8 + keys.bytes.capacity + keys.offsets.capacity * 4 + slots.capacity * 8
      + words.reduce(0) { $0 + $1.capacity * 8 }
      + blobs.reduce(0) { $0 + $1.capacity * 8 + $1.reduce(0) { $0 + $1.capacity } }
  }
}

// MARK: - Removing single groups

extension GroupTable {
  /// The number of groups that were not removed.
  var liveCount: Int { count - removedCount }

  /// Whether a position is that of a removed group.
  @inline(__always)
  func isRemoved(_ group: Int) -> Bool { group < removed.count && removed[group] }

  /// The positions in a range that are groups, ascending; nil when all are.
  func live(in range: Range<Int>) -> [Int32]? {
    guard removedCount > 0 else { return nil }
    return range.compactMap { isRemoved($0) ? nil : Int32($0) }
  }

  /// Finds the group of each key, or −1. Constant time per key.
  func find(_ batch: KeyBatch, into groups: inout [Int32]) {
    groups.removeAll(keepingCapacity: true)
    for row in 0..<batch.count { groups.append(Int32(find(batch, row) ?? -1)) }
  }

  /// The group of one key, or nil. Constant time.
  func find(_ batch: KeyBatch, _ row: Int) -> Int? {
    if batch.column.isNull(row) { return nullGroup }
    let mask = slots.count - 1
    let tag = batch.hashes[row] << 32
    var slot = Int(truncatingIfNeeded: batch.hashes[row]) & mask
    while slots[slot] != 0 {
      if (slots[slot] ^ tag) >> 32 == 0 {
        let group = Int(slots[slot] & 0xFFFF_FFFF) - 1
        if Self.holds(keys, group, batch.column, row) { return group }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  private static func holds(_ keys: Column, _ group: Int, _ column: Column, _ row: Int) -> Bool {
    if keys.type != .string { return keys.words[group] == column.words[row] }
    return holds(keys, group, column.bytes.span, Int(column.offsets[row]), Int(column.offsets[row + 1]))
  }

  /// Removes a group by the hash of its key. Its position stays taken until `compact`. Constant time.
  mutating func remove(_ group: Int, hash: UInt64) {
    precondition(!isRemoved(group), "a group is removed once")
    if group == nullGroup {
      nullGroup = nil
      removedNulls.insert(Int32(group))
    } else {
      vacate(slotOf: group, hash: hash)
    }
    while removed.count <= group { removed.append(false) }
    removed[group] = true
    removedCount += 1
    for index in words.indices { words[index][group] = 0 }
    for index in blobs.indices { blobs[index][group] = [] }
  }

  /// Frees a slot, and moves those behind it up that would not be found any more (Knuth, The Art of Computer Programming 3,
  /// 6.4, algorithm R).
  private mutating func vacate(slotOf group: Int, hash: UInt64) {
    let mask = slots.count - 1
    var free = Int(truncatingIfNeeded: hash) & mask
    while Int(slots[free] & 0xFFFF_FFFF) - 1 != group { free = (free + 1) & mask }
    var slot = free
    while true {
      slot = (slot + 1) & mask
      let entry = slots[slot]
      if entry == 0 { break }
      let home = Int(entry >> 32) & mask
      // An entry stays if its home lies behind the free slot, seen around the table.
      if (slot &- home) & mask >= (slot &- free) & mask {
        slots[free] = entry
        free = slot
      }
    }
    slots[free] = 0
  }

  /// Gives the groups that are left positions of their own again, in their order, when the removed ones are most of the table.
  ///
  /// - Returns: whether positions have changed.
  mutating func compact() -> Bool {
    guard removedCount > liveCount + 64 else { return false }
    let left = (0..<Int32(count)).filter { !isRemoved(Int($0)) }
    var position = [Int32](repeating: 0, count: count)
    for (new, old) in left.enumerated() { position[Int(old)] = Int32(new) }
    var size = 8
    while size * 3 < left.count * 4 + 4 { size *= 2 }
    var smaller = [UInt64](repeating: 0, count: size)
    for entry in slots where entry != 0 {
      var slot = Int(entry >> 32) & (size - 1)
      while smaller[slot] != 0 { slot = (slot + 1) & (size - 1) }
      smaller[slot] = entry & ~0xFFFF_FFFF | UInt64(position[Int(entry & 0xFFFF_FFFF) - 1] + 1)
    }
    slots = smaller
    keys = keys.gathered(left)
    for index in words.indices { words[index] = left.map { words[index][Int($0)] } }
    for index in blobs.indices { blobs[index] = left.map { blobs[index][Int($0)] } }
    nullGroup = nullGroup.map { Int(position[$0]) }
    count = left.count
    removed = Bitmap()
    removedCount = 0
    removedNulls.removeAll()
    return true
  }
}
