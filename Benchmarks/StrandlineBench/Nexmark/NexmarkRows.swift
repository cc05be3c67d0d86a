import Nexmark
import Strandline
import StrandlineColumns

/// Events of the Nexmark benchmark in memory, in batches of as many events of all kinds: so time goes on in each kind alike.
struct NexmarkRows {
  /// The number of batches.
  let batchCount: Int
  private let batches: [NexmarkKind: [ColumnBatch]]

  /// The first events of a generator.
  init(_ events: Int, perBatch: Int) throws {
    let generator = try NexmarkGenerator()
    let starts = stride(from: 0, to: events, by: perBatch)
    batchCount = starts.underestimatedCount
    batches = Dictionary(
      uniqueKeysWithValues: NexmarkKind.allCases.map { kind in
        (kind, starts.map { generator.events(kind, $0..<min(events, $0 + perBatch)) })
      })
  }

  /// The events of a kind.
  func source(_ kind: NexmarkKind) -> BatchSource {
    BatchSource(kind.schema, partitions: [batches[kind] ?? []])
  }
}
