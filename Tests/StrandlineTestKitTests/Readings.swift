import Strandline
import StrandlineColumns
import StrandlineTestKit

/// A row of the tests' stream.
@Record
struct Reading: Hashable {
  var sensor: String?
  var value: Int64
  @Column("at") var time: Timestamp
}

/// A row of its result.
@Record
struct Total: Hashable {
  var sensor: String?
  var window: TimeWindow
  var readings: Int64
  var sum: Int64
  var largest: Int64
}

/// Rows made from a seed, and what a dictionary says of them: an oracle that knows neither panes nor shards nor logs.
struct Readings {
  static let window: Int64 = 1_000_000
  static let delay: Int64 = 300_000

  let rows: [[Reading]]
  let batch: Int

  init(seed: UInt64, partitions: Int = 2, batches: Int = 60, batch: Int = 4, sensors: Int = 12, step: Int64 = 90_000) {
    var random = SplitMix(state: seed)
    self.batch = batch
    rows = (0..<partitions).map { _ in
      var time: Int64 = -2_500_000
      return (0..<batches * batch).map { _ in
        time += Int64(random.next() % UInt64(step))
        let late = random.next() % 8 == 0 ? Int64(random.next() % 1_500_000) : 0
        let sensor = random.next() % UInt64(sensors)
        return Reading(
          sensor: sensor == 0 ? nil : "sensor-\(sensor)", value: Int64(random.next() % 2001) - 1000,
          time: Timestamp(microsecondsSince1970: time - late))
      }
    }
  }

  /// The stream over these rows.
  func subject(_ change: (inout EngineOptions) -> Void = { _ in }) -> DrillSubject {
    var subject = DrillSubject(rows: rows, batch: batch) { (readings: Stream<Reading>) in
      readings.eventTime(\.time, delay: .microseconds(Self.delay))
        .grouped(by: { $0.sensor }, in: .tumbling(.microseconds(Self.window)))
        .aggregate(Total.self) {
          .init(
            sensor: $0.key, window: $0.window, readings: .count, sum: .sum($0.row.value), largest: .max($0.row.value))
        }
    }
    change(&subject.options)
    return subject
  }

  /// What must hold after a batch.
  struct Expectation {
    var open: [Total] = []
    var written: [Total] = []
    var read = 0
    var late = 0
  }

  /// The state after each batch, from batch 0, which has no rows, to the one that ends the input.
  func expectations() -> [Expectation] {
    struct Place: Hashable {
      var start: Int64
      var sensor: String?
    }
    var groups: [Place: Total] = [:]
    var expectation = Expectation()
    var all = [expectation]
    var newest = [Int64](repeating: .min, count: rows.count)
    let batches = (rows.map(\.count).max() ?? 0) / batch
    for number in 0...batches {
      for (partition, rows) in rows.enumerated() {
        for row in rows.dropFirst(number * batch).prefix(batch) {
          let time = row.time.microseconds
          newest[partition] = max(newest[partition], time)
          expectation.read += 1
          var start = time / Self.window * Self.window
          if start > time { start -= Self.window }
          if start + Self.window <= newest[partition] - Self.delay {
            expectation.late += 1
            continue
          }
          let window = TimeWindow(
            start: Timestamp(microsecondsSince1970: start),
            end: Timestamp(microsecondsSince1970: start + Self.window))
          let place = Place(start: start, sensor: row.sensor)
          var total = groups[place] ?? Total(sensor: row.sensor, window: window, readings: 0, sum: 0, largest: .min)
          total.readings += 1
          total.sum += row.value
          total.largest = max(total.largest, row.value)
          groups[place] = total
        }
      }
      let isEnd = number == batches
      let watermark = isEnd ? Int64.max : (newest.min() ?? 0) - Self.delay
      let closing = groups.filter { $0.value.window.end.microseconds <= watermark }
      for place in closing.keys { groups[place] = nil }
      expectation.written += Self.ordered(closing.values)
      expectation.open = Self.ordered(groups.values)
      all.append(expectation)
    }
    return all
  }

  private static func ordered(_ totals: some Sequence<Total>) -> [Total] {
    totals.sorted { left, right in
      if left.window.start != right.window.start { return left.window.start < right.window.start }
      guard let a = left.sensor else { return right.sensor != nil }
      guard let b = right.sensor else { return false }
      return a.utf8.lexicographicallyPrecedes(b.utf8)
    }
  }
}

/// SplitMix64, of the tests' own.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
