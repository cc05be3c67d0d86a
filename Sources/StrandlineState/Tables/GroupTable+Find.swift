import StrandlineColumns

/// Finding keys without adding any.
extension GroupTable {
  /// Finds the group of each key, or −1. Constant time per key.
  func find(_ batch: KeyBatch, into groups: inout [Int32]) {
    if groups.count != batch.count { groups = Array(repeating: 0, count: batch.count) }
    if keys.type == .string { findTexts(batch, into: &groups) } else { findWords(batch, into: &groups) }
    guard batch.column.hasNulls else { return }
    let group = Int32(nullGroup ?? -1)
    for row in 0..<batch.count where batch.column.isNull(row) { groups[row] = group }
  }

  /// The same for words, with any group for a null.
  private func findWords(_ batch: KeyBatch, into groups: inout [Int32]) {
    let words = batch.column.words.span
    let hashes = batch.hashes.span
    let own = keys.words.span
    let slots = slots.span
    let layout = SlotLayout(slots.count)
    var out = groups.mutableSpan
    for row in out.indices {
      let key = words[row]
      let hash = UInt32(truncatingIfNeeded: hashes[row])
      var slot = layout.home(hash)
      var found: Int32 = -1
      while true {
        // The mask keeps a slot's number below the number of slots, a power of two.
        let entry = unsafe slots[unchecked: Int(slot)]
        if entry == 0 { break }
        let group = Int(entry & layout.low) &- 1
        if layout.fits(entry, hash) && own[group] == key {
          found = Int32(truncatingIfNeeded: group)
          break
        }
        slot = (slot &+ 1) & layout.low
      }
      out[row] = found
    }
  }

  /// The same for texts and tuples.
  private func findTexts(_ batch: KeyBatch, into groups: inout [Int32]) {
    for row in groups.indices { groups[row] = Int32(place(of: batch, row) ?? -1) }
  }

  /// The group of one key, or nil. Constant time.
  func find(_ batch: KeyBatch, _ row: Int) -> Int? {
    batch.column.isNull(row) ? nullGroup : place(of: batch, row)
  }

  private func place(of batch: KeyBatch, _ row: Int) -> Int? {
    let layout = SlotLayout(slots.count)
    let hash = UInt32(truncatingIfNeeded: batch.hashes[row])
    var slot = layout.home(hash)
    while slots[Int(slot)] != 0 {
      if layout.fits(slots[Int(slot)], hash) {
        let group = Int(slots[Int(slot)] & layout.low) - 1
        if Self.holds(keys, group, batch.column, row) { return group }
      }
      slot = (slot &+ 1) & layout.low
    }
    return nil
  }

  private static func holds(_ keys: Column, _ group: Int, _ column: Column, _ row: Int) -> Bool {
    if keys.type != .string { return keys.words[group] == column.words[row] }
    return holds(keys, group, column.bytes.span, Int(column.offsets[row]), Int(column.offsets[row + 1]))
  }
}
