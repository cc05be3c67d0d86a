import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

/// Layouts of keys, from none to several columns.
let keyTypes: [[ColumnType]] = [
  [.int64], [.double], [.bool], [.timestamp], [.string], [], [.string, .int64], [.double, .bool, .string],
  [.timestamp, .string, .string],
]

/// Rows to aggregate, batch by batch, made from a seed.
struct RandomRows {
  typealias Row = AggregationOracle.Row

  static let paneLength: Int64 = 100
  let types: [ColumnType]
  /// Whether groups keep bytes, too.
  let hasBlobs: Bool
  /// The rows of each batch and the watermark after it.
  var batches: [(rows: [Row], watermark: Int64)] = []

  init(seed: UInt64, types: [ColumnType], batches count: Int = 8, rows: Int = 60, blobs: Bool = false) {
    self.types = types
    hasBlobs = blobs
    var random = SeededRandom(seed: seed)
    var watermark: Int64 = -500
    for _ in 0..<count {
      let open = -Int64(Double(-watermark) / 100.0) * 100
      let rows = (0..<Int(random.next() % UInt64(rows))).map { _ in
        Row(
          pane: open + Int64(random.next() % 4) * Self.paneLength,
          key: types.map { KeyPart.random($0, nullable: true, &random) },
          number: random.next() % 5 == 0 ? nil : Int64(bitPattern: random.next() << (random.next() % 60)),
          real: random.next() % 5 == 0 ? nil : Self.real(&random),
          text: random.next() % 5 == 0 ? nil : ["", "a", "b\0", "bc", "é"][Int(random.next() % 5)],
          ordinal: Int64(random.next() % 20) - 10)
      }
      if random.next() % 3 == 0 { watermark += Int64(random.next() % 250) }
      batches.append((rows.filter { $0.pane + Self.paneLength > watermark }, watermark))
    }
  }

  private static func real(_ random: inout SeededRandom) -> Double {
    switch random.next() % 40 {
    case 0: .infinity
    case 1: -.infinity
    case 2: .nan
    case 3: -0.0
    case 4: .leastNonzeroMagnitude
    case 5: 1.7e308
    case 6: -1.7e308
    default:
      Double(Int64(bitPattern: random.next()))
        * Double(sign: .plus, exponent: Int(random.next() % 120) - 90, significand: 1)
    }
  }

  func plan(id: Int = 0) -> KeyedStatePlan {
    KeyedStatePlan(
      id: id, keys: KeyLayout(types),
      values: hasBlobs ? AggregationOracle.accumulatorsOfBytes : AggregationOracle.accumulators,
      window: .tumbling(size: Self.paneLength, offset: 0))
  }

  func empty(shards: Int, seed: UInt64) -> KeyedState {
    KeyedState(plan(), shardCount: shards, seed: seed)
  }

  /// Adds rows to a state, pane by pane.
  static func add(_ rows: [Row], _ types: [ColumnType], to state: inout KeyedState) throws {
    for pane in Set(rows.map(\.pane)).sorted() {
      let here = rows.filter { $0.pane == pane }
      var keys = types.map { Column($0) }
      var numbers = Column(.int64)
      var reals = Column(.double)
      var texts = Column(.string)
      for row in here {
        for (index, part) in row.key.enumerated() { part.append(to: &keys[index]) }
        if let number = row.number { numbers.append(word: number) } else { numbers.appendNull() }
        if let real = row.real { reals.append(real) } else { reals.appendNull() }
        if let text = row.text { texts.append(text) } else { texts.appendNull() }
      }
      let ordinals = Column(.int64, words: here.map(\.ordinal))
      try state.add(pane: pane, keys: keys, inputs: [numbers, reals, texts, ordinals], rows: here.count)
    }
  }

  /// A state of all batches.
  func state(shards: Int, seed: UInt64) throws -> KeyedState {
    var state = empty(shards: shards, seed: seed)
    for batch in batches {
      state.beginBatch()
      try Self.add(batch.rows, types, to: &state)
      state.close(through: batch.watermark)
      state.endBatch()
    }
    return state
  }
}

