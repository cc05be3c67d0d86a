import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("a state as bytes")
struct SnapshotTests {
  private func snapshot(_ state: borrowing KeyedState) -> [UInt8] {
    var writer = ByteWriter()
    state.encodeSnapshot(into: &writer)
    return writer.bytes
  }

  @Test("comes back into a state of any number of shards and any seed", arguments: keyTypes)
  func roundTrip(types: [ColumnType]) throws {
    for seed in UInt64(1)...2 {
      let input = RandomRows(seed: seed, types: types, blobs: seed == 2 && types.count == 1)
      let state = try input.state(shards: 4, seed: 7)
      let bytes = snapshot(state)
      for (shards, hashSeed) in [(1, 0), (4, 7), (64, 9)] as [(Int, UInt64)] {
        var other = input.empty(shards: shards, seed: hashSeed)
        // A second time changes nothing.
        for _ in 0..<2 {
          try other.put(bytes.rawSpan)
          other.endBatch()
          other.beginBatch()
          expectSame(try lines(other), try lines(state), "seed \(seed)")
          #expect(other.digest == state.digest && other.digest == other.recomputedDigest(), "seed \(seed)")
          #expect(other.groupCount == state.groupCount)
        }
      }
    }
  }

  @Test("is restored from shard snapshots of different batches and the deltas behind each", arguments: keyTypes)
  func redo(types: [ColumnType]) throws {
    for seed in UInt64(1)...2 {
      let input = RandomRows(seed: seed, types: types, batches: 12, blobs: seed == 2 && types.count != 1)
      var state = input.empty(shards: 4, seed: 7)
      var restored = input.empty(shards: 4, seed: 7)
      // Shard n is taken whole after batch n, and follows the deltas from then on.
      for (number, batch) in input.batches.enumerated() {
        state.beginBatch()
        try RandomRows.add(batch.rows, types, to: &state)
        state.close(through: batch.watermark)
        state.endBatch()
        for shard in 0..<4 {
          var writer = ByteWriter()
          if number == shard {
            state.encodeSnapshot(ofShard: shard, into: &writer)
          } else if number > shard && state.touchedShards.contains(shard) {
            state.encodeDelta(ofShard: shard, into: &writer)
          } else {
            continue
          }
          try restored.put(writer.rawSpan, shard: shard)
          // Again: a delta says what a group became.
          try restored.put(writer.rawSpan, shard: shard)
        }
        restored.close(through: batch.watermark)
        restored.endBatch()
        restored.beginBatch()
        if number >= 3 {
          expectSame(try lines(restored), try lines(state), "seed \(seed), batch \(number)")
          #expect(restored.digest == state.digest, "seed \(seed), batch \(number)")
        }
      }
    }
  }

  @Test("holds in a delta what the batch changed and nothing else")
  func deltaSize() throws {
    let input = RandomRows(seed: 5, types: [.int64], rows: 200)
    var state = try input.state(shards: 1, seed: 7)
    state.beginBatch()
    #expect(state.touchedShards.isEmpty)
    let pane = try #require(state.openPanes.last)
    try RandomRows.add([.init(pane: pane, key: [.word(424242)], number: 1, real: 1)], [.int64], to: &state)
    state.endBatch()
    var writer = ByteWriter()
    state.encodeDelta(ofShard: 0, into: &writer)
    var alone = input.empty(shards: 1, seed: 7)
    try alone.put(writer.rawSpan)
    alone.endBatch()
    #expect(alone.groupCount == 1)
  }

  @Test("passes over the keys of shards that something newer is known of")
  func skipping() throws {
    let input = RandomRows(seed: 6, types: [.string])
    let state = try input.state(shards: 4, seed: 7)
    var other = input.empty(shards: 4, seed: 7)
    try other.put(snapshot(state).rawSpan, skipping: [1, 3])
    #expect(other.groups(ofShard: 1) == 0 && other.groups(ofShard: 3) == 0)
    #expect(other.groups(ofShard: 0) == state.groups(ofShard: 0))
    #expect(other.groups(ofShard: 2) == state.groups(ofShard: 2))
  }

  @Test("of one shard is refused for another")
  func wrongShard() throws {
    let input = RandomRows(seed: 7, types: [.string])
    let state = try input.state(shards: 4, seed: 7)
    var writer = ByteWriter()
    state.encodeSnapshot(ofShard: 2, into: &writer)
    var other = input.empty(shards: 4, seed: 7)
    #expect(throws: StateError.self) { try other.put(writer.rawSpan, shard: 1) }
    // With another seed the keys belong elsewhere.
    var third = input.empty(shards: 4, seed: 8)
    #expect(throws: StateError.self) { try third.put(writer.rawSpan, shard: 2) }
  }

  @Test("is refused when it is cut anywhere or continued", arguments: keyTypes)
  func cuts(types: [ColumnType]) throws {
    let input = RandomRows(seed: 8, types: types, batches: 2, rows: 6)
    let bytes = snapshot(try input.state(shards: 2, seed: 7))
    for length in bytes.indices where length < 200 || length % 5 == 0 {
      var state = input.empty(shards: 2, seed: 7)
      #expect(throws: StateError.self, "length \(length)") { try state.put(Array(bytes.prefix(length)).rawSpan) }
    }
    var state = input.empty(shards: 2, seed: 7)
    #expect(throws: StateError.self) { try state.put((bytes + [0]).rawSpan) }
  }

