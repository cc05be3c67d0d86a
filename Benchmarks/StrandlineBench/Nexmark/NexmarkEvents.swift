import Nexmark
import StrandlineColumns

/// How fast the events of the Nexmark benchmark are made: a source that is slower than a query measures itself.
enum NexmarkEvents {
  static let measurements = [
    Measurement(name: "nexmark-bids", about: "Nexmark bids made, all columns") { bench in
      try run(bench, "nexmark-bids", .bid, NexmarkKind.bid.schema)
    },
    Measurement(name: "nexmark-bid-numbers", about: "Nexmark bids made, auction, bidder, price and time") { bench in
      let columns = NexmarkKind.bid.schema.fields.filter { $0.type != .string }
      try run(bench, "nexmark-bid-numbers", .bid, Schema(columns))
    },
    Measurement(name: "nexmark-auctions", about: "Nexmark auctions made, all columns") { bench in
      try run(bench, "nexmark-auctions", .auction, NexmarkKind.auction.schema)
    },
  ]

  private static func run(_ bench: Bench, _ name: String, _ kind: NexmarkKind, _ columns: Schema) throws {
    let events = bench.rows(10_000_000) / 50_000 * 50_000 + 50_000
    let generator = try NexmarkGenerator()
    let rows = kind == .bid ? events / 50 * 46 : events / 50 * 3
    var made = 0
    var bytes = 0
    try bench.measure(name, rows: rows, bytes: nil) {
      for first in stride(from: 0, to: events, by: 50_000) {
        let batch = generator.events(kind, first..<first + 50_000, columns: columns)
        made += batch.count
        bytes += batch.columns.reduce(0) { $0 + $1.bytes.count + $1.words.count * 8 }
      }
      var line = JSONLine()
      line.add("bytes", bytes)
      return line
    }
    guard made == rows else { throw BenchError("\(made) rows were made of \(rows)") }
  }
}
