import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("Keys that a delta says are gone")
struct RemovedKeyTests {
  private static let plan = KeyedStatePlan.rowWindows(
    of: 3, id: 0, keys: .word(.int64), values: AccumulatorLayout([.countRows], ownWords: 1))

  /// Keys of which those below zero are null.
  private static func column(_ keys: [Int64], type: ColumnType = .int64) -> Column {
    var column = Column(type)
    for key in keys {
      switch type {
      case _ where key < 0: column.appendNull()
      case .string: column.append(String(repeating: "a", count: Int(key)))
      default: column.append(word: key)
      }
    }
    return column
  }

  /// Puts the deltas of a batch that has ended into another state, and begins the next batch in both.
  private static func handOver(_ state: inout StreamState, to read: inout StreamState) throws {
    for shard in state.touchedShards {
      var writer = ByteWriter()
      state.encodeDelta(ofShard: shard, into: &writer)
      try read.put(writer.rawSpan, shard: shard)
    }
    read.endBatch()
    state.beginBatch()
    read.beginBatch()
  }

  @Test("may be the null one", arguments: [1, 16, 256], [ColumnType.int64, .string, .double])
  func nullKey(shards: Int, type: ColumnType) throws {
    let plan = KeyedStatePlan.rowWindows(
      of: 2, id: 0, keys: KeyLayout([type]), values: AccumulatorLayout([.countRows], ownWords: 1))
    var live = StreamState([plan], shardCount: shards, seed: 5)
    var read = live.emptied()
    // The key whose bytes a null's placeholder has, 0 or the empty text, stays where it is.
    let keys: [[Int64]] = [[-1, 0, 3], [-1], [-1], [-1, 3]]
    for (batch, keys) in keys.enumerated() {
      _ = try live.states[0].addToRowWindows(
        of: 2, keys: [Self.column(keys, type: type)], inputs: [], rows: keys.count)
      live.endBatch()
      try Self.handOver(&live, to: &read)
      #expect(read.groupCount == live.groupCount && read.digest == live.digest, "batch \(batch)")
      #expect(read.recomputedDigest() == live.recomputedDigest(), "batch \(batch)")
    }
    #expect(live.groupCount == 1)
  }

  @Test("are said once, however often a batch made and removed them", arguments: [-1, 7] as [Int64])
  func goneTwice(key: Int64) throws {
    var live = StreamState([Self.plan], shardCount: 4, seed: 5)
    var read = live.emptied()
    for calls in [[1], [1, 1, 1], [1, 1], [1, 1, 1, 1]] {
      for rows in calls {
        let keys = Self.column(Array(repeating: key, count: rows))
        _ = try live.states[0].addToRowWindows(of: 2, keys: [keys], inputs: [], rows: rows)
      }
      live.endBatch()
      for shard in live.touchedShards {
        var writer = ByteWriter()
        live.encodeDelta(ofShard: shard, into: &writer)
        #expect(try Self.removedKeys(writer.bytes) <= 1)
      }
      try Self.handOver(&live, to: &read)
      #expect(read.groupCount == live.groupCount && read.digest == live.digest)
    }
  }

  /// The number of keys that a delta of one pane says are gone.
  private static func removedKeys(_ bytes: [UInt8]) throws -> Int {
    var reader = ByteReader(bytes.rawSpan)
    #expect(try reader.count(limit: 1) == 1)
    _ = try PaneBlock.decode(&reader, keyType: .int64, width: 2, blobs: 0)
    return try PaneBlock.decode(&reader, keyType: .int64, width: 0, blobs: 0).keys.count
  }

  @Test("may come twice in bytes that were read", arguments: [[7, 7], [-1, -1], [7, -1, 7]] as [[Int64]])
  func twiceInBytes(keys: [Int64]) throws {
    var state = StreamState([Self.plan], shardCount: 1, seed: 5)
    let held = Self.column([7, -1, 9])
    _ = try state.states[0].addToRowWindows(of: 3, keys: [held], inputs: [], rows: 3)
    state.endBatch()
    state.beginBatch()
    var writer = ByteWriter()
    writer.varint(1)
    PaneBlock(pane: 0, keys: Column(.int64), words: [[], []]).encode(into: &writer)
    PaneBlock(pane: 0, keys: Self.column(keys), words: []).encode(into: &writer)
    try state.put(writer.rawSpan)
    state.endBatch()
    #expect(state.groupCount == 3 - Set(keys).count)
    #expect(state.digest == state.recomputedDigest())
  }
}
