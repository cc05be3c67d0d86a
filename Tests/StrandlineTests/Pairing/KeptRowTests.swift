@testable import Strandline
import StrandlineColumns
import StrandlineState
import StrandlineTestKit
import Testing

@Record private struct Side: Equatable {
  var key: Int64
  var number: Int64
  var at: Timestamp
}

@Record private struct Both: Equatable {
  var left: Int64
  var right: Int64
}

@Suite("Rows that a join keeps")
struct KeptRowTests {
  private func driver(_ right: TestInput<Side>) throws -> StreamDriver<Side, Both> {
    try StreamDriver(partitions: 2) { rows in
      rows.eventTime(\.at, delay: .seconds(100)).join(
        right.stream.eventTime(\.at, delay: .seconds(100)), on: { $0.key }, equals: { $0.key },
        within: .seconds(-50) ... .seconds(50)
      ).select(Both.self) { .init(left: $0.number, right: $1.number) }
    }
  }

  private func row(_ number: Int64, _ second: Int64) -> Side { Side(key: 1, number: number, at: .seconds(second)) }

  @Test("are the same whichever partition comes first, and whatever the batches are")
  func state() throws {
    let parts: [[Side]] = [[row(1, 60), row(2, 10), row(3, 61)], [row(11, 60), row(12, 30), row(13, 10)]]
    var digests: [String] = []
    var outputs: [[Both]] = []
    let orders: [[(partition: Int, rows: Range<Int>)]] = [
      [(0, 0..<3), (1, 0..<3)], [(1, 0..<3), (0, 0..<3)], [(1, 0..<1), (0, 0..<2), (1, 1..<3), (0, 2..<3)],
    ]
    for order in orders {
      for crashes in [false, true] {
        let right = TestInput<Side>()
        let driver = try driver(right)
        for (partition, rows) in order { try driver.feed(Array(parts[partition][rows]), partition: partition) }
        digests.append("\(driver.report.digest)")
        if crashes { try driver.crash() }
        try driver.feed([row(100, 40)], to: right)
        outputs.append(driver.output)
      }
    }
    #expect(Set(digests).count == 1)
    // In the order of partition and place, not of arrival or of the panes that they lie in.
    let expected = [1, 2, 3, 11, 12, 13].map { Both(left: $0, right: 100) }
    for output in outputs { #expect(output == expected) }
  }

  @Test("that operators have made have numbers of their own, apart from those of rows that were read")
  func ordinals() throws {
    var context = OperatorContext(StreamState([], shardCount: 1, seed: 0))
    var seen: Set<Int64> = []
    var last = Int64.min
    let schema = Schema([Field("n", .int64)])
    func batch(_ count: Int) -> RowBatch {
      RowBatch(
        ColumnBatch(schema, columns: [Column(.int64, words: Array(0..<Int64(count)))]), times: nil, mark: .min)
    }
    for number in [1, 2, 1 << 33] as [UInt64] {
      context.begin(number, now: 0)
      for count in [5, 3, 8] {
        // The last rows of a longer batch: their places there are nobody's numbers.
        context.emit(batch(count + 4).gathered(.rows(Array(4..<Int32(count + 4)))))
        for rows in try context.takeEmitted(by: 1, of: 3) {
          for row in 0..<Int32(rows.columns.count) {
            let ordinal = rows.ordinal(of: row)
            #expect(seen.insert(ordinal).inserted && ordinal >> 62 == 1 && ordinal > last)
            last = ordinal
          }
        }
      }
    }
    #expect(seen.count == 48)
    var source = batch(3)
    source.isSource = true
    source.ordinal = 7 << 44
    context.pass(source)
    #expect(try context.takeEmitted(by: 0, of: 3).map(\.ordinal) == [7 << 44])
  }
}
