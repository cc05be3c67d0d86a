import StrandlineColumns

extension AccumulatorLayout {
  /// Adds rows to the blobs of groups: each group's rows at once, in their order. Linear in rows × accumulators.
  func addBlobs(_ inputs: [Column], to table: inout GroupTable, groups: [Int32]) throws(StateError) {
    let (rows, ends) = Self.sorted(groups, groupCount: table.count)
    for (accumulator, position) in zip(accumulators, blobPositions) {
      guard let blob = accumulator.blob else { continue }
      try add(blob, inputs, rows, ends, to: &table.blobs[position])
    }
  }

  private func add(
    _ accumulator: some BlobAccumulator, _ inputs: [Column], _ rows: [Int32], _ ends: [Int], to blobs: inout [[UInt8]]
  ) throws(StateError) {
    var start = 0
    for (group, end) in ends.enumerated() where end > start {
      try accumulator.add(inputs, rows[start..<end], to: &blobs[group])
      start = end
    }
  }

  /// The rows ordered by their group, and where those of each group end: a counting sort, which keeps the order of rows.
  private static func sorted(_ groups: [Int32], groupCount: Int) -> (rows: [Int32], ends: [Int]) {
    var ends = [Int](repeating: 0, count: groupCount)
    for group in groups { ends[Int(group)] += 1 }
    var start = 0
    for group in ends.indices {
      let count = ends[group]
      ends[group] = start
      start += count
    }
    var rows = [Int32](repeating: 0, count: groups.count)
    for (row, group) in groups.enumerated() {
      rows[ends[Int(group)]] = Int32(row)
      ends[Int(group)] += 1
    }
    return (rows, ends)
  }

  /// Merges the blobs of groups: those at `sources` of one table into those at `groups` of another.
  func mergeBlobs(
    _ partial: GroupTable, _ sources: ArraySlice<Int32>, into table: inout GroupTable, groups: ArraySlice<Int32>
  ) throws(StateError) {
    for (accumulator, position) in zip(accumulators, blobPositions) {
      guard let blob = accumulator.blob else { continue }
      try merge(blob, partial.blobs[position], sources, into: &table.blobs[position], groups)
    }
  }

  private func merge(
    _ accumulator: some BlobAccumulator, _ partial: [[UInt8]], _ sources: ArraySlice<Int32>,
    into blobs: inout [[UInt8]], _ groups: ArraySlice<Int32>
  ) throws(StateError) {
    for (source, group) in zip(sources, groups) {
      if blobs[Int(group)].isEmpty {
        blobs[Int(group)] = partial[Int(source)]
      } else {
        let other = partial[Int(source)]
        try accumulator.merge(other.span, into: &blobs[Int(group)])
      }
    }
  }
}
