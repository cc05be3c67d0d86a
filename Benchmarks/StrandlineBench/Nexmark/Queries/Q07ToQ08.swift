import Strandline

/// The highest price of a window.
@Record
struct HighestPrice {
  var price: Int64
  var windowStart: Timestamp
  var windowEnd: Timestamp
}

/// Somebody who came in a window.
@Record
struct NewPerson {
  var id: Int64
  var name: String
  var windowStart: Timestamp
}

/// Somebody who opened an auction in a window.
@Record
struct Seller {
  var seller: Int64
  var auctions: Int64
}

/// Somebody who came and opened an auction in a window.
@Record
struct NewSeller {
  var id: Int64
  var name: String
  @Column("window_start") var windowStart: Timestamp
}

extension NexmarkQuery {
  static let q07 = NexmarkQuery(name: "q07", about: "the bids of the highest price of each 10 s") { streams, sink in
    let highest = streams.bids
      .grouped(by: { _ in }, in: .tumbling(.seconds(10)))
      .aggregate(HighestPrice.self) {
        .init(price: .max($0.row.price), windowStart: $0.window.start, windowEnd: $0.window.end)
      }
    return
      highest
      .join(
        streams.bids, on: { $0.price }, equals: { $0.price }, within: .seconds(-10) ... .zero,
        where: { highest, bid in bid.dateTime >= highest.windowStart && bid.dateTime < highest.windowEnd }
      )
      .select(PlainBid.self) { _, bid in
        .init(auction: bid.auction, bidder: bid.bidder, price: bid.price, dateTime: bid.dateTime, extra: bid.extra)
      }
      .write(to: sink)
  }

  static let q08 = NexmarkQuery(name: "q08", about: "who came and opened an auction within the same 10 s") {
    streams, sink in
    let persons = streams.persons
      .grouped(by: { ($0.id, $0.name) }, in: .tumbling(.seconds(10)))
      .aggregate(NewPerson.self) { .init(id: $0.key.0, name: $0.key.1, windowStart: $0.window.start) }
    let sellers = streams.auctions
      .grouped(by: { $0.seller }, in: .tumbling(.seconds(10)))
      .aggregate(Seller.self) { .init(seller: $0.key, auctions: .count) }
    // The event time of both is the last moment of their window.
    return
      persons
      .join(sellers, on: { $0.id }, equals: { $0.seller }, within: .zero ... .zero)
      .select(NewSeller.self) { person, _ in
        .init(id: person.id, name: person.name, windowStart: person.windowStart)
      }
      .write(to: sink)
  }
}
