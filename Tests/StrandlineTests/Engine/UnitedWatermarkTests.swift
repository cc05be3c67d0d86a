import Strandline
import StrandlineColumns
import Testing

@Record private struct RowsOfWindow: Hashable {
  var window: TimeWindow
  var rows: Int64
}

/// Streams that are united by the watermark of the one that is furthest ahead.
@Suite("A stream united by the largest watermark")
struct UnitedWatermarkTests {
  private func items(_ batches: [[Int]]) -> Stream<Item> {
    let rows = batches.map { batch in
      batch.map { Item(key: 1, name: "n", at: Timestamp(secondsSince1970: $0), number: Int64($0)) }
    }
    return Stream(Item.self, source: BatchSource(Item.schema, partitions: [rows.map { Item.batch(of: $0) }]))
      .eventTime(\.at, delay: .zero)
  }

  @Test("doesn't go back behind a crash when that one has ended: no window is written twice")
  func endedAhead() throws {
    let ahead = items([[5, 90], [91]])
    let behind = items([[10], [20], [60], [95], [130]])
    let counts = ahead.united(with: behind, watermark: .maximum)
      .grouped(by: { $0.key }, in: .tumbling(.seconds(10)))
      .aggregate(RowsOfWindow.self) { .init(window: $0.window, rows: .count) }
    let whole = try CrashingRun(counts)
    #expect(whole.report.rowsLate == 2)
    for seed in 1...8 {
      let crashing = try CrashingRun(counts, crash: { $0 * seed % 3 != 0 })
      #expect(crashing.rows == whole.rows && crashing.report.rowsLate == whole.report.rowsLate, "crashes \(seed)")
    }
  }
}