/// All groups of a state in the oracle's words.
func lines(_ state: borrowing KeyedState) throws -> [String] {
  try AggregationOracle.lines(state.rows(of: state.openPanes))
}

/// Expects two lists of lines to be the same, and shows the first line that differs.
func expectSame(
  _ found: [String], _ expected: [String], _ comment: Comment = "", at location: SourceLocation = #_sourceLocation
) {
  for index in 0..<max(found.count, expected.count) where found[safe: index] != expected[safe: index] {
    let (line, wanted) = (found[safe: index] ?? "nothing", expected[safe: index] ?? "nothing")
    Issue.record(
      "\(comment.rawValue): line \(index) of \(expected.count) is \(line), not \(wanted)", sourceLocation: location)
    return
  }
}

@Suite("a windowed aggregation")
struct AggregationTests {
  static let shapes: [(Int, UInt64)] = [(1, 0), (2, 1), (8, 2), (64, .max)]

  @Test("is what a dictionary says after every batch", arguments: keyTypes, 0..<4)
  func oracle(types: [ColumnType], shape: Int) throws {
    let (shards, hashSeed) = Self.shapes[shape]
    // Every fourth run keeps bytes, too, which take longer.
    for (seed, blobs) in [(2 * shape, false), (2 * shape + 1, types.count == shape)] {
      let comment: Comment = "seed \(seed), blobs: \(blobs)"
      let input = RandomRows(seed: UInt64(seed), types: types, batches: 6, rows: 50, blobs: blobs)
      var state = input.empty(shards: shards, seed: hashSeed)
      var oracle = AggregationOracle(blobs: blobs)
      for batch in input.batches {
        state.beginBatch()
        try RandomRows.add(batch.rows, types, to: &state)
        for row in batch.rows { oracle.add(row) }
        let touched = Set(batch.rows.map { AggregationOracle.Place(pane: $0.pane, key: $0.key) })
        expectSame(try AggregationOracle.lines(state.touchedRows()), oracle.lines(touched), comment)
        let closing = state.panes(endingBy: batch.watermark)
        let expectedClosed = oracle.lines()
        oracle.close(endingBy: batch.watermark, paneLength: RandomRows.paneLength)
        let left = Set(oracle.lines())
        expectSame(
          try AggregationOracle.lines(state.rows(of: closing)), expectedClosed.filter { !left.contains($0) }, comment)
        #expect(state.close(through: batch.watermark) == closing.count)
        state.endBatch()
        expectSame(try lines(state), oracle.lines(), comment)
        #expect(state.groupCount == oracle.groups.count, comment)
        #expect(state.changedGroups == touched.filter { oracle.groups[$0] != nil }.count, comment)
        #expect(state.digest == state.recomputedDigest(), comment)
        #expect((0..<shards).reduce(0) { $0 + state.groups(ofShard: $1) } == state.groupCount, comment)
        let perShard = (0..<shards).reduce(into: StateDigest()) { $0 += state.recomputedDigest(ofShard: $1) }
        #expect(perShard == state.digest, comment)
      }
    }
  }

  @Test("does not depend on how rows are cut into batches, on their order, on shards or seed", arguments: keyTypes)
  func independent(types: [ColumnType]) throws {
    for seed in UInt64(10)...13 {
      let input = RandomRows(seed: seed, types: types, rows: 40, blobs: seed == 13 && types.count == 1)
      let reference = try input.state(shards: 1, seed: 0)
      let watermark = input.batches.map(\.watermark).max() ?? 0
      var random = SeededRandom(seed: seed)
      let rows = input.batches.flatMap(\.rows).filter { $0.pane + RandomRows.paneLength > watermark }
      for (shards, hashSeed) in [(1, 5), (4, 6), (64, 7)] as [(Int, UInt64)] {
        var state = input.empty(shards: shards, seed: hashSeed)
        var rest = rows.shuffled(using: &random)
        while !rest.isEmpty {
          let count = 1 + Int(random.next() % UInt64(rest.count))
          state.beginBatch()
          try RandomRows.add(Array(rest.prefix(count)), types, to: &state)
          state.endBatch()
          rest.removeFirst(count)
        }
        expectSame(try lines(state), try lines(reference), "seed \(seed), \(shards) shards")
        #expect(state.digest == reference.digest, "seed \(seed), \(shards) shards")
      }
    }
  }

