/// Rows in the order of their shards, and in their own within a shard.
package struct ShardOrder: Sendable {
  /// The rows.
  package let rows: [Int32]
  /// Where the rows of each shard end.
  private let ends: [Int]

  /// Orders some rows by their hashes: a counting sort. Linear in the rows and shards.
  ///
  /// - Parameter shift: by how many bits a hash is shifted for its shard.
  init(_ hashes: [UInt64], _ range: Range<Int>, shards: Int, shift: UInt64) {
    var ends = [Int](repeating: 0, count: shards)
    var rows = [Int32](repeating: 0, count: range.count)
    if !range.isEmpty {
      Self.count(hashes.span, range, shift, &ends)
      Self.order(hashes.span, range, shift, &ends, &rows)
    }
    self.ends = ends
    self.rows = rows
  }

  /// Counts the rows of each shard, and says where the first of them will be.
  private static func count(_ hashes: Span<UInt64>, _ range: Range<Int>, _ shift: UInt64, _ ends: inout [Int]) {
    var counts = ends.mutableSpan
    // A shift by all 64 bits gives zero, which is right for one shard.
    for row in range { counts[Int(truncatingIfNeeded: hashes[row] >> shift)] += 1 }
    var start = 0
    for shard in counts.indices {
      let count = counts[shard]
      counts[shard] = start
      start += count
    }
  }

  private static func order(
    _ hashes: Span<UInt64>, _ range: Range<Int>, _ shift: UInt64, _ ends: inout [Int], _ rows: inout [Int32]
  ) {
    var next = ends.mutableSpan
    var rows = rows.mutableSpan
    for row in range {
      let shard = Int(truncatingIfNeeded: hashes[row] >> shift)
      rows[next[shard]] = Int32(truncatingIfNeeded: row)
      next[shard] += 1
    }
  }

  /// Where the rows of a shard are.
  package func range(ofShard shard: Int) -> Range<Int> {
    (shard == 0 ? 0 : ends[shard - 1])..<ends[shard]
  }
}
