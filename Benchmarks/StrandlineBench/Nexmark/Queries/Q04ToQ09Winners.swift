import Strandline
import StrandlineState

/// A bid that was made while its auction ran.
@Record
struct ValidBid {
  var id: Int64
  var itemName: String
  var initialBid: Int64
  var reserve: Int64
  var dateTime: Timestamp
  var expires: Timestamp
  var seller: Int64
  var category: Int64
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var bidTime: Timestamp
}

/// The highest price of an auction.
@Record
struct FinalPrice {
  var category: Int64
  var price: Int64
}

/// The average final price of a category.
@Record
struct CategoryAverage {
  var category: Int64
  var average: Double
}

/// The average price of a seller's last ten auctions that were sold, after one of them.
@Record
struct SellerAverage {
  var seller: Int64
  var auction: Int64
  var average: Double
}

/// The prices of a seller's last auctions.
struct LastPrices: ProcessState {
  var prices: [Int64] = []

  static var members: [StateMember<LastPrices>] { [.list("prices", \.prices)] }
}

extension NexmarkStreams {
  /// The bids that were made while their auction ran, each with it: an event's time is that of the bid.
  var validBids: Stream<ValidBid> {
    auctions
      .join(
        bids, on: { $0.id }, equals: { $0.auction },
        where: { auction, bid in bid.dateTime >= auction.dateTime && bid.dateTime <= auction.expires }
      )
      .select(ValidBid.self) { auction, bid in
        .init(
          id: auction.id, itemName: auction.itemName, initialBid: auction.initialBid, reserve: auction.reserve,
          dateTime: auction.dateTime, expires: auction.expires, seller: auction.seller, category: auction.category,
          auction: bid.auction, bidder: bid.bidder, price: bid.price, bidTime: bid.dateTime)
      }
  }

  /// The winning bid of each auction: the highest, of equal ones the earliest.
  var winningBids: Stream<ValidBid> {
    validBids
      .grouped(by: { $0.id }, in: NexmarkQuery.allTime)
      .top(1, by: { [.descending($0.price)] })
      .select(ValidBid.self) { winner in winner.row }
  }
}

extension NexmarkQuery {
  /// One window for the whole input, which closes at its end.
  static let allTime = Window.tumbling(.days(36_500))

  static let q04 = NexmarkQuery(name: "q04", about: "average final price per category") { streams, sink in
    streams.validBids
      .grouped(by: { ($0.id, $0.category) }, in: allTime)
      .aggregate(FinalPrice.self) { .init(category: $0.key.1, price: .max($0.row.price)) }
      .grouped(by: { $0.category }, in: allTime)
      .aggregate(CategoryAverage.self) { .init(category: $0.key, average: .average($0.row.price)) }
      .write(to: sink)
  }

  static let q06 = NexmarkQuery(name: "q06", about: "average of a seller's last ten winning bids") { streams, sink in
    streams.winningBids
      .ordered(by: { [.ascending($0.bidTime), .ascending($0.id)] })
      .keyed(by: { $0.seller })
      .process(SellerAverage.self, state: LastPrices.self, name: "last ten prices") { seller, bids, state, context in
        for bid in bids {
          state.prices = (state.prices + [bid.price]).suffix(10)
          let sum = state.prices.reduce(0, +)
          context.emit(
            SellerAverage(seller: seller, auction: bid.id, average: Double(sum) / Double(state.prices.count)))
        }
      }
      .write(to: sink)
  }

  static let q09 = NexmarkQuery(name: "q09", about: "the winning bid of each auction") { streams, sink in
    streams.winningBids.write(to: sink)
  }
}
