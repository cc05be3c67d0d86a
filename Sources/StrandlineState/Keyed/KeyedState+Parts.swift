public import StrandlineBytes

/// A state whose shards are kept elsewhere for a time.
extension KeyedState {
  /// The shard that keys of a hash belong to.
  public func shard(ofHash hash: UInt64) -> Int { shard(of: hash) }

  /// Encodes every group of one shard, as `put` of that shard takes it. Linear in the groups.
  public func encode(shard: Int, into writer: inout ByteWriter) {
    var cursor = SliceCursor()
    _ = encodeSlice(ofShard: shard, from: &cursor, limit: .max, into: &writer)
  }

  /// Puts groups of a shard into the state.
  ///
  /// - Throws: `StateError` `.malformed`.
  public mutating func put(_ bytes: RawSpan, ofShard shard: Int) throws(StateError) {
    var reader = ByteReader(bytes)
    do {
      _ = try put(&reader, shard: shard, skipping: [])
      try reader.finish()
    } catch let error as StateError {
      throw error
    } catch {
      throw StateError(.malformed, "state bytes are damaged: \(error)")
    }
  }
}