  @Test("is empty, with a digest of zero, once every pane is closed", arguments: keyTypes)
  func closesEverything(types: [ColumnType]) throws {
    var state = try RandomRows(seed: 20, types: types).state(shards: 4, seed: 1)
    #expect(state.digest != StateDigest() && state.groupCount > 0)
    state.beginBatch()
    state.close(through: .max)
    state.endBatch()
    #expect(state.digest == StateDigest())
    #expect(state.groupCount == 0 && state.changedGroups == 0 && state.openPanes.isEmpty)
    #expect(state.recomputedDigest() == StateDigest())
    #expect(state.touchedShards.isEmpty)
  }

  @Test("takes rows and closes their pane in the same batch without a trace")
  func openedAndClosed() throws {
    let input = RandomRows(seed: 21, types: [.int64])
    var state = try input.state(shards: 2, seed: 1)
    let digest = state.digest
    state.beginBatch()
    let end = (state.openPanes.last ?? 0) + 1000
    // Behind all others, so that closing it closes them as well: put them into a copy.
    var copy = state
    try RandomRows.add([.init(pane: end, key: [.word(1)], number: 1, real: 0)], [.int64], to: &copy)
    copy.close(through: end + 100)
    copy.endBatch()
    #expect(copy.digest == StateDigest() && copy.groupCount == 0)
    state.endBatch()
    #expect(state.digest == digest && state.changedGroups == 0)
  }

  @Test("has a digest of its own for every operator, pane, key and value")
  func digests() throws {
    var digests: Set<StateDigest> = []
    var expected = 0
    for operatorID in 0..<3 {
      for pane in [0, 100, -100] as [Int64] {
        for key in [nil, 0, 1, 0x6E75_6C6C] as [Int64?] {
          for count in 1...3 {
            let plan = KeyedStatePlan(
              id: operatorID, keys: KeyLayout([.int64]), values: AccumulatorLayout([.countRows]),
              window: .tumbling(size: 100, offset: 0))
            var state = KeyedState(plan, shardCount: 2, seed: 3)
            var keys = Column(.int64)
            for _ in 0..<count { if let key { keys.append(word: key) } else { keys.appendNull() } }
            try state.add(pane: pane, keys: [keys], inputs: [], rows: count)
            state.endBatch()
            digests.insert(state.digest)
            expected += 1
          }
        }
      }
    }
    #expect(digests.count == expected)
  }

  @Test("holds many keys of every length, over tables that grow", arguments: [[ColumnType.int64], [.string]])
  func manyKeys(types: [ColumnType]) throws {
    var state = KeyedState(
      KeyedStatePlan(
        id: 0, keys: KeyLayout(types), values: AccumulatorLayout([.countRows]),
        window: .tumbling(size: 100, offset: 0)), shardCount: 2, seed: 8)
    let count = 20_000
    for _ in 0..<2 {
      var keys = Column(types[0])
      for key in 0..<count {
        if types == [.string] {
          keys.append(String(repeating: "k", count: key % 40) + "\(key)")
        } else {
          keys.append(word: Int64(key) << 32)
        }
      }
      state.beginBatch()
      try state.add(pane: 0, keys: [keys], inputs: [], rows: count)
      state.endBatch()
    }
    #expect(state.groupCount == count && state.changedGroups == count)
    let rows = state.rows(of: [0])
    #expect(rows.count == count && rows.words[0].allSatisfy { $0 == 2 })
    #expect(state.memoryBytes > count * 16)
    // No shard is left out.
    for shard in 0..<2 { #expect(state.groups(ofShard: shard) > count / 3) }
  }
}