  @Test("with turned bits is refused or read, and never traps", arguments: keyTypes)
  func flips(types: [ColumnType]) throws {
    let input = RandomRows(seed: 9, types: types, batches: 2, rows: 12, blobs: types == [.string])
    let state = try input.state(shards: 2, seed: 7)
    let bytes = snapshot(state)
    var random = SeededRandom(seed: 9)
    var unnoticed = 0
    for _ in 0..<250 {
      var damaged = bytes
      for _ in 0...random.next() % 2 {
        damaged[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
      }
      var other = input.empty(shards: 2, seed: 7)
      do {
        try other.put(damaged.rawSpan)
        other.endBatch()
        // What was read is a state: it can be shown, encoded and closed. Its digest gives the damage away.
        _ = try? lines(other)
        _ = snapshot(other)
        if damaged != bytes && other.digest == state.digest { unnoticed += 1 }
        other.close(through: .max)
      } catch {
        // By its type it is a StateError.
        continue
      }
    }
    // A bit of a null's placeholder means nothing, and the order of groups neither; little else is without effect.
    #expect(unnoticed < 25)
  }

  @Test("that asks for more groups than it has bytes is refused before they are made")
  func amplification() throws {
    let input = RandomRows(seed: 10, types: [.int64])
    for count in [3, 1000, 1_000_000] as [UInt64] {
      var writer = ByteWriter()
      writer.varint(1)
      writer.zigzag(0)
      writer.varint(count)
      writer.varint(0)
      // All keys the same: a column of no width.
      writer.uint8(0)
      writer.int64(5)
      for _ in 0..<AggregationOracle.accumulators.width {
        writer.uint8(0)
        writer.int64(1)
      }
      writer.zeros(2_000_000)
      var state = input.empty(shards: 2, seed: 7)
      #expect(throws: StateError.self) { try state.put(writer.rawSpan) }
    }
  }

  /// The number of bytes that a column of words is kept in, and is found in again.
  private func bytesThatGiveBack(_ words: [Int64], _ comment: Comment? = nil) throws -> Int {
    var writer = ByteWriter()
    WordColumn.encode(words.span, into: &writer)
    var reader = ByteReader(writer.rawSpan)
    #expect(try WordColumn.decode(&reader, count: words.count) == words, comment)
    try reader.finish()
    return writer.count
  }

  @Test("keeps a column of words in as few bytes as its reach needs", arguments: 0...8)
  func wordColumn(width: Int) throws {
    let reach = width == 8 ? Int64.max : Int64(1) << Int64(width * 8) - 1
    for low in [0, -1, .min, 12] as [Int64] {
      let words = [low, low &+ reach, low, low &+ reach / 2]
      #expect(try bytesThatGiveBack(words) == 9 + 4 * width)
    }
    #expect(try bytesThatGiveBack([]) == 9)
  }

  @Test("keeps words that are nearly in order by their steps", arguments: 0...7)
  func steps(width: Int) throws {
    let reach = Int64(1) << Int64(width * 8) - 1
    for first in [0, -7, .min, .max] as [Int64] {
      // Steps of 2⁶⁰ and a little more, modulo 2⁶⁴: they need no more bytes than that little.
      var words = [first]
      for index in 1..<100 { words.append(words[index - 1] &+ 1 << 60 &+ (index % 3 == 0 ? reach : 0)) }
      #expect(try bytesThatGiveBack(words) == 17 + 99 * width)
    }
  }

  @Test("gives random words back", arguments: 1...20 as ClosedRange<UInt64>)
  func randomWords(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<50 {
      let (mask, count) = (
        UInt64.max >> UInt64.random(in: 0...63, using: &random), Int.random(in: 0...40, using: &random)
      )
      var words = (0..<count).map { _ in Int64(bitPattern: random.next() & mask) }
      if Bool.random(using: &random) { words.sort() }
      #expect(try bytesThatGiveBack(words, "seed \(seed)") >= 9)
    }
  }

  @Test("refuses a column that is none: widths beyond 8, and bytes that end early")
  func badColumns() throws {
    for width in [9, 0x7F, 0x89, 0xFF] as [UInt8] {
      let bytes = [width] + Array(repeating: 0, count: 80)
      var reader = ByteReader(bytes.rawSpan)
      #expect(throws: BytesError.self) { try WordColumn.decode(&reader, count: 2) }
    }
    var writer = ByteWriter()
    WordColumn.encode(([1, 5, 300, 70_000, 5_000_000] as [Int64]).span, into: &writer)
    for count in 0..<writer.count {
      let bytes = Array(writer.bytes[..<count])
      var reader = ByteReader(bytes.rawSpan)
      #expect(throws: BytesError.self) { try WordColumn.decode(&reader, count: 5) }
    }
  }
}
