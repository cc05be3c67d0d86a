import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("a snapshot of a shard in slices")
struct SliceTests {
  /// A shard put together from slices and deltas, and how many slices there were.
  private struct Restored {
    var state: KeyedState
    var slices = 0
    var skipped = 0
  }

  /// Takes one slice per batch from the third batch on, as batches go on to change the state, and redoes the deltas behind it.
  ///
  /// - Parameter leavesOut: the number of a slice that is lost.
  private func restore(
    _ shard: Int, of input: RandomRows, size: (Int) -> Int, leavesOut: Int? = nil
  ) throws -> (state: KeyedState, restored: Restored) {
    var state = input.empty(shards: 4, seed: 7)
    var restored = Restored(state: input.empty(shards: 4, seed: 7))
    var cursor = SliceCursor()
    var isComplete = false
    for (number, batch) in input.batches.enumerated() {
      state.beginBatch()
      try RandomRows.add(batch.rows, input.types, to: &state)
      state.close(through: batch.watermark)
      state.endBatch()
      if number < 2 { continue }
      if number > 2 {
        var delta = ByteWriter()
        state.encodeDelta(ofShard: shard, into: &delta)
        try restored.state.put(delta.rawSpan, shard: shard)
      }
      if !isComplete {
        // The last batch but one takes the rest.
        let limit = number == input.batches.count - 2 ? Int.max : size(number)
        var bytes = ByteWriter()
        let slice = state.encodeSlice(ofShard: shard, from: &cursor, limit: limit, into: &bytes)
        #expect(slice.groups <= limit)
        isComplete = slice.isLast
        if restored.slices == leavesOut {
          restored.skipped = slice.groups
        } else {
          try restored.state.put(bytes.rawSpan, shard: shard)
        }
        restored.slices += 1
      }
      restored.state.close(through: batch.watermark)
    }
    #expect(isComplete)
    restored.state.endBatch()
    return (state, restored)
  }

  @Test("taken over several batches, with the deltas behind the first, is the shard", arguments: keyTypes)
  func overBatches(types: [ColumnType]) throws {
    var slices = 0
    for seed in UInt64(1)...3 {
      let input = RandomRows(seed: seed, types: types, batches: 14)
      var random = SeededRandom(seed: seed)
      let largest = [2, 9, 40][Int(seed) - 1]
      for shard in 0..<4 {
        let (state, restored) = try restore(shard, of: input) { _ in 1 + Int(random.next() % UInt64(largest)) }
        #expect(
          restored.state.recomputedDigest(ofShard: shard) == state.recomputedDigest(ofShard: shard),
          "seed \(seed), shard \(shard), \(restored.slices) slices")
        #expect(restored.state.groupCount == state.groups(ofShard: shard), "seed \(seed), shard \(shard)")
        #expect(restored.state.digest == restored.state.recomputedDigest(), "seed \(seed), shard \(shard)")
        slices += restored.slices
      }
    }
    // A single bool is a state of a few groups.
    #expect(slices > (types == [.bool] || types.isEmpty ? 12 : 40))
  }

  @Test("without one of its slices is not the shard: the comparison can fail")
  func negativeControl() throws {
    var isFound = false
    for seed in UInt64(4)...7 {
      let input = RandomRows(seed: seed, types: [.string, .int64], batches: 14, rows: 200)
      let slices = try restore(1, of: input, size: { _ in 2 }).restored.slices
      let (state, restored) = try restore(1, of: input, size: { _ in 2 }, leavesOut: slices - 1)
      #expect(restored.skipped > 0)
      // Where all groups of the slice are changed later, the deltas have them, too.
      if restored.state.recomputedDigest(ofShard: 1) != state.recomputedDigest(ofShard: 1) { isFound = true }
    }
    #expect(isFound)
  }

  @Test("cut at any size holds the groups of the whole, each once", arguments: keyTypes)
  func still(types: [ColumnType]) throws {
    let input = RandomRows(seed: 5, types: types, batches: 4)
    let state = try input.state(shards: 2, seed: 7)
    for size in [1, 2, 5, 17, 1000] {
      var other = input.empty(shards: 2, seed: 7)
      var groups = 0
      for shard in 0..<2 {
        var cursor = SliceCursor()
        #expect(cursor.isAtStart)
        while true {
          var bytes = ByteWriter()
          let slice = state.encodeSlice(ofShard: shard, from: &cursor, limit: size, into: &bytes)
          groups += slice.groups
          try other.put(bytes.rawSpan, shard: shard)
          if slice.isLast { break }
          #expect(slice.groups == size)
        }
      }
      other.endBatch()
      #expect(groups == state.groupCount && other.digest == state.digest, "size \(size)")
      expectSame(try lines(other), try lines(state), "size \(size)")
    }
  }

  @Test("of a shard without groups is one slice without groups")
  func empty() {
    let state = RandomRows(seed: 6, types: [.string]).empty(shards: 2, seed: 7)
    var cursor = SliceCursor()
    var bytes = ByteWriter()
    let slice = state.encodeSlice(ofShard: 1, from: &cursor, limit: 10, into: &bytes)
    #expect(slice == Slice(groups: 0, isLast: true) && bytes.bytes == [0])
  }

  @Test("is taken over from another state, digest and number of groups included")
  func adopted() throws {
    let input = RandomRows(seed: 8, types: [.int64])
    let state = try input.state(shards: 4, seed: 7)
    var other = input.empty(shards: 4, seed: 7)
    // What is there of the shard goes.
    try RandomRows.add(input.batches[0].rows, input.types, to: &other)
    other.endBatch()
    for shard in 0..<4 { other.adopt(shard: shard, from: state) }
    #expect(other.digest == state.digest && other.groupCount == state.groupCount)
    #expect(other.recomputedDigest() == state.digest)
  }
}
