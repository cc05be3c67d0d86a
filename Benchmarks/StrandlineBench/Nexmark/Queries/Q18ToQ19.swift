import Strandline

/// A bid with its rank among those for its auction.
@Record
struct RankedBid {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var channel: String
  var url: String
  var dateTime: Timestamp
  var extra: String
  var rank: Int64
}

extension NexmarkQuery {
  static let q18 = NexmarkQuery(name: "q18", about: "the last bid of each bidder for each auction") { streams, sink in
    streams.bids
      .grouped(by: { ($0.bidder, $0.auction) }, in: allTime)
      .top(1, by: { [.descending($0.dateTime)] })
      .select(Bid.self) { last in last.row }
      .write(to: sink)
  }

  static let q19 = NexmarkQuery(name: "q19", about: "the ten highest bids for each auction") { streams, sink in
    streams.bids
      .grouped(by: { $0.auction }, in: allTime)
      .top(10, by: { [.descending($0.price)] })
      .select(RankedBid.self) { bid in
        .init(
          auction: bid.row.auction, bidder: bid.row.bidder, price: bid.row.price, channel: bid.row.channel,
          url: bid.row.url, dateTime: bid.row.dateTime, extra: bid.row.extra, rank: bid.rank)
      }
      .write(to: sink)
  }
}
