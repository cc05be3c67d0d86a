import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// The bytes of a state, and of a frame around them, for several kinds of keys and accumulators.
///
/// The digest is that computed from nothing; what is put and encoded again gives the same state in any number of shards.
/// The order of groups may change: a null comes in front of a block's other keys.
public enum SnapshotTarget {
  static let keys: [[ColumnType]] = [[.int64], [.string], [.string, .int64], []]
  static let accumulators: [[Accumulator]] = [
    [.countRows], [.countRows, .sumInt64(input: 0)],
    [
      .sumDouble(input: 0), .quantiles(QuantileSketch(input: 0, type: .double)),
      .estimate(HyperLogLog(input: 0, type: .double, precision: 4)),
    ],
    [
      .minimum(input: 0), .maximum(input: 0),
      .entries(EntryAccumulator([EntryPart(input: 0, type: .int64), EntryPart(input: 1, type: .string)], limit: 3)),
    ],
  ]

  static func state(_ choice: UInt8, shards: Int, seed: UInt64) -> StreamState {
    StreamState(
      [
        KeyedStatePlan(
          id: 0, keys: KeyLayout(keys[Int(choice & 3)]),
          values: AccumulatorLayout(accumulators[Int(choice >> 2 & 3)]), window: .tumbling(size: 1000, offset: 0))
      ]
        + (choice & 32 == 0
          ? []
          : [
            KeyedStatePlan(
              id: 1, keys: KeyLayout([.string, .int64]), shardColumns: 1,
              values: AccumulatorLayout([.countRows], ownWords: 1, blobs: 2), panes: .single, removesGroups: true)
          ]),
      shardCount: shards, seed: seed)
  }

  /// Tries one input.
  public static func run(_ input: Input) {
    let (choice, bytes) = input.choice
    var content = bytes
    if choice & 16 != 0 {
      do {
        var decompressor = try ZstdDecompressor()
        content = try decompressor.decompress(bytes.rawSpan, limit: 1 << 20)
        require(content.count <= 1 << 20, "a frame's content stays under its limit")
      } catch {
        return
      }
    }
    var state = state(choice, shards: 4, seed: 7)
    do {
      try state.put(content.rawSpan)
    } catch {
      return
    }
    state.endBatch()
    require(state.digest == state.recomputedDigest(), "the digest is that computed from nothing")
    require(state.groupCount <= content.count, "no more groups than bytes")
    let first = snapshot(state)
    var again = SnapshotTarget.state(choice, shards: 4, seed: 7)
    var other = SnapshotTarget.state(choice, shards: 16, seed: 9)
    do {
      try again.put(first.rawSpan)
      try other.put(first.rawSpan)
    } catch {
      require(false, "what was encoded is read: \(error)")
    }
    again.endBatch()
    other.endBatch()
    require(again.digest == state.digest && again.groupCount == state.groupCount, "the state is the same")
    require(other.digest == state.digest && other.groupCount == state.groupCount, "also in other shards")
    require(snapshot(again).count == first.count, "and as long")
  }

  static func snapshot(_ state: borrowing StreamState) -> [UInt8] {
    var writer = ByteWriter()
    state.encodeSnapshot(into: &writer)
    return writer.bytes
  }
}
