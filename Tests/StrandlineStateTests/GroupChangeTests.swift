import StrandlineBytes
import StrandlineColumns
import StrandlineState
import Testing

@Suite("Groups that an operator changes itself")
struct GroupChangeTests {
  private static func plan(removes: Bool = true) -> KeyedStatePlan {
    KeyedStatePlan(
      id: 0, keys: .tuple([.int64, .int64]), shardColumns: 1, values: AccumulatorLayout([], ownWords: 2, blobs: 1),
      panes: .window(.tumbling(size: 100, offset: 0), retention: 0), removesGroups: removes)
  }

  private static func columns(_ keys: [[Int64]]) -> [Column] {
    (0..<2).map { part in Column(.int64, words: keys.map { $0[part] }) }
  }

  /// What the state should hold: a dictionary that knows neither shards nor tables.
  private struct Model {
    var groups: [Int64: [[Int64]: (word: Int64, blob: [UInt8])]] = [:]
  }

  private static func expect(_ state: KeyedState, is model: Model, _ comment: Comment) {
    var found: [Int64: [[Int64]: (word: Int64, blob: [UInt8])]] = [:]
    for pane in state.openPanes {
      let (places, keys) = state.groups(ofPane: pane)
      let (words, blobs) = (state.words(1, of: places, pane: pane), state.blobs(0, of: places, pane: pane))
      for row in places.indices {
        found[pane, default: [:]][[keys[0].words[row], keys[1].words[row]]] = (words[row], blobs[row])
      }
    }
    let expected = model.groups.filter { !$0.value.isEmpty }
    #expect(Set(found.filter { !$0.value.isEmpty }.keys) == Set(expected.keys), comment)
    for (pane, groups) in expected {
      #expect(found[pane]?.mapValues(\.word) == groups.mapValues(\.word), comment)
      #expect(found[pane]?.mapValues(\.blob) == groups.mapValues(\.blob), comment)
    }
    #expect(state.digest == state.recomputedDigest(), comment)
  }

  @Test(
    "are found, changed and removed as a dictionary says, and restored from deltas",
    arguments: 1...6 as ClosedRange<UInt64>)
  func model(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    var state = KeyedState(Self.plan(), shardCount: 4, seed: seed)
    var stream = StreamState([Self.plan()], shardCount: 4, seed: seed)
    var restored = stream.emptied()
    var model = Model()
    for batch in 0..<30 {
      let comment: Comment = "seed \(seed), batch \(batch)"
      stream.states[0] = state
      stream.beginBatch()
      state = stream.states[0]
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let pane = Int64.random(in: 0...2, using: &random) * 100
        let keys = (0..<Int.random(in: 1...60, using: &random)).map { _ in
          [Int64.random(in: 0...9, using: &random), Int64.random(in: 0...9, using: &random)]
        }
        let hashed = try state.keys(Self.columns(keys), rows: keys.count)
        let found = state.find(hashed, pane: pane)
        for (row, place) in found.enumerated() {
          #expect(place.isGroup == (model.groups[pane]?[keys[row]] != nil), comment)
        }
        if Int.random(in: 0...2, using: &random) == 0 {
          state.remove(hashed, pane: pane)
          for key in keys { model.groups[pane]?[key] = nil }
          continue
        }
        let places = try state.touch(hashed, pane: pane)
        let words = keys.map { _ in Int64.random(in: -5...5, using: &random) }
        let blobs = words.map { [UInt8](repeating: 7, count: abs(Int($0))) }
        state.set(word: 1, to: words, of: places, pane: pane)
        state.set(blob: 0, to: blobs, of: places, pane: pane)
        for (row, key) in keys.enumerated() { model.groups[pane, default: [:]][key] = (words[row], blobs[row]) }
      }
      state.endBatch()
      Self.expect(state, is: model, comment)
      stream.states[0] = state
      for shard in stream.touchedShards {
        var writer = ByteWriter()
        stream.encodeDelta(ofShard: shard, into: &writer)
        try restored.put(writer.rawSpan, shard: shard)
      }
      restored.endBatch()
      #expect(restored.digest == stream.digest, comment)
      restored.beginBatch()
    }
    #expect(model.groups.values.contains { !$0.isEmpty }, "seed \(seed)")
  }

  @Test("lie in the shard of the first columns of their keys")
  func shardOfPrefix() throws {
    var state = KeyedState(Self.plan(), shardCount: 16, seed: 1)
    let keys = (0..<100).map { [Int64(5), Int64($0)] }
    _ = try state.touch(try state.keys(Self.columns(keys), rows: 100), pane: 0)
    state.endBatch()
    #expect(state.touchedShards.count == 1 && state.groupCount == 100)
  }
}

