import Strandline
import StrandlineColumns
import StrandlineRecovery
import Testing

@Record private struct Pair: Equatable {
  var key: Int64?
  var rows: Int64
  var sum: Int64
}

@Suite("A key that is null, beside one whose bytes are the same")
struct NullKeyTests {
  /// Rows of the keys null, 0 and 1, one per batch.
  private static func items(_ seed: UInt64) -> [Item] {
    var random = PairingRandom(state: seed)
    return (0..<40).map { number in
      let key = Int64.random(in: -1...1, using: &random)
      return Item(
        key: key < 0 ? nil : key, name: "", at: Timestamp(secondsSince1970: number),
        number: Int64.random(in: 0...9, using: &random))
    }
  }

  private static func stream(_ items: [Item]) -> Stream<Item> {
    Stream(Item.self, source: BatchSource(Item.schema, partitions: [items.map { Item.batch(of: [$0]) }]))
  }

  @Test(
    "has windows of so many rows of its own, from deltas alone and wherever it crashes",
    arguments: 1...5 as ClosedRange<UInt64>)
  func rowWindows(seed: UInt64) throws {
    let items = Self.items(seed)
    let stream = Self.stream(items).grouped(by: { $0.key }, in: .rows(2))
      .aggregate(Pair.self) { .init(key: $0.key, rows: .count, sum: .sum($0.row.number)) }
    let run = try CrashingRun(stream, crash: { $0 % 3 != 0 }) { $0.mode = .log }
    var open: [Int64?: Item] = [:]
    var expected: [Pair] = []
    for item in items {
      if let first = open.removeValue(forKey: item.key) {
        expected.append(Pair(key: item.key, rows: 2, sum: first.number + item.number))
      } else {
        open[item.key] = item
      }
    }
    #expect(Array(run.rows.prefix(expected.count)) == expected, "seed \(seed)")
    #expect(run.rows.count == expected.count + open.count, "seed \(seed)")
  }

  @Test(
    "has a state of its own, from deltas alone and wherever it crashes", arguments: 1...5 as ClosedRange<UInt64>)
  func process(seed: UInt64) throws {
    let items = Self.items(seed)
    // A state that is as new is gone: every third row of a key.
    let stream = Self.stream(items).keyed(by: { $0.key })
      .process(Pair.self, state: Touches.self, name: "thirds") { key, rows, state, context in
        for row in rows {
          state.count += 1
          state.last.append(row.number)
          context.emit(Pair(key: key, rows: state.count, sum: state.last.reduce(0, +)))
          if state.count == 3 { state = Touches() }
        }
      }
    let run = try CrashingRun(stream, crash: { $0 % 3 != 0 }) { $0.mode = .log }
    var states: [Int64?: [Int64]] = [:]
    var expected: [Pair] = []
    for item in items {
      let numbers = states[item.key, default: []] + [item.number]
      expected.append(Pair(key: item.key, rows: Int64(numbers.count), sum: numbers.reduce(0, +)))
      states[item.key] = numbers.count == 3 ? [] : numbers
    }
    #expect(run.rows == expected, "seed \(seed)")
  }
}
