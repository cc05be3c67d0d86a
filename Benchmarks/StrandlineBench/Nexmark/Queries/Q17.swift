import Strandline

/// What was bid for an auction on a day.
@Record
struct AuctionDay {
  var auction: Int64
  var day: Timestamp
  var totalBids: Int64
  var rank1Bids: Int64
  var rank2Bids: Int64
  var rank3Bids: Int64
  var minPrice: Int64
  var maxPrice: Int64
  var averagePrice: Double
  var sumPrice: Int64
}

extension NexmarkQuery {
  static let q17 = NexmarkQuery(name: "q17", about: "statistics of each auction and day") { streams, sink in
    streams.bids
      .grouped(by: { $0.auction }, in: .tumbling(.days(1)))
      .aggregate(AuctionDay.self) {
        .init(
          auction: $0.key, day: $0.window.start, totalBids: .count, rank1Bids: .count(where: $0.row.price < 10_000),
          rank2Bids: .count(where: $0.row.price >= 10_000 && $0.row.price < 1_000_000),
          rank3Bids: .count(where: $0.row.price >= 1_000_000), minPrice: .min($0.row.price),
          maxPrice: .max($0.row.price),
          averagePrice: .average($0.row.price), sumPrice: .sum($0.row.price))
      }
      .write(to: sink)
  }
}
