import Strandline

/// CSV of a time in milliseconds and one of 1,000 keys, counted per key and 10 s.
enum TimedKeys {
  static func lines(_ rows: Range<Int>) -> [UInt8] {
    var bytes = rows.lowerBound == 0 ? Array("at,key\n".utf8) : []
    bytes.reserveCapacity(rows.count * 20)
    for row in rows { bytes.append(contentsOf: "\(1_700_000_000_000 + row / 10),\(key(row))\n".utf8) }
    return bytes
  }

  private static func key(_ row: Int) -> Int { row &* 7919 % 1000 }

  static func job(_ file: String, _ sink: any Sink) -> StreamJob {
    Stream(TimedKey.self, from: .csv(file, timeUnit: .milliseconds))
      .eventTime(\.at, delay: .zero)
      .grouped(by: { $0.key }, in: .tumbling(.seconds(10)))
      .aggregate(KeyCount.self) { .init(key: $0.key, window: $0.window, count: .count) }
      .write(to: sink)
  }

  /// Adds what the result must be of these lines, as they stand there.
  static func addExpected(_ bytes: [UInt8], to counts: inout WindowCounts) {
    var inBytes: [[Int64]: Int64] = [:]
    for line in bytes.split(separator: 10) {
      let numbers = line.split(separator: 44).map { $0.reduce(0) { $0 * 10 + Int64($1) - 48 } }
      // The line of names has none.
      guard numbers.count == 2, line.first.map({ $0 < 58 }) ?? false else { continue }
      inBytes[[numbers[1], numbers[0] - numbers[0] % 10_000], default: 0] += 1
    }
    for (key, count) in inBytes { counts.add("\(key[0])", startMillis: key[1], count) }
  }
}
