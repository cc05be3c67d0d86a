import Strandline
import StrandlineColumns
import Testing

/// The values one after the other as a text: it depends on their order.
private struct Listing: Aggregate {
  static let name = "listing"
  private var text = ""

  init() {}
  mutating func add(_ value: Int64) { text += "\(value)," }
  mutating func merge(_ other: Listing) { text += other.text }
  var result: String? { text }

  func encode(into state: inout StateEncoder) { state.encode(text) }
  init(decoding state: inout StateDecoder) throws { text = try state.decode(String.self) }
}

@Record private struct Listed: Equatable {
  var key: Int64?
  var rows: Int64
  var values: String?
}

@Suite("An aggregate that depends on the order of rows")
struct OrderedAggregateTests {
  @Test("has the rows of a window of so many in their order, whatever the batches are", arguments: 1...8)
  func rowWindows(perBatch: Int) throws {
    let items = (0..<40 as Range<Int64>).map { (number: Int64) -> Item in
      let key: Int64? = number % 3 == 0 ? nil : number % 2
      return Item(key: key, name: "", at: Timestamp(secondsSince1970: 0), number: number)
    }
    let batches = stride(from: 0, to: items.count, by: perBatch).map { start in
      Item.batch(of: Array(items[start..<min(start + perBatch, items.count)]))
    }
    let stream = Stream(Item.self, source: BatchSource(Item.schema, partitions: [batches]))
      .grouped(by: { $0.key }, in: .rows(5))
      .aggregate(Listed.self) { .init(key: $0.key, rows: .count, values: .aggregate(Listing.self, of: $0.row.number)) }
    let run = try CrashingRun(stream, crash: { $0 % 2 == 0 })
    var open: [Int64?: [Int64]] = [:]
    var expected: [Listed] = []
    for item in items {
      open[item.key, default: []].append(item.number)
      guard let values = open[item.key], values.count == 5 else { continue }
      expected.append(Listed(key: item.key, rows: 5, values: values.map { "\($0)," }.joined()))
      open[item.key] = nil
    }
    #expect(Array(run.rows.prefix(expected.count)) == expected)
    #expect(!expected.isEmpty && run.rows.count == expected.count + open.count)
  }
}
