import StrandlineColumns

extension GroupTable {
  /// The groups of 2^31 slots.
  private static let maximumGroups = 1 << 30
  /// Offsets into a table's text are 31 bits wide.
  private static let maximumBytes = Int(Int32.max)
  /// Tables of more slots than this are looked into for several keys at once. Smaller ones are in the nearest caches.
  private static let manySlots = 1 << 12
  /// How many keys are looked up at once: their slots and keys fit the nearest cache.
  private static let block = 128

  /// Finds the group of each key, adding those that are not there. Amortised constant time per key.
  ///
  /// - Parameter groups: becomes the group of each key, in order.
  /// - Throws: `StateError` `.tooLarge` when the table can't number or hold another key; what was added stays.
  mutating func lookUp(_ batch: KeyBatch, into groups: inout [Int32]) throws(StateError) {
    if groups.count != batch.count { groups = Array(repeating: 0, count: batch.count) }
    try lookUp(batch, 0..<batch.count, into: &groups)
  }

  /// The same for some of the keys: `groups` has at least a place for each key of the batch, and gets those of the rows.
  mutating func lookUp(_ batch: KeyBatch, _ rows: Range<Int>, into groups: inout [Int32]) throws(StateError) {
    precondition(rows.upperBound <= min(groups.count, batch.count), "a place for each key")
    if nullGroup == nil && batch.column.hasNulls && rows.contains(where: batch.column.isNull) {
      nullGroup = addPlaceholder()
    }
    var row = rows.lowerBound
    while row < rows.upperBound {
      guard count < Self.maximumGroups && keys.bytes.count + batch.column.bytes.count < Self.maximumBytes else {
        throw StateError(.tooLarge, "a shard's window holds too many keys: use more shards")
      }
      if count >= limit { grow(batch.hasher) }
      // The slots leave the table for the loop, so that it can hold them as a span while keys are added.
      var slots: [UInt32] = []
      swap(&slots, &self.slots)
      let left = row..<rows.upperBound
      row =
        keys.type == .string
        ? lookUpTexts(batch, left, in: &slots, into: &groups)
        : batch.column.hasNulls || slots.count <= Self.manySlots
          ? lookUpWords(batch, left, in: &slots, into: &groups)
          : lookUpManyWords(batch, left, in: &slots, into: &groups)
      swap(&slots, &self.slots)
    }
  }

  private mutating func addPlaceholder() -> Int {
    if keys.type == .string { keys.endText() } else { keys.words.append(0) }
    count += 1
    return count - 1
  }

  /// Looks words up one by one until a slot is wanted that the table doesn't have; returns the first row not done.
  private mutating func lookUpWords(
    _ batch: KeyBatch, _ rows: Range<Int>, in slots: inout [UInt32], into groups: inout [Int32]
  ) -> Int {
    let column = batch.column
    let words = column.words.span
    let hashes = batch.hashes.span
    let nullAsGroup = Int32(nullGroup ?? 0)
    // The keys leave the table too: it isn't looked into for every row.
    var own: [Int64] = []
    swap(&own, &keys.words)
    defer { swap(&own, &keys.words) }
    defer { count = own.count }
    let limit = limit
    let layout = SlotLayout(slots.count)
    var slots = slots.mutableSpan
    var out = groups.mutableSpan
    let hasNulls = column.hasNulls
    for row in rows {
      if hasNulls && column.isNull(row) {
        out[row] = nullAsGroup
        continue
      }
      // The rows are inside the batch, which has a key and a hash for each.
      let key = unsafe words[unchecked: row]
      let hash = unsafe UInt32(truncatingIfNeeded: hashes[unchecked: row])
      var slot = layout.home(hash)
      while true {
        // The mask keeps a slot's number below the number of slots, a power of two.
        let entry = unsafe slots[unchecked: Int(slot)]
        if entry == 0 {
          let count = own.count
          if count >= limit { return row }
          if count == own.capacity { own.reserveCapacity(Self.capacity(beyond: count)) }
          own.append(key)
          unsafe slots[unchecked: Int(slot)] = layout.tag(hash) | UInt32(truncatingIfNeeded: count &+ 1)
          out[row] = Int32(truncatingIfNeeded: count)
          break
        }
        if layout.fits(entry, hash) {
          let group = Int(entry & layout.low) &- 1
          if own[group] == key {
            out[row] = Int32(truncatingIfNeeded: group)
            break
          }
        }
        slot = (slot &+ 1) & layout.low
      }
    }
    return rows.upperBound
  }

