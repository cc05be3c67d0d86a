public import StrandlineColumns

/// A running value of a group that is a run of bytes, of any length.
///
/// An empty blob is that of no values. Rows and blobs come in any order and any grouping, and the same rows give the same
/// bytes: so the state doesn't depend on batches, partitions and workers.
public protocol BlobAccumulator: Sendable, Hashable {
  /// Adds rows of one group: row `r` has the `r`-th value of each input column. Nulls take no part.
  ///
  /// - Throws: `StateError` `.tooLarge` when the blob would take more than `BlobLimit.bytes`.
  func add(_ inputs: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError)
  /// Adds what another blob of this accumulator holds.
  ///
  /// - Throws: `StateError` `.tooLarge` when the blob would take more than `BlobLimit.bytes`.
  func merge(_ other: Span<UInt8>, into blob: inout [UInt8]) throws(StateError)
  /// Checks bytes that were read: whatever passes can be merged and its value read.
  ///
  /// - Throws: `StateError` `.malformed` for bytes that no rows give.
  func check(_ blob: Span<UInt8>) throws(StateError)
}

/// How large a blob may become.
public enum BlobLimit {
  /// Bytes per group and accumulator: 64 MiB.
  public static let bytes = 1 << 26

  /// Refuses a blob that has become too large.
  static func check(_ count: Int) throws(StateError) {
    guard count <= bytes else {
      throw StateError(
        .tooLarge,
        "the values that one group keeps take more than \(bytes >> 20) MiB: use an approximate aggregate or a smaller limit"
      )
    }
  }
}

extension BlobAccumulator {
  func malformed(_ what: String) -> StateError {
    StateError(.malformed, "state bytes are damaged: \(what)")
  }
}
