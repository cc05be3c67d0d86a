import Strandline

/// Bids, bidders and auctions of a day, in all and in three ranks of prices.
@Record
struct DayStatistics {
  var day: Timestamp
  var totalBids: Int64
  var rank1Bids: Int64
  var rank2Bids: Int64
  var rank3Bids: Int64
  var totalBidders: Int64
  var rank1Bidders: Int64
  var rank2Bidders: Int64
  var rank3Bidders: Int64
  var totalAuctions: Int64
  var rank1Auctions: Int64
  var rank2Auctions: Int64
  var rank3Auctions: Int64
}

/// The same of a channel and day, with the time of the last bid.
@Record
struct ChannelStatistics {
  var channel: String
  var day: Timestamp
  var last: Timestamp
  var totalBids: Int64
  var rank1Bids: Int64
  var rank2Bids: Int64
  var rank3Bids: Int64
  var totalBidders: Int64
  var rank1Bidders: Int64
  var rank2Bidders: Int64
  var rank3Bidders: Int64
  var totalAuctions: Int64
  var rank1Auctions: Int64
  var rank2Auctions: Int64
  var rank3Auctions: Int64
}

/// Whether a price is of a rank.
private struct Ranks {
  let first: Expr<Bool>
  let second: Expr<Bool>
  let third: Expr<Bool>

  init(_ price: Expr<Int64>) {
    first = price < 10_000
    second = price >= 10_000 && price < 1_000_000
    third = price >= 1_000_000
  }
}

extension NexmarkQuery {
  static let q15 = NexmarkQuery(name: "q15", about: "bids, bidders and auctions of each day") { streams, sink in
    streams.bids
      .grouped(by: { _ in }, in: .tumbling(.days(1)))
      .aggregate(DayStatistics.self) { group in
        let bid = group.row
        let ranks = Ranks(bid.price)
        return .init(
          day: group.window.start, totalBids: .count, rank1Bids: .count(where: ranks.first),
          rank2Bids: .count(where: ranks.second), rank3Bids: .count(where: ranks.third),
          totalBidders: .count(distinct: bid.bidder), rank1Bidders: .count(distinct: bid.bidder, where: ranks.first),
          rank2Bidders: .count(distinct: bid.bidder, where: ranks.second),
          rank3Bidders: .count(distinct: bid.bidder, where: ranks.third), totalAuctions: .count(distinct: bid.auction),
          rank1Auctions: .count(distinct: bid.auction, where: ranks.first),
          rank2Auctions: .count(distinct: bid.auction, where: ranks.second),
          rank3Auctions: .count(distinct: bid.auction, where: ranks.third))
      }
      .write(to: sink)
  }

  static let q16 = NexmarkQuery(name: "q16", about: "the same of each channel and day") { streams, sink in
    streams.bids
      .grouped(by: { $0.channel }, in: .tumbling(.days(1)))
      .aggregate(ChannelStatistics.self) { group in
        let bid = group.row
        let ranks = Ranks(bid.price)
        return .init(
          channel: group.key, day: group.window.start, last: .max(bid.dateTime), totalBids: .count,
          rank1Bids: .count(where: ranks.first), rank2Bids: .count(where: ranks.second),
          rank3Bids: .count(where: ranks.third), totalBidders: .count(distinct: bid.bidder),
          rank1Bidders: .count(distinct: bid.bidder, where: ranks.first),
          rank2Bidders: .count(distinct: bid.bidder, where: ranks.second),
          rank3Bidders: .count(distinct: bid.bidder, where: ranks.third), totalAuctions: .count(distinct: bid.auction),
          rank1Auctions: .count(distinct: bid.auction, where: ranks.first),
          rank2Auctions: .count(distinct: bid.auction, where: ranks.second),
          rank3Auctions: .count(distinct: bid.auction, where: ranks.third))
      }
      .write(to: sink)
  }
}
