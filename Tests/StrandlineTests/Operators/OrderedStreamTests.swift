import Strandline
import StrandlineColumns
import Testing

@Suite("The event time of rows that were put in order")
struct OrderedStreamTests {
  @Test("is refused, with what to do, also behind a filter")
  func before() throws {
    let ordered = Stream<Item>([]).ordered(by: { [.ascending($0.number)] })
    for stream in [ordered, ordered.filter { $0.number > 1 }] {
      let error = #expect(throws: StreamError.self) {
        try CrashingRun(stream.eventTime(\.at, delay: .zero).deduplicated(by: { $0.key }))
      }
      #expect(error?.code == .plan)
      #expect(error?.message.contains("call eventTime(_:delay:) before it") == true, "\(error?.message ?? "")")
    }
  }

  @Test("may be given before")
  func behind() throws {
    let items = [3, 1, 2].map {
      Item(key: $0, name: "", at: Timestamp(secondsSince1970: Int($0)), number: $0)
    }
    let stream = Stream(Item.self, source: BatchSource(Item.schema, partitions: [[Item.batch(of: items)]]))
      .eventTime(\.at, delay: .seconds(5)).ordered(by: { [.ascending($0.number)] })
    #expect(try CrashingRun(stream).rows.map(\.number) == [1, 2, 3])
  }
}

@Suite("Rows that are put in order")
struct OrderedRowTests {
  /// Rows of some partitions, in batches of their own, each of which is a read.
  static func partitions(_ random: inout SeededRandom, rows: Int) -> [[[Item]]] {
    (0..<3).map { partition in
      (0..<3).map { batch in
        (0..<Int.random(in: 0...rows, using: &random)).map { row in
          Item(
            key: Int64(partition), name: "n\(Int.random(in: 0..<9, using: &random))",
            at: Timestamp(secondsSince1970: batch * 100 + row), number: Int64.random(in: 0..<50, using: &random))
        }
      }
    }
  }

  static func source(_ partitions: [[[Item]]]) -> BatchSource {
    BatchSource(Item.schema, partitions: partitions.map { $0.map { Item.batch(of: $0) } })
  }

  @Test("come in one order whatever the number of workers and the morsels are, batch by batch", arguments: 0..<20)
  func workers(_ seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let partitions = Self.partitions(&random, rows: 300)
    let limit = seed % 3 == 0 ? 1 + seed : nil
    let stream = Stream(Item.self, source: Self.source(partitions))
      .ordered(by: { [.descending($0.name), .ascending($0.number)] }, limit: limit)
    let isBefore = { (a: Item, b: Item) in a.name == b.name ? a.number < b.number : a.name > b.name }
    // Rows of equal values come by their partitions, and as they were read: a stable sort.
    let expected = (0..<3).flatMap { batch in
      let rows = partitions.flatMap { $0[batch] }
      let order = rows.indices.sorted { isBefore(rows[$0], rows[$1]) || !isBefore(rows[$1], rows[$0]) && $0 < $1 }
      return order.prefix(limit ?? .max).map { rows[$0] }
    }
    for workers in 1...3 {
      let run = try CrashingRun(stream, crash: { _ in false }) { options in
        options.workers = workers
        options.rowsPerMorsel = 1 + seed % 7
      }
      #expect(run.rows == expected, "seed \(seed), \(workers) workers")
    }
  }
}