  /// Looks words up in a table that isn't in a near cache; returns the first row not done.
  ///
  /// One by one a row would wait for its slot, then for its key, then for its word. So blocks of rows follow each other: while
  /// the keys of one are compared, those of the next one are on their way, and the slots of the one behind it. What is left,
  /// mostly new keys, is then looked up one by one among what has come into the cache.
  /// Source of the idea: S. Chen, A. Ailamaki, P. Gibbons, T. Mowry, “Improving hash join performance through prefetching”,
  /// ICDE 2004, “software-pipelined prefetching”.
  private mutating func lookUpManyWords(
    _ batch: KeyBatch, _ rows: Range<Int>, in slots: inout [UInt32], into groups: inout [Int32]
  ) -> Int {
    let words = batch.column.words.span
    let hashes = batch.hashes.span
    // The word that is changed next: it is asked for together with the key.
    let values = self.words.first ?? []
    var own: [Int64] = []
    swap(&own, &keys.words)
    defer { swap(&own, &keys.words) }
    defer { count = own.count }
    let limit = limit
    var slots = slots.mutableSpan
    var out = groups.mutableSpan
    var pending = [Int32](repeating: 0, count: Self.block)
    let first = rows.prefix(Self.block)
    Self.askForSlots(hashes, rows.prefix(2 * Self.block), slots.span)
    Self.guess(hashes, first, slots.span, own.span, values.span, &out)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let block = start..<min(start + Self.block, rows.upperBound)
      let next = block.upperBound..<min(block.upperBound + Self.block, rows.upperBound)
      let behind = next.upperBound..<min(next.upperBound + Self.block, rows.upperBound)
      Self.askForSlots(hashes, behind, slots.span)
      Self.guess(hashes, next, slots.span, own.span, values.span, &out)
      let left = Self.compare(words, block, own.span, out.span, &pending)
      // Room for all that is left, so that a key is added by writing it.
      let before = own.count
      if own.capacity < before + left { own.reserveCapacity(Self.capacity(beyond: before + left)) }
      own.append(contentsOf: repeatElement(0, count: left))
      let (count, done) = Self.add(
        pending.span.extracting(0..<left), from: start, words, hashes, limit: limit, to: &own, from: before, &slots,
        &out)
      own.removeLast(own.count - count)
      // The rows behind it in the block are looked up again.
      if done < left { return start + Int(pending[done]) }
      start = block.upperBound
    }
    return rows.upperBound
  }

  /// Asks for the slots of rows.
  @inline(__always)
  private static func askForSlots(_ hashes: Span<UInt64>, _ rows: Range<Int>, _ slots: Span<UInt32>) {
    let layout = SlotLayout(slots.count)
    for row in rows {
      // Rows are inside the batch.
      slots.prefetch(Int(layout.home(unsafe UInt32(truncatingIfNeeded: hashes[unchecked: row]))))
    }
  }

  /// Says for each row which group its slot speaks of, or −1, and asks for the key and a word of that.
  @inline(__always)
  private static func guess(
    _ hashes: Span<UInt64>, _ rows: Range<Int>, _ slots: Span<UInt32>, _ keys: Span<Int64>, _ values: Span<Int64>,
    _ out: inout MutableSpan<Int32>
  ) {
    let layout = SlotLayout(slots.count)
    // Rows are inside the batch, and slots below the mask.
    for row in rows {
      let hash = unsafe UInt32(truncatingIfNeeded: hashes[unchecked: row])
      var slot = layout.home(hash)
      var entry = unsafe slots[unchecked: Int(slot)]
      while entry != 0 && !layout.fits(entry, hash) {
        slot = (slot &+ 1) & layout.low
        entry = unsafe slots[unchecked: Int(slot)]
      }
      let group = Int32(bitPattern: entry & layout.low) &- 1
      keys.prefetch(Int(group))
      values.prefetch(Int(group))
      unsafe out[unchecked: row] = group
    }
  }

  /// Lists the rows, from that of the block's first one, whose groups are not of their keys.
  @inline(__always)
  private static func compare(
    _ words: Span<Int64>, _ rows: Range<Int>, _ keys: Span<Int64>, _ groups: Span<Int32>, _ pending: inout [Int32]
  ) -> Int {
    var pending = pending.mutableSpan
    var left = 0
    guard !keys.isEmpty else {
      for row in rows { pending[row - rows.lowerBound] = Int32(truncatingIfNeeded: row - rows.lowerBound) }
      return rows.count
    }
    // Rows are inside the batch, and groups of slots below the count.
    for row in rows {
      let group = unsafe groups[unchecked: row]
      let isKey = unsafe keys[unchecked: Int(max(group, 0))] == words[unchecked: row]
      unsafe pending[unchecked: left] = Int32(truncatingIfNeeded: row &- rows.lowerBound)
      left &+= isKey && group >= 0 ? 0 : 1
    }
    return left
  }

  /// Looks rows up one by one, and adds the keys that are not there behind the first `before` ones.
  ///
  /// - Parameter own: the keys, with room for that of each row.
  /// - Returns: the number of keys, and how many rows are done: fewer than all when a slot is wanted that isn't there.
  @inline(__always)
  private static func add(
    _ pending: Span<Int32>, from start: Int, _ words: Span<Int64>, _ hashes: Span<UInt64>, limit: Int,
    to own: inout [Int64], from before: Int, _ slots: inout MutableSpan<UInt32>, _ out: inout MutableSpan<Int32>
  ) -> (count: Int, done: Int) {
    let layout = SlotLayout(slots.count)
    var keys = own.mutableSpan
    var count = before
    for index in pending.indices {
      // Rows are inside the batch, slots below the mask, groups of slots below the count, and that below the room for keys.
      let row = unsafe start &+ Int(pending[unchecked: index])
      let key = unsafe words[unchecked: row]
      let hash = unsafe UInt32(truncatingIfNeeded: hashes[unchecked: row])
      var slot = layout.home(hash)
      while true {
        let entry = unsafe slots[unchecked: Int(slot)]
        if entry == 0 {
          if count >= limit { return (count, index) }
          unsafe keys[unchecked: count] = key
          count &+= 1
          unsafe slots[unchecked: Int(slot)] = layout.tag(hash) | UInt32(truncatingIfNeeded: count)
          unsafe out[unchecked: row] = Int32(truncatingIfNeeded: count &- 1)
          break
        }
        let group = Int(entry & layout.low) &- 1
        if layout.fits(entry, hash), unsafe keys[unchecked: group] == key {
          unsafe out[unchecked: row] = Int32(truncatingIfNeeded: group)
          break
        }
        slot = (slot &+ 1) & layout.low
      }
    }
    return (count, pending.count)
  }

  /// The same as `lookUpWords` for texts and tuples.
  private mutating func lookUpTexts(
    _ batch: KeyBatch, _ rows: Range<Int>, in slots: inout [UInt32], into groups: inout [Int32]
  ) -> Int {
    let column = batch.column
    let bytes = column.bytes.span
    let offsets = column.offsets.span
    let hashes = batch.hashes.span
    let nullAsGroup = Int32(nullGroup ?? 0)
    let limit = limit
    let layout = SlotLayout(slots.count)
    var slots = slots.mutableSpan
    var out = groups.mutableSpan
    let hasNulls = column.hasNulls
    for row in rows {
      if hasNulls && column.isNull(row) {
        out[row] = nullAsGroup
        continue
      }
      let (from, to) = (Int(offsets[row]), Int(offsets[row + 1]))
      let hash = UInt32(truncatingIfNeeded: hashes[row])
      var slot = layout.home(hash)
      while true {
        // The mask keeps a slot's number below the number of slots, a power of two.
        let entry = unsafe slots[unchecked: Int(slot)]
        if entry == 0 {
          if count >= limit { return row }
          keys.append(utf8: bytes.extracting(from..<to))
          count += 1
          unsafe slots[unchecked: Int(slot)] = layout.tag(hash) | UInt32(truncatingIfNeeded: count)
          out[row] = Int32(truncatingIfNeeded: count - 1)
          break
        }
        if layout.fits(entry, hash) {
          let group = Int(entry & layout.low) - 1
          if Self.holds(keys, group, bytes, from, to) {
            out[row] = Int32(truncatingIfNeeded: group)
            break
          }
        }
        slot = (slot &+ 1) & layout.low
      }
    }
    return rows.upperBound
  }

  @inline(__always)
  static func holds(
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
}
