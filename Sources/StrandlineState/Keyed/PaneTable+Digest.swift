import StrandlineColumns

// MARK: - What has changed

extension PaneTable {
  /// Notes groups as changed, and takes those that were there before out of the digest.
  mutating func touch(_ groups: ArraySlice<Int32>, seed: GroupDigest) {
    makeBits()
    var loosened: [Int32] = []
    Self.insert(groups.span, into: &loose, noting: &loosened)
    Self.insert(loosened.span, into: &marks, noting: &touched)
    takeOut(loosened, seed: seed)
    looseGroups += loosened
  }

  /// Notes groups as changed.
  mutating func mark(_ groups: [Int32]) {
    makeBits()
    Self.insert(groups.span, into: &marks, noting: &touched)
  }

  /// Whether a group is loose.
  func isLoose(_ group: Int32) -> Bool {
    let word = Int(group) >> 6
    return word < loose.count && loose[word] & 1 << UInt64(truncatingIfNeeded: group & 63) != 0
  }

  /// Makes bits for all groups.
  private mutating func makeBits() {
    let bits = (table.count + 63) / 64
    guard marks.count < bits else { return }
    if marks.capacity < bits {
      marks.reserveCapacity(GroupTable.capacity(beyond: bits))
      loose.reserveCapacity(GroupTable.capacity(beyond: bits))
    }
    marks.append(contentsOf: repeatElement(0, count: bits - marks.count))
    loose.append(contentsOf: repeatElement(0, count: bits - loose.count))
  }

  /// Takes those of different groups out of the digest that are in it. All that are new must be among them.
  private mutating func takeOut(_ groups: [Int32], seed: GroupDigest) {
    if known == table.count {
      let sum = sum(of: groups.span, seed: seed)
      digest.subtract(sum)
    } else {
      let former = groups.filter { $0 < known }
      digest.subtract(sum(of: former.span, seed: seed))
      known = table.count
    }
  }

  /// Changes the words of different groups that are in the digest, or new, and keeps the digest up to date.
  mutating func change(
    _ groups: [Int32], seed: GroupDigest, _ body: (inout GroupTable) throws(StateError) -> Void
  ) throws(StateError) {
    guard table.words.count == 1 && hasPlainWords else {
      takeOut(groups, seed: seed)
      try body(&table)
      let sum = sum(of: groups.span, seed: seed)
      digest.add(sum)
      return
    }
    // The part of the hash that is the key's serves for both.
    let hashes = Self.keyHashes(groups.span, table.keys.words, seed)
    if known > 0 { digest.subtract(Self.sum(hashes.span, groups.span, below: known, table.words[0])) }
    known = table.count
    try body(&table)
    digest.add(Self.sum(hashes.span, groups.span, below: known, table.words[0]))
  }

  /// Whether keys and values are words alone, without a null among the keys.
  private var hasPlainWords: Bool {
    table.blobs.isEmpty && table.keys.type != .string && table.nullGroup == nil
  }

  private static func keyHashes(_ groups: Span<Int32>, _ column: [Int64], _ seed: GroupDigest) -> [GroupDigest] {
    let keys = column.span
    return [GroupDigest](capacity: groups.count) { output in
      for index in groups.indices {
        var hash = seed
        hash.absorb(UInt64(bitPattern: keys[Int(groups[index])]))
        output.append(hash)
      }
    }
  }

  /// The sum of the hashes of those groups that are below a bound, of which those of the keys are there.
  private static func sum(
    _ hashes: Span<GroupDigest>, _ groups: Span<Int32>, below bound: Int, _ column: [Int64]
  ) -> UInt128 {
    let words = column.span
    // Read by themselves first: the reads of a loop that also hashes are too far apart to be made at a time.
    let own = [Int64](capacity: groups.count) { output in
      for index in groups.indices {
        let group = Int(groups[index])
        output.append(words[group < bound ? group : 0])
      }
    }
    let word = own.span
    var sum: UInt128 = 0
    for index in groups.indices {
      var hash = hashes[index]
      hash.absorb(UInt64(bitPattern: word[index]))
      // Without a branch: which groups are new is known to nobody beforehand.
      sum &+= hash.value & (Int(groups[index]) < bound ? .max : 0)
    }
    return sum
  }

  /// Puts groups into a bit set, and those that were not in it at the end of a list.
  private static func insert(_ groups: Span<Int32>, into bits: inout [UInt64], noting new: inout [Int32]) {
    var bits = bits.mutableSpan
    new.append(addingCapacity: groups.count) { output in
      for row in groups.indices {
        let group = groups[row]
        let bit = 1 << UInt64(truncatingIfNeeded: group & 63) as UInt64
        let before = bits[Int(group) >> 6]
        if before & bit != 0 { continue }
        bits[Int(group) >> 6] = before | bit
        output.append(group)
      }
    }
  }

  /// Puts loose groups into the digest as they are now.
  mutating func tighten(_ groups: [Int32], seed: GroupDigest) {
    Self.clear(groups, in: &loose)
    if table.removedCount == 0 {
      digest.add(sum(of: groups.span, seed: seed))
    } else {
      let live = groups.filter { !table.isRemoved(Int($0)) }
      digest.add(sum(of: live.span, seed: seed))
    }
  }
}

