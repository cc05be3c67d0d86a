import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

/// States in which there are as many keys as rows, or nearly so, against a dictionary.
@Suite struct KernelTests {
  private static func plan(_ accumulators: [Accumulator], key: ColumnType = .int64) -> KeyedStatePlan {
    KeyedStatePlan(
      id: 3, keys: .word(key), values: AccumulatorLayout(accumulators), window: .tumbling(size: 100, offset: 0))
  }

  /// What each key has: rows, sum, smallest and largest value.
  private struct Expected: Equatable {
    var rows: Int64 = 0
    var sum: Int64 = 0
    var low = Int64.max
    var high = Int64.min
  }

  private static let accumulators: [Accumulator] = [
    .countRows, .sumInt64(input: 0), .minimum(input: 0), .maximum(input: 0),
  ]

  private static func batch(_ rows: Int, keys: UInt64, nulls: Bool, _ random: inout SeededRandom) -> (Column, Column) {
    var key = Column(.int64)
    var value = Column(.int64)
    for _ in 0..<rows {
      if nulls && random.next() % 50 == 0 {
        key.appendNull()
      } else {
        key.append(word: Int64(bitPattern: random.next() % keys &* 0x9E37_79B9_7F4A_7C15))
      }
      value.append(word: Int64(random.next() % 1000) - 500)
    }
    return (key, value)
  }

  private static func note(_ key: Column, _ value: Column, in expected: inout [Int64?: Expected]) {
    for row in 0..<key.count {
      var entry = expected[key.isNull(row) ? nil : key.words[row], default: Expected()]
      entry.rows += 1
      entry.sum += value.words[row]
      entry.low = min(entry.low, value.words[row])
      entry.high = max(entry.high, value.words[row])
      expected[key.isNull(row) ? nil : key.words[row]] = entry
    }
  }

  private static func held(by state: KeyedState, pane: Int64) -> [Int64?: Expected] {
    let rows = state.rows(of: [pane])
    var held: [Int64?: Expected] = [:]
    for row in 0..<rows.count {
      let words = rows.words.map { $0[row] }
      let key = rows.keys[0]
      held[key.isNull(row) ? nil : key.words[row]] = Expected(
        rows: words[0], sum: words[1], low: words[3], high: words[4])
    }
    return held
  }

  @Test(
    "rows with few and with many keys, merged as groups or as rows, give what a dictionary gives",
    arguments: [1, 16] as [Int], [300, 20_000, 200_000, .max] as [UInt64])
  func sameAsDictionary(shards: Int, keys: UInt64) throws {
    for nulls in [false, true] {
      var random = SeededRandom(seed: keys ^ UInt64(shards))
      var state = KeyedState(Self.plan(Self.accumulators), shardCount: shards, seed: 9)
      var expected: [Int64?: Expected] = [:]
      for rows in [30_000, 5, 9000, 40_000] {
        state.beginBatch()
        for _ in 0..<2 {
          let (key, value) = Self.batch(rows / 2, keys: keys, nulls: nulls, &random)
          Self.note(key, value, in: &expected)
          try state.add(pane: 0, keys: [key], inputs: [value], rows: key.count)
        }
        state.endBatch()
        #expect(state.digest == state.recomputedDigest())
        #expect(state.groupCount == expected.count)
      }
      #expect(Self.held(by: state, pane: 0) == expected)
    }
  }

  @Test("the state doesn't depend on whether a batch is added whole or row by row")
  func sameForAnyCut() throws {
    var random = SeededRandom(seed: 5)
    let (key, value) = Self.batch(30_000, keys: .max, nulls: true, &random)
    var digests: Set<StateDigest> = []
    for step in [30_000, 10_000, 777] {
      var state = KeyedState(Self.plan(Self.accumulators), shardCount: 4, seed: 1)
      state.beginBatch()
      for start in stride(from: 0, to: key.count, by: step) {
        let rows = (Int32(start)..<Int32(min(start + step, key.count))).map { $0 }
        try state.add(pane: 0, keys: [key.gathered(rows)], inputs: [value.gathered(rows)], rows: rows.count)
      }
      state.endBatch()
      #expect(state.changedGroups == state.groupCount)
      digests.insert(state.digest)
    }
    #expect(digests.count == 1)
  }

