import StrandlineBytes
import StrandlineColumns
import StrandlineState

/// An operator that can put what it keeps beside its keyed states outside of memory, and goes on by itself.
protocol SpillingOperator: StreamOperator {
  /// Writes what it keeps.
  ///
  /// - Precondition: the context has a space for it.
  mutating func spill(_ context: inout OperatorContext) throws(StreamError)
}

/// An operator whose rows may be kept apart by the hash of their key, and taken later, key range by key range.
///
/// Until the input ends it need not give anything, and what it then gives must not depend on where batches ended.
protocol PartitionedOperator: StreamOperator {
  /// Whether that is so for this operator.
  var canBePartitioned: Bool { get }

  /// The rows that it would take, and the hash of each one's key, whose highest bits are those that choose the shard.
  ///
  /// Rows that are late, or can't be computed, are noted as `take` would note them, and aren't among these.
  func arrivals(
    _ rows: RowBatch, from input: Int, _ context: inout OperatorContext
  ) throws(StreamError) -> (rows: RowBatch, hashes: [UInt64])
}

extension RowsBlock {
  /// The rows of a batch, all of which are selected, none of whose marks is below `least`.
  init(_ rows: RowBatch, least: Int64) {
    self.init(
      rows.columns, times: rows.times?.times.words ?? [], marks: rows.times?.marks.map { max($0, least) } ?? [],
      ordinals: (0..<Int32(rows.columns.count)).map { rows.ordinal(of: $0) })
  }

  /// The rows as batches, in each of which ordinals are near each other.
  var batches: [RowBatch] {
    var batches: [RowBatch] = []
    var start = 0
    while start < count {
      let base = ordinals[start]
      var end = start + 1
      while end < count && ordinals[end] >= base && ordinals[end] &- base <= Int64(Int32.max) { end += 1 }
      var rows = RowBatch(columns.part(start..<end), times: nil, mark: .min, ordinal: base)
      if !times.isEmpty {
        rows.times = RowTimes(
          Column(.timestamp, words: Array(times[start..<end])), marks: .each(Array(marks[start..<end])))
      }
      rows.places = ordinals[start..<end].map { Int32(truncatingIfNeeded: $0 &- base) }
      batches.append(rows)
      start = end
    }
    return batches
  }
}

extension SpillSpace {
  /// Reads a block of rows.
  func rows(_ number: Int, of file: SpillFile, _ schema: Schema) throws(StreamError) -> RowsBlock {
    let bytes = try read(number, of: file)
    do {
      return try RowsBlock(decoding: bytes.span.rawSpan, schema: schema)
    } catch {
      throw StreamError(.store, "rows that did not fit into memory are damaged: \(error); run again")
    }
  }
}
