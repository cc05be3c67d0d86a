import Strandline

/// Who sells what, and where.
@Record
struct LocalSale {
  var name: String
  var city: String
  var state: String
  var id: Int64
}

/// A table of words by number.
@Record
struct SideRow {
  var key: Int64
  var value: String
}

/// A bid with its word.
@Record
struct EnrichedBid {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var dateTime: Timestamp
  var value: String
}

/// A bid with its auction.
@Record
struct BidOfAuction {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var channel: String
  var url: String
  var dateTime: Timestamp
  var itemName: String
  var initialBid: Int64
  var reserve: Int64
  var auctionTime: Timestamp
  var expires: Timestamp
  var seller: Int64
  var category: Int64
}

extension NexmarkQuery {
  static let q03 = NexmarkQuery(name: "q03", about: "who sells in category 10, in three states") { streams, sink in
    streams.auctions.filter { $0.category == 10 }
      .join(
        streams.persons.filter { $0.state == "OR" || $0.state == "ID" || $0.state == "CA" }, on: { $0.seller },
        equals: { $0.id }
      )
      .select(LocalSale.self) { auction, person in
        .init(name: person.name, city: person.city, state: person.state, id: auction.id)
      }
      .write(to: sink)
  }

  static let q13 = NexmarkQuery(name: "q13", about: "bids joined with a table") { streams, sink in
    let side = (0..<10_000).map { SideRow(key: Int64($0), value: "side-\($0)") }
    return streams.bids
      .lookup(in: side, on: { $0.auction % 10_000 }, equals: { $0.key })
      .select(EnrichedBid.self) { bid, side in
        .init(auction: bid.auction, bidder: bid.bidder, price: bid.price, dateTime: bid.dateTime, value: side.value)
      }
      .write(to: sink)
  }

  static let q20 = NexmarkQuery(name: "q20", about: "bids for auctions of category 10") { streams, sink in
    streams.bids
      .join(streams.auctions.filter { $0.category == 10 }, on: { $0.auction }, equals: { $0.id })
      .select(BidOfAuction.self) { bid, auction in
        .init(
          auction: bid.auction, bidder: bid.bidder, price: bid.price, channel: bid.channel, url: bid.url,
          dateTime: bid.dateTime, itemName: auction.itemName, initialBid: auction.initialBid, reserve: auction.reserve,
          auctionTime: auction.dateTime, expires: auction.expires, seller: auction.seller, category: auction.category)
      }
      .write(to: sink)
  }
}
