import StrandlineBytes

@testable import StrandlineState

extension KeyedState {
  /// Puts bytes of this state alone into it, as those of a plan with one state.
  @discardableResult
  mutating func put(_ bytes: RawSpan, shard: Int? = nil, skipping skipped: Set<Int> = []) throws(StateError) -> Int {
    var stream = StreamState([], shardCount: shardCount, seed: 0)
    stream.states = [self]
    defer { self = stream.states[0] }
    return try stream.put(bytes, shard: shard, skipping: skipped)
  }

  /// Encodes every group of one shard.
  func encodeSnapshot(ofShard shard: Int, into writer: inout ByteWriter) {
    var cursor = SliceCursor()
    _ = encodeSlice(ofShard: shard, from: &cursor, limit: .max, into: &writer)
  }
}
