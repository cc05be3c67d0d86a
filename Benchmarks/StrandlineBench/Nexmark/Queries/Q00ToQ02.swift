import Strandline

/// A bid without its channel and page.
@Record
struct PlainBid {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var dateTime: Timestamp
  var extra: String
}

/// A bid in another currency.
@Record
struct ConvertedBid {
  var auction: Int64
  var bidder: Int64
  var price: Double
  var dateTime: Timestamp
  var extra: String
}

/// What was offered for an auction.
@Record
struct Offer {
  var auction: Int64
  var price: Int64
}

extension NexmarkQuery {
  static let q00 = NexmarkQuery(name: "q00", about: "bids as they are") { streams, sink in
    streams.bids
      .map(PlainBid.self) {
        .init(auction: $0.auction, bidder: $0.bidder, price: $0.price, dateTime: $0.dateTime, extra: $0.extra)
      }
      .write(to: sink)
  }

  static let q01 = NexmarkQuery(name: "q01", about: "prices in another currency") { streams, sink in
    streams.bids
      .map(ConvertedBid.self) {
        .init(
          auction: $0.auction, bidder: $0.bidder, price: inEuro($0.price), dateTime: $0.dateTime, extra: $0.extra)
      }
      .write(to: sink)
  }

  static let q02 = NexmarkQuery(name: "q02", about: "bids for some auctions") { streams, sink in
    streams.bids
      .filter { $0.auction % 123 == 0 }
      .map(Offer.self) { .init(auction: $0.auction, price: $0.price) }
      .write(to: sink)
  }

  /// A price × 0.908.
  static func inEuro(_ price: Expr<Int64>) -> Expr<Double> { price.cast(to: Double.self) * 0.908 }
}