  @Test("a delta holds what a batch of many keys changed, and nothing else")
  func deltaOfManyKeys() throws {
    var random = SeededRandom(seed: 8)
    let plan = Self.plan(Self.accumulators)
    var state = KeyedState(plan, shardCount: 4, seed: 1)
    var copy = KeyedState(plan, shardCount: 4, seed: 1)
    for _ in 0..<3 {
      state.beginBatch()
      let (key, value) = Self.batch(20_000, keys: 60_000, nulls: false, &random)
      try state.add(pane: 0, keys: [key], inputs: [value], rows: key.count)
      state.endBatch()
      #expect(state.changedGroups == Set(key.words).count)
      var groups = 0
      for shard in 0..<4 {
        var writer = ByteWriter()
        state.encodeDelta(ofShard: shard, into: &writer)
        groups += try copy.put(writer.rawSpan, shard: shard)
      }
      copy.endBatch()
      copy.beginBatch()
      #expect(groups == Set(key.words).count)
      #expect(copy.digest == state.digest)
    }
  }

  @Test("a snapshot of many keys is restored, from all shards and from each, and goes on", arguments: [true, false])
  func restore(together: Bool) throws {
    var random = SeededRandom(seed: 6)
    var state = KeyedState(Self.plan(Self.accumulators), shardCount: 8, seed: 2)
    let (key, value) = Self.batch(50_000, keys: 40_000, nulls: false, &random)
    try state.add(pane: 0, keys: [key], inputs: [value], rows: key.count)
    state.endBatch()
    var restored = state.emptied()
    for shard in 0..<(together ? 1 : 8) {
      var writer = ByteWriter()
      if together { state.encodeSnapshot(into: &writer) } else { state.encodeSnapshot(ofShard: shard, into: &writer) }
      try restored.put(writer.rawSpan, shard: together ? nil : shard)
    }
    restored.endBatch()
    restored.beginBatch()
    #expect(restored.digest == state.digest)
    state.beginBatch()
    for _ in 0..<2 {
      let (key, value) = Self.batch(30_000, keys: 80_000, nulls: true, &random)
      try state.add(pane: 0, keys: [key], inputs: [value], rows: key.count)
      try restored.add(pane: 0, keys: [key], inputs: [value], rows: key.count)
    }
    state.endBatch()
    restored.endBatch()
    #expect(restored.digest == state.digest)
    #expect(restored.digest == restored.recomputedDigest())
    #expect(Self.held(by: restored, pane: 0) == Self.held(by: state, pane: 0))
  }

  @Test("a block that holds a key twice is no more groups than keys")
  func sameKeyTwice() throws {
    let plan = Self.plan([.countRows])
    let words = (0..<200).map { Int64($0 % 199) }
    var writer = ByteWriter()
    writer.varint(1)
    PaneBlock(pane: 0, keys: Column(.int64, words: words), words: [Array(0..<200)]).encode(into: &writer)
    var state = KeyedState(plan, shardCount: 1, seed: 2)
    try state.put(writer.rawSpan)
    state.endBatch()
    #expect(state.groupCount == 199)
    #expect(state.digest == state.recomputedDigest())
    // The last of them counts.
    #expect(state.rows(of: [0]).words[0][0] == 199)
  }

  @Test("removed groups are found no more, and those behind them still are, in a table of many slots")
  func removal() throws {
    let plan = KeyedStatePlan(
      id: 0, keys: .word(.int64), values: AccumulatorLayout([], ownWords: 1), panes: .single, removesGroups: true)
    var state = KeyedState(plan, shardCount: 2, seed: 3)
    let all = (0..<20_000).map { Int64($0) }
    var left = Set(all)
    _ = try state.touch(state.keys([Column(.int64, words: all)], rows: all.count), pane: 0)
    state.endBatch()
    var random = SeededRandom(seed: 12)
    for _ in 0..<6 {
      state.beginBatch()
      let gone = left.sorted().filter { _ in random.next() % 3 == 0 }
      left.subtract(gone)
      state.remove(try state.keys([Column(.int64, words: gone)], rows: gone.count), pane: 0)
      state.endBatch()
      #expect(state.digest == state.recomputedDigest())
      let places = state.find(try state.keys([Column(.int64, words: all)], rows: all.count), pane: 0)
      #expect(Set(all.filter { places[Int($0)].isGroup }) == left)
    }
  }
}
