public import StrandlineColumns

/// Where a group of a pane stands: its shard, and its position there.
///
/// It holds until the next batch begins; where single groups are never removed, as long as the pane is open.
public struct GroupPlace: Sendable, Hashable {
  let shard: Int32
  let group: Int32

  /// The place of a key that has no group.
  public static let none = GroupPlace(shard: 0, group: -1)
  /// Whether there is a group.
  public var isGroup: Bool { group >= 0 }
}

// MARK: - Finding, adding and removing groups

extension KeyedState {
  /// Keys of some other layout, hashed as those of the state are.
  public func keys(_ columns: [Column], as layout: KeyLayout, rows: Int) -> KeyBatch {
    KeyBatch(layout, columns, rows: rows, hasher: hasher)
  }

  /// Whether a pane is open: it has groups.
  public func isOpen(pane: Int64) -> Bool {
    let index = indexOfPane(atOrAfter: pane)
    return index < openPanes.count && openPanes[index] == pane
  }

  /// The groups of keys in a pane. Linear in the keys.
  public func find(_ keys: KeyBatch, pane: Int64) -> [GroupPlace] {
    var places = [GroupPlace](repeating: .none, count: keys.count)
    guard isOpen(pane: pane) else { return places }
    for (shard, rows) in distribute(keys.hashes).enumerated() where !rows.isEmpty {
      guard let table = shards[shard].panes[pane]?.table else { continue }
      for row in rows {
        guard let group = table.find(keys, Int(row)) else { continue }
        places[Int(row)] = GroupPlace(shard: Int32(shard), group: Int32(group))
      }
    }
    return places
  }

  /// Finds the groups of keys in a pane, adding those that are not there, and notes all of them as changed. Linear in the keys.
  ///
  /// A new group's own words are zero, and its blobs are empty.
  ///
  /// - Throws: `StateError` `.tooLarge`.
  public mutating func touch(_ keys: KeyBatch, pane: Int64) throws(StateError) -> [GroupPlace] {
    var places = [GroupPlace](repeating: .none, count: keys.count)
    if keys.count == 0 { return places }
    precondition(plan.panes.isPane(pane), "a pane of the state's plan")
    willChange(pane)
    let seed = groupDigest(pane: pane)
    let newTable = PaneTable(plan)
    for (shard, rows) in distribute(keys.hashes).enumerated() where !rows.isEmpty {
      shards[shard].touched.insert(pane)
      try shards[shard].panes[pane, default: newTable].touch(
        rows.count == keys.count ? keys : keys.gathered(rows), identities: plan.values.identities, seed: seed,
        into: &groups)
      for (position, row) in rows.enumerated() {
        places[Int(row)] = GroupPlace(shard: Int32(shard), group: groups[position])
      }
    }
    return places
  }

  /// Removes the groups of keys from a pane, where they are there. Linear in the keys.
  ///
  /// - Precondition: the plan says that single groups are removed.
  public mutating func remove(_ keys: KeyBatch, pane: Int64) {
    precondition(plan.removesGroups, "the plan says that single groups are removed")
    guard isOpen(pane: pane) else { return }
    let seed = groupDigest(pane: pane)
    for (shard, rows) in distribute(keys.hashes).enumerated() where !rows.isEmpty {
      guard shards[shard].panes[pane] != nil else { continue }
      shards[shard].touched.insert(pane)
      for row in rows {
        guard let group = shards[shard].panes[pane]?.table.find(keys, Int(row)) else { continue }
        shards[shard].panes[pane]?.remove(Int32(group), hash: keys.hashes[Int(row)], hasher: hasher, seed: seed)
      }
    }
  }

  /// All groups of a pane, with their keys. Linear in the groups.
  public func groups(ofPane pane: Int64) -> (places: [GroupPlace], keys: [Column]) {
    var places: [GroupPlace] = []
    var keys = Column(plan.keys.columnType)
    for (shard, panes) in shards.enumerated() {
      guard let table = panes.panes[pane]?.table else { continue }
      let groups = table.live(in: 0..<table.count) ?? Array(0..<Int32(table.count))
      keys.append(contentsOf: table.keys(of: groups))
      places += groups.map { GroupPlace(shard: Int32(shard), group: $0) }
    }
    return (places, decodeKeys(keys))
  }
}

// MARK: - Words and blobs

extension KeyedState {
  /// A word of each of those groups of a pane. Linear in the groups.
  public func words(_ index: Int, of places: [GroupPlace], pane: Int64) -> [Int64] {
    var words = [Int64](repeating: 0, count: places.count)
    for (shard, positions) in distribute(places).enumerated() where !positions.isEmpty {
      guard let column = shards[shard].panes[pane]?.table.words[index] else { continue }
      for position in positions { words[Int(position)] = column[Int(places[Int(position)].group)] }
    }
    return words
  }

  /// A blob of each of those groups of a pane. Linear in the groups.
  public func blobs(_ index: Int, of places: [GroupPlace], pane: Int64) -> [[UInt8]] {
    var blobs = [[UInt8]](repeating: [], count: places.count)
    for (shard, positions) in distribute(places).enumerated() where !positions.isEmpty {
      guard let column = shards[shard].panes[pane]?.table.blobs[index] else { continue }
      for position in positions { blobs[Int(position)] = column[Int(places[Int(position)].group)] }
    }
    return blobs
  }

  /// Gives a word of groups of a pane new values, and notes the groups as changed. Linear in the groups.
  public mutating func set(word index: Int, to values: [Int64], of places: [GroupPlace], pane: Int64) {
    change(places, pane: pane) { table, position in
      table.words[index][Int(places[position].group)] = values[position]
    }
  }

  /// Gives a blob of groups of a pane new bytes, and notes the groups as changed. Linear in the groups.
  public mutating func set(blob index: Int, to values: [[UInt8]], of places: [GroupPlace], pane: Int64) {
    change(places, pane: pane) { table, position in
      table.blobs[index][Int(places[position].group)] = values[position]
    }
  }

  private mutating func change(
    _ places: [GroupPlace], pane: Int64, _ body: (inout GroupTable, Int) -> Void
  ) {
    let seed = groupDigest(pane: pane)
    for (shard, positions) in distribute(places).enumerated() where !positions.isEmpty {
      // The table leaves the dictionary while it is changed, so that there is one of it.
      guard var table = shards[shard].panes.removeValue(forKey: pane) else { continue }
      shards[shard].touched.insert(pane)
      table.touch(positions.map { places[Int($0)].group }[...], seed: seed)
      for position in positions { body(&table.table, Int(position)) }
      shards[shard].panes[pane] = table
    }
  }

  /// The positions of the places of each shard; those of no group are left out.
  private func distribute(_ places: [GroupPlace]) -> [[Int32]] {
    var lists = [[Int32]](repeating: [], count: shardCount)
    for (position, place) in places.enumerated() where place.isGroup {
      lists[Int(place.shard)].append(Int32(position))
    }
    return lists
  }
}