@Suite("Numbers by key")
struct KeyedNumbersTests {
  @Test("gives the numbers of a key in the order in which they came")
  func order() throws {
    let state = KeyedState(
      KeyedStatePlan(id: 0, keys: .text, values: AccumulatorLayout([]), panes: .single), shardCount: 1, seed: 3)
    var index = KeyedNumbers(.text)
    var expected: [String: [Int64]] = [:]
    for round in 0..<20 {
      var column = Column(.string)
      let texts = (0..<30).map { "key \($0 * round % 13)" }
      for text in texts { column.append(text) }
      let numbers = texts.indices.map { Int64(round * 100 + $0) }
      try index.add(state.keys([column], as: .text, rows: 30), numbers)
      for (text, number) in zip(texts, numbers) { expected[text, default: []].append(number) }
    }
    for (text, numbers) in expected {
      var column = Column(.string)
      column.append(text)
      column.append("none")
      let keys = state.keys([column], as: .text, rows: 2)
      var found: [Int64] = []
      index.forEach(at: index.find(keys)[0]) { found.append($0) }
      #expect(index.find(keys)[1] == -1)
      #expect(found == numbers)
    }
    #expect(index.count == 600)
  }
}

@Suite("Rows as bytes")
struct RowBlobTests {
  private static let types: [ColumnType] = [
    .int64, .string, .double, .bool, .timestamp, .string, .int64, .int64, .int64, .bool,
  ]

  private static func columns(_ random: inout SeededRandom, rows: Int) -> [Column] {
    types.map { type in
      var column = Column(type)
      for _ in 0..<rows {
        switch Int.random(in: 0...4, using: &random) {
        case 0: column.appendNull()
        case _ where type == .string:
          column.append(String(repeating: "é0", count: Int.random(in: 0...3, using: &random)))
        case _ where type == .bool: column.append(word: Int64.random(in: 0...1, using: &random))
        default: column.append(word: Int64.random(in: .min ... .max, using: &random))
        }
      }
      return column
    }
  }

  @Test("come back as they were", arguments: 1...10 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let columns = Self.columns(&random, rows: 50)
    let rows = RowBlob(Self.types)
    var decoded = rows.columns
    for bytes in rows.encode(columns, rows: Array(0..<50)) { try rows.decode(bytes, into: &decoded) }
    for (before, after) in zip(columns, decoded) {
      #expect(before.words == after.words && before.bytes == after.bytes && before.offsets == after.offsets)
      #expect((0..<50).allSatisfy { before.isNull($0) == after.isNull($0) }, "seed \(seed)")
    }
  }

  @Test("are refused or read when they are damaged, and never trap", arguments: 1...10 as ClosedRange<UInt64>)
  func damage(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let rows = RowBlob(Self.types)
    var refused = 0
    for bytes in rows.encode(Self.columns(&random, rows: 200), rows: Array(0..<200)) {
      var bytes = bytes
      switch Int.random(in: 0...2, using: &random) {
      case 0: bytes.removeLast()
      case 1: bytes.append(0)
      default: bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
      }
      var decoded = rows.columns
      do {
        try rows.decode(bytes, into: &decoded)
      } catch {
        #expect(error.code == .malformed)
        refused += 1
      }
    }
    #expect(refused > 100, "seed \(seed)")
  }
}
