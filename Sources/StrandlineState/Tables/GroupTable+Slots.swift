import StrandlineColumns

// MARK: - Placing keys anew

extension GroupTable {
  /// Doubles the slots. Linear in the groups.
  mutating func grow(_ hasher: KeyHasher) {
    precondition(slots.count < 1 << 31, "more slots than a hash can choose")
    slots = placed(slots.count * 2, hasher)
    limit = Self.room(slots.count)
  }

  /// So many slots with all groups in them.
  func placed(_ size: Int, _ hasher: KeyHasher) -> [UInt32] {
    var slots = [UInt32](repeating: 0, count: size)
    let layout = SlotLayout(size)
    if keys.type == .string || nullGroup != nil || removedCount > 0 {
      for group in 0..<count where group != nullGroup && !isRemoved(group) {
        Self.place(group, Self.slotHash(keys, group, hasher), in: &slots, layout)
      }
      return slots
    }
    Self.place(keys.words.span, hasher, in: &slots, layout)
    return slots
  }

  /// Puts all of these keys, which are those of the first groups, into slots.
  private static func place(_ keys: Span<Int64>, _ hasher: KeyHasher, in slots: inout [UInt32], _ layout: SlotLayout) {
    var slots = slots.mutableSpan
    for row in keys.indices {
      // The slots of keys further on are asked for, so that none of them is waited for: hashing a key twice costs less.
      if row < keys.count &- placesAhead {
        let ahead = unsafe UInt32(truncatingIfNeeded: hasher.hash(word: keys[unchecked: row &+ placesAhead]))
        slots.span.prefetch(Int(layout.home(ahead)))
      }
      let hash = unsafe UInt32(truncatingIfNeeded: hasher.hash(word: keys[unchecked: row]))
      var slot = layout.home(hash)
      // The mask keeps a slot's number below the number of slots.
      while unsafe slots[unchecked: Int(slot)] != 0 { slot = (slot &+ 1) & layout.low }
      unsafe slots[unchecked: Int(slot)] = layout.tag(hash) | UInt32(truncatingIfNeeded: row &+ 1)
    }
  }

  /// How many keys ahead slots are asked for.
  private static let placesAhead = 64

  /// Makes an empty table one of just these keys, in their order. Linear in them.
  ///
  /// - Returns: false, with an empty table, when they are not different words.
  mutating func fill(_ batch: KeyBatch) -> Bool {
    guard count == 0 && keys.type != .string && !batch.column.hasNulls && batch.count < 1 << 30 else {
      return false
    }
    // A table that is filled at once may be fuller than one that grows: it may never grow again.
    var size = 8
    while size / 4 * 3 < batch.count { size *= 2 }
    var filled = [UInt32](repeating: 0, count: size)
    guard Self.place(batch.column.words.span, batch.hashes.span, in: &filled) else { return false }
    slots = filled
    limit = size / 4 * 3
    keys = batch.column
    count = batch.count
    return true
  }

  /// Puts these keys into slots, unless two are the same.
  private static func place(_ keys: Span<Int64>, _ hashes: Span<UInt64>, in slots: inout [UInt32]) -> Bool {
    let layout = SlotLayout(slots.count)
    var slots = slots.mutableSpan
    for row in keys.indices {
      // Rows are inside the batch, which has a hash for each key; the mask keeps a slot's number below the number of slots.
      if row < keys.count &- placesAhead {
        let ahead = unsafe UInt32(truncatingIfNeeded: hashes[unchecked: row &+ placesAhead])
        slots.span.prefetch(Int(layout.home(ahead)))
      }
      let hash = unsafe UInt32(truncatingIfNeeded: hashes[unchecked: row])
      var slot = layout.home(hash)
      var taken = unsafe slots[unchecked: Int(slot)]
      while taken != 0 {
        if layout.fits(taken, hash), unsafe keys[Int(taken & layout.low) &- 1] == keys[unchecked: row] {
          return false
        }
        slot = (slot &+ 1) & layout.low
        taken = unsafe slots[unchecked: Int(slot)]
      }
      unsafe slots[unchecked: Int(slot)] = layout.tag(hash) | UInt32(truncatingIfNeeded: row &+ 1)
    }
    return true
  }

  private static func place(_ group: Int, _ hash: UInt32, in slots: inout [UInt32], _ layout: SlotLayout) {
    var slot = layout.home(hash)
    while slots[Int(slot)] != 0 { slot = (slot &+ 1) & layout.low }
    slots[Int(slot)] = layout.tag(hash) | UInt32(truncatingIfNeeded: group + 1)
  }

  /// The half of a key's hash from which its slot is made.
  private static func slotHash(_ keys: Column, _ group: Int, _ hasher: KeyHasher) -> UInt32 {
    if keys.type != .string { return UInt32(truncatingIfNeeded: hasher.hash(word: keys.words[group])) }
    // The bytes of UInt8 values have no padding.
    let bytes = unsafe keys.bytes.span.bytes
    return UInt32(truncatingIfNeeded: hasher.hash(bytes, Int(keys.offsets[group]), Int(keys.offsets[group + 1])))
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

  /// Removes a group by the hash of its key. Its position stays taken until `compact`. Constant time.
  mutating func remove(_ group: Int, hash: UInt64, hasher: KeyHasher) {
    precondition(!isRemoved(group), "a group is removed once")
    if group == nullGroup {
      nullGroup = nil
      removedNulls.insert(Int32(group))
    } else {
      vacate(slotOf: group, UInt32(truncatingIfNeeded: hash), hasher)
    }
    while removed.count <= group { removed.append(false) }
    removed[group] = true
    removedCount += 1
    for index in words.indices { words[index][group] = 0 }
    for index in blobs.indices { blobs[index][group] = [] }
  }

  /// Frees a slot, and moves those behind it up that would not be found any more (Knuth, The Art of Computer Programming 3,
  /// 6.4, algorithm R).
  private mutating func vacate(slotOf group: Int, _ hash: UInt32, _ hasher: KeyHasher) {
    let layout = SlotLayout(slots.count)
    var free = layout.home(hash)
    while Int(slots[Int(free)] & layout.low) - 1 != group { free = (free &+ 1) & layout.low }
    var slot = free
    while true {
      slot = (slot &+ 1) & layout.low
      let entry = slots[Int(slot)]
      if entry == 0 { break }
      let home = layout.home(Self.slotHash(keys, Int(entry & layout.low) - 1, hasher))
      // An entry stays if its home lies behind the free slot, seen around the table.
      if (slot &- home) & layout.low >= (slot &- free) & layout.low {
        slots[Int(free)] = entry
        free = slot
      }
    }
    slots[Int(free)] = 0
  }

  /// Gives the groups that are left positions of their own again, in their order, when the removed ones are most of the table.
  ///
  /// - Returns: whether positions have changed.
  mutating func compact(_ hasher: KeyHasher) -> Bool {
    guard removedCount > liveCount + 64 else { return false }
    let left = (0..<Int32(count)).filter { !isRemoved(Int($0)) }
    nullGroup = nullGroup.flatMap { old in left.firstIndex(of: Int32(old)) }
    keys = keys.gathered(left)
    for index in words.indices { words[index] = left.map { words[index][Int($0)] } }
    for index in blobs.indices { blobs[index] = left.map { blobs[index][Int($0)] } }
    count = left.count
    removed = Bitmap()
    removedCount = 0
    removedNulls.removeAll()
    slots = placed(Self.slots(for: left.count + 1), hasher)
    limit = Self.room(slots.count)
    return true
  }
}
