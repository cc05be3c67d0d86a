import Strandline
import Testing

@Record private struct Place: Hashable {
  var id: Int64?
  var city: String
  var size: Int64
}

@Record private struct Arrival: Hashable {
  var city: String?
  var at: Timestamp
}

@Record private struct CityCount: Hashable {
  var city: String?
  var window: TimeWindow
  var count: Int64
}

@Suite("A count of rows that were looked up")
struct LookupCountTests {
  private static let length: Int64 = 10_000_000

  private static let places: [Place] =
    (0..<20).map { Place(id: $0 * 7, city: "c\($0 % 4)", size: $0) } + [Place(id: nil, city: "none", size: 9)]

  private func stream(_ batches: [[Item]], isInner: Bool) -> Strandline.Stream<CityCount> {
    let rows = Strandline.Stream(
      Item.self, source: BatchSource(Item.schema, partitions: [batches.map { Item.batch(of: $0) }])
    ).eventTime(\.at, delay: .zero).filter { $0.number % 3 != 1 }
    let arrivals =
      isInner
      ? rows.lookup(in: Self.places, on: { $0.key }, equals: { $0.id })
        .select(Arrival.self) { .init(city: $1.city.asOptional, at: $0.at) }
      : rows.leftLookup(in: Self.places, on: { $0.key }, equals: { $0.id })
        .select(Arrival.self) { .init(city: $1.city, at: $0.at) }
    return arrivals.grouped(by: { $0.city }, in: .tumbling(.seconds(10)))
      .aggregate(CityCount.self) { .init(city: $0.key, window: $0.window, count: .count) }
  }

  /// The rules row by row: dropped rows move the watermark as others do.
  private func expected(_ items: [Item], isInner: Bool) -> [String: Int64] {
    var counts: [String: Int64] = [:]
    var latest = Int64.min
    for item in items {
      let time = item.at.microseconds
      latest = max(latest, time)
      let start = time - time % Self.length
      if item.number % 3 == 1 || start + Self.length <= latest { continue }
      let city = item.key.flatMap { key in Self.places.first { $0.id == key }?.city }
      if isInner && city == nil { continue }
      counts["\(city ?? "") \(start)", default: 0] += 1
    }
    return counts
  }

  @Test(
    "is that of a plain loop: with nulls, keys that aren't there, late rows, and batches of which nothing is left",
    arguments: [true, false])
  func sameAsLoop(isInner: Bool) throws {
    var late: UInt64 = 0
    for seed in UInt64(0)..<25 {
      var random = SeededRandom(seed: seed)
      var now: Int64 = 100_000_000
      var number: Int64 = 0
      let batches = (0..<12).map { batch in
        (0..<Int.random(in: 1...40, using: &random)).map { _ in
          now += Int64.random(in: 0...900_000, using: &random)
          number += 1
          let key = Int64.random(in: 0...(seed % 2 == 0 ? 25 : 19), using: &random)
          let time = Int.random(in: 0..<6, using: &random) == 0 ? now - 9_000_000 : now
          return Item(
            key: batch % 5 == 4 ? 1 : key == 24 ? nil : key * 7, name: "n", at: Timestamp(microsecondsSince1970: time),
            number: number)
        }
      }
      let run = try CrashingRun(stream(batches, isInner: isInner), crash: { $0 % 4 == 3 })
      var counts: [String: Int64] = [:]
      for row in run.rows { counts["\(row.city ?? "") \(row.window.start.microseconds)"] = row.count }
      #expect(counts == expected(batches.flatMap { $0 }, isInner: isInner), "seed \(seed)")
      #expect(counts.count == run.rows.count, "seed \(seed)")
      late += run.report.rowsLate
    }
    #expect(late > 0)
  }
}
