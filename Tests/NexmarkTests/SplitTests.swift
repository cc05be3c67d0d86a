import Nexmark
import StrandlineColumns
import Testing

/// That any event can be made again.
@Suite("Nexmark ranges")
struct SplitTests {
  /// A column as values that can be compared.
  private func values(_ batch: ColumnBatch) -> [[String]] {
    batch.columns.map { column in
      (0..<column.count).map { column.type == .string ? column.text($0) : "\(column.words[$0])" }
    }
  }

  @Test(
    "the events of a whole run are those of its ranges, however it is cut", arguments: NexmarkKind.allCases,
    [1, 10, 100])
  func ranges(kind: NexmarkKind, group: Int) throws {
    var configuration = NexmarkConfiguration()
    configuration.orderGroup = group
    configuration.seed = 77
    let generator = try NexmarkGenerator(configuration)
    let whole = values(generator.events(kind, 0..<2000))
    // Another generator of the same configuration, as after a restart.
    let another = try NexmarkGenerator(configuration)
    var state: UInt64 = 5
    for _ in 0..<4 {
      var parts = ColumnBatch(kind.schema)
      var from = 0
      while from < 2000 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let to = min(2000, from + Int(state >> 33) % 400)
        parts.append(contentsOf: another.events(kind, from..<to))
        from = to
      }
      let isSame = values(parts) == whole
      #expect(isSame)
    }
  }

  @Test("what a column holds doesn't depend on which columns are made", arguments: NexmarkKind.allCases)
  func columns(kind: NexmarkKind) throws {
    let generator = try standard.get()
    let whole = values(generator.events(kind, 0..<1000))
    for (index, field) in kind.schema.fields.enumerated() {
      let alone = values(generator.events(kind, 0..<1000, columns: Schema([field])))
      let isSame = alone == [whole[index]]
      #expect(isSame, "\(field.name)")
    }
  }

  @Test("in groups events leave in another order, the same ones, none further than its group", arguments: [100, 1000])
  func order(group: Int) throws {
    var configuration = NexmarkConfiguration()
    configuration.orderGroup = group
    let mixed = values(try NexmarkGenerator(configuration).events(.bid, 0..<2000))
    let ordered = values(try standard.get().events(.bid, 0..<2000))
    let rows = { (columns: [[String]]) in
      columns[0].indices.map { row in columns.map { $0[row] }.joined(separator: " ") }
    }
    let same = rows(mixed).sorted() == rows(ordered).sorted()
    #expect(same)
    let times = mixed[5].compactMap { Int64($0) }
    let isOrdered = times == times.sorted()
    #expect(!isOrdered)
    var largest = Int64.min
    var furthest: Int64 = 0
    for time in times {
      largest = max(largest, time)
      furthest = max(furthest, largest - time)
    }
    #expect(furthest <= Int64(group) * 100)
    let sorted = ordered[5].compactMap { Int64($0) }
    let isSorted = sorted == sorted.sorted()
    #expect(isSorted, "one by one they leave in the order of their times")
  }

  @Test("another seed makes other events")
  func seeds() throws {
    var configuration = NexmarkConfiguration()
    configuration.seed = 2
    let other = values(try NexmarkGenerator(configuration).events(.bid, 0..<1000))
    let first = values(try standard.get().events(.bid, 0..<1000))
    for index in [0, 1, 2, 3, 4, 6] {
      let isSame = other[index] == first[index]
      #expect(!isSame)
    }
  }

  @Test("a generator that begins later goes on with the numbers, and begins its own time")
  func first() throws {
    var configuration = NexmarkConfiguration()
    configuration.firstEvent = 500
    let later = values(try NexmarkGenerator(configuration).events(.person, 0..<500))
    let all = values(try standard.get().events(.person, 0..<1000))
    for index in [0, 1, 2, 3, 4, 5, 7] { #expect(later[index] == Array(all[index].suffix(10))) }
    #expect(later[6] == Array(all[6].prefix(10)))
  }

  @Test("what can't be is refused in words")
  func refused() {
    let broken: [(WritableKeyPath<NexmarkConfiguration, Int>, Int)] = [
      (\.rate, 0), (\.generators, 0), (\.firstEvent, -1), (\.orderGroup, 0), (\.orderGroup, 1906), (\.bidBytes, -1),
      (\.rate, .max), (\.firstEvent, .max), (\.orderGroup, .max), (\.auctionBytes, .max),
    ]
    for (member, value) in broken {
      var configuration = NexmarkConfiguration()
      configuration[keyPath: member] = value
      #expect(throws: NexmarkError.self) { try NexmarkGenerator(configuration) }
    }
  }
}