extension PaneTable {
  /// Takes groups out of a bit set that has no others.
  static func clear(_ groups: [Int32], in bits: inout [UInt64]) {
    var bits = bits.mutableSpan
    if groups.count > bits.count / 8 {
      for word in bits.indices { bits[word] = 0 }
      return
    }
    for group in groups { bits[Int(group) >> 6] &= ~(1 << UInt64(truncatingIfNeeded: group & 63)) }
  }
}

// MARK: - Sums of hashes

extension PaneTable {
  /// How many groups are hashed together, column by column, so that the columns' arrays aren't looked up for every group.
  private static let digestBlock = 256

  /// The sum of the hashes of some groups. Linear in them.
  private func sum(of groups: Span<Int32>, seed: GroupDigest) -> UInt128 {
    var sum: UInt128 = 0
    if groups.count < 4 || !table.blobs.isEmpty || table.keys.type == .string || table.nullGroup != nil {
      for row in groups.indices { sum &+= term(Int(groups[row]), seed) }
    } else if table.words.count == 1 {
      sum = Self.sum(of: groups, table.keys.words, table.words[0], seed)
    } else {
      var hashes: [GroupDigest] = []
      for start in stride(from: 0, to: groups.count, by: Self.digestBlock) {
        let block = groups.extracting(start..<min(start + Self.digestBlock, groups.count))
        hashes.removeAll(keepingCapacity: true)
        hashes.append(contentsOf: repeatElement(seed, count: block.count))
        Self.absorb(table.keys.words, block, into: &hashes)
        for column in table.words { Self.absorb(column, block, into: &hashes) }
        for hash in hashes { sum &+= hash.value }
      }
    }
    return sum
  }

  private static func sum(
    of groups: Span<Int32>, _ keys: [Int64], _ words: [Int64], _ seed: GroupDigest
  ) -> UInt128 {
    // Read by themselves first: the reads of a loop that also hashes are too far apart to be made at a time.
    let (ownKeys, ownWords) = (gathered(keys.span, groups), gathered(words.span, groups))
    let (keys, words) = (ownKeys.span, ownWords.span)
    var sum: UInt128 = 0
    for row in keys.indices {
      var hash = seed
      hash.absorb(UInt64(bitPattern: keys[row]))
      hash.absorb(UInt64(bitPattern: words[row]))
      sum &+= hash.value
    }
    return sum
  }

  private static func gathered(_ words: Span<Int64>, _ groups: Span<Int32>) -> [Int64] {
    [Int64](capacity: groups.count) { output in
      for row in groups.indices { output.append(words[Int(groups[row])]) }
    }
  }

  private static func absorb(_ words: [Int64], _ groups: Span<Int32>, into hashes: inout [GroupDigest]) {
    let words = words.span
    var hashes = hashes.mutableSpan
    for index in groups.indices { hashes[index].absorb(UInt64(bitPattern: words[Int(groups[index])])) }
  }

  /// The digest of all groups, computed from nothing. Linear in the groups.
  func recomputedDigest(seed: GroupDigest) -> StateDigest {
    var sum = StateDigest()
    if table.removedCount > 0 || !table.blobs.isEmpty {
      for group in 0..<table.count where !table.isRemoved(group) { sum.add(term(group, seed)) }
      return sum
    }
    // Column by column over a few groups at a time, so that the columns' arrays aren't looked up for every group.
    var hashes: [GroupDigest] = []
    for start in stride(from: 0, to: table.count, by: Self.digestBlock) {
      let block = start..<min(start + Self.digestBlock, table.count)
      hashes.removeAll(keepingCapacity: true)
      hashes.append(contentsOf: repeatElement(seed, count: block.count))
      absorbKeys(of: block, into: &hashes)
      for column in table.words { Self.absorb(column, block, into: &hashes) }
      for hash in hashes { sum.add(hash.value) }
    }
    return sum
  }

  private func absorbKeys(of block: Range<Int>, into hashes: inout [GroupDigest]) {
    if table.keys.type != .string && !(table.nullGroup.map { block.contains($0) } ?? false) {
      Self.absorb(table.keys.words, block, into: &hashes)
    } else {
      for group in block { absorbKey(of: group, into: &hashes[group - block.lowerBound]) }
    }
  }

  private static func absorb(_ words: [Int64], _ block: Range<Int>, into hashes: inout [GroupDigest]) {
    let words = words.span.extracting(block)
    var hashes = hashes.mutableSpan
    for index in words.indices { hashes[index].absorb(UInt64(bitPattern: words[index])) }
  }

  private func term(_ group: Int, _ seed: GroupDigest) -> UInt128 {
    var hash = seed
    absorbKey(of: group, into: &hash)
    for column in table.words { hash.absorb(UInt64(bitPattern: column[group])) }
    for column in table.blobs { hash.absorb(column[group], 0..<column[group].count) }
    return hash.value
  }

  @inline(__always)
  private func absorbKey(of group: Int, into hash: inout GroupDigest) {
    if group == table.nullGroup {
      // Two words: any single one is also that of a key.
      hash.absorb(0x6E75_6C6C)
      hash.absorb(0)
    } else if table.keys.type == .string {
      hash.absorb(table.keys.bytes, Int(table.keys.offsets[group])..<Int(table.keys.offsets[group + 1]))
    } else {
      hash.absorb(UInt64(bitPattern: table.keys.words[group]))
    }
  }
}
