import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

/// Rows that are added to a state of far more groups, against a dictionary.
@Suite("a state of far more groups than a batch has rows") struct LargeStateTests {
  private static let keys: UInt64 = 60_000

  private static func plan(_ accumulators: [Accumulator]) -> KeyedStatePlan {
    KeyedStatePlan(
      id: 3, keys: .word(.int64), values: AccumulatorLayout(accumulators), window: .tumbling(size: 100, offset: 0))
  }

  /// How many rows each key has had.
  private struct Counted {
    var state: KeyedState
    var expected: [Int64: Int64] = [:]

    /// A state of all keys.
    init(_ accumulators: [Accumulator]) throws {
      state = KeyedState(LargeStateTests.plan(accumulators), shardCount: 4, seed: 7)
      try add([(0..<LargeStateTests.keys).map { Int64($0) }])
    }

    mutating func add(_ batch: [[Int64]]) throws {
      state.beginBatch()
      for keys in batch {
        for key in keys { expected[key, default: 0] += 1 }
        let column = Column(.int64, words: keys)
        try state.add(pane: 0, keys: [column], inputs: [column], rows: keys.count)
      }
      state.endBatch()
    }
  }

  private static func held(by state: KeyedState) -> [Int64: Int64] {
    let rows = state.rows(of: [0])
    return Dictionary(uniqueKeysWithValues: zip(rows.keys[0].words, rows.words[0]))
  }

  /// Rows of nearly as many keys: some are new, some come twice, near each other and far apart.
  private static func rows(_ count: Int, _ random: inout SeededRandom) -> [Int64] {
    var rows: [Int64] = []
    for _ in 0..<count {
      switch random.next() % 50 {
      case 0 where !rows.isEmpty: rows.append(rows[rows.count - 1])
      case 1 where !rows.isEmpty: rows.append(rows[0])
      default: rows.append(Int64(random.next() % (keys + keys / 4)))
      }
    }
    return rows
  }

  @Test(
    "counts, the digest and what has changed are what a dictionary says, with one word per group and with several",
    arguments: [[.countRows], [.countRows, .maximum(input: 0)]] as [[Accumulator]])
  func sameAsDictionary(accumulators: [Accumulator]) throws {
    for seed in 1...3 as ClosedRange<UInt64> {
      var random = SeededRandom(seed: seed)
      var counted = try Counted(accumulators)
      for _ in 0..<4 {
        let batch = [Self.rows(5000, &random), Self.rows(3000, &random), Self.rows(5000, &random)]
        try counted.add(batch)
        #expect(counted.state.digest == counted.state.recomputedDigest(), "seed \(seed)")
        #expect(counted.state.changedGroups == Set(batch.joined()).count, "seed \(seed)")
        #expect(counted.state.groupCount == counted.expected.count, "seed \(seed)")
      }
      #expect(Self.held(by: counted.state) == counted.expected, "seed \(seed)")
    }
  }

  @Test(
    "a batch in which some parts have few keys and some have many is counted, and leaves no group out of the digest")
  func mixedParts() throws {
    var random = SeededRandom(seed: 11)
    var counted = try Counted([.countRows])
    let few = (0..<4000).map { _ in Int64(random.next() % 100) }
    for batch in [[few, Self.rows(5000, &random), few], [Self.rows(5000, &random), few, Self.rows(5000, &random)]] {
      try counted.add(batch)
      #expect(counted.state.digest == counted.state.recomputedDigest())
      #expect(counted.state.changedGroups == Set(batch.joined()).count)
    }
    #expect(Self.held(by: counted.state) == counted.expected)
  }

  @Test("rows of many keys make no table of their own")
  func rowsAreNotAggregated() throws {
    var random = SeededRandom(seed: 12)
    let state = try Counted([.countRows]).state
    let many = Column(.int64, words: Self.rows(5000, &random))
    let few = Column(.int64, words: (0..<5000).map { Int64($0 % 100) })
    #expect(try state.partial(keys: [many], inputs: [many], rows: 5000).groupKeys.count == 0)
    var other = StreamState([state.plan], shardCount: 4, seed: 7)
    var whole = other
    whole.states[0] = state
    #expect(try other.states[0].partial(keys: [many], inputs: [many], rows: 5000).rowKeys.count == 0)
    other.expectGroups(of: whole)
    #expect(try other.states[0].partial(keys: [many], inputs: [many], rows: 5000).groupKeys.count == 0)
    #expect(try state.partial(keys: [few], inputs: [few], rows: 5000).rowKeys.count == 0)
  }

  @Test("a table that was filled at once takes more keys, and finds all of them")
  func filledTableGrows() throws {
    for count in [1, 5, 6, 7, 5000, 6144, 6145] {
      var table = GroupTable(keyType: .int64, width: 0)
      let hasher = KeyHasher(seed: 3)
      let first = KeyBatch(encoded: Column(.int64, words: (0..<Int64(count)).map { $0 &* 7 }), hasher: hasher)
      let isFilled = table.fill(first)
      #expect(isFilled)
      #expect(table.count <= table.limit && table.limit < table.slots.count)
      let all = KeyBatch(encoded: Column(.int64, words: (0..<Int64(count) * 3).map { $0 &* 7 }), hasher: hasher)
      var groups: [Int32] = []
      try table.lookUp(all, into: &groups)
      #expect(groups == Array(0..<Int32(count * 3)))
      table.find(all, into: &groups)
      #expect(groups == Array(0..<Int32(count * 3)))
    }
  }
}

@Suite("the different groups of some rows") struct DistinctGroupsTests {
  @Test(
    "each comes once, in the order in which it comes first, whatever came before",
    arguments: 1...20 as ClosedRange<UInt64>)
  func sameAsSet(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var distinct = DistinctGroups(rows: 200)
    for bound in [1, 10, 300, 1 << 30] as [UInt64] {
      let rows = (0..<Int(random.next() % 201)).map { _ in Int32(random.next() % bound) }
      distinct.find(rows.span)
      var seen: Set<Int32> = []
      #expect(distinct.groups == rows.filter { seen.insert($0).inserted }, "seed \(seed), groups below \(bound)")
    }
    // Groups that follow each other, and such that lie a power of two apart.
    for step in [1, 64, 1 << 16] as [Int32] {
      let rows = (0..<200).map { Int32($0) * step }
      distinct.find(rows.span)
      #expect(distinct.groups == rows)
    }
  }
}
