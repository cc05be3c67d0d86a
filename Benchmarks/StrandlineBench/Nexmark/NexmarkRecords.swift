import Nexmark
import Strandline

/// Somebody who may sell and bid.
@Record
struct Person {
  var id: Int64
  var name: String
  var emailAddress: String
  var creditCard: String
  var city: String
  var state: String
  var dateTime: Timestamp
  var extra: String
}

/// Something for sale.
@Record
struct Auction {
  var id: Int64
  var itemName: String
  var description: String
  var initialBid: Int64
  var reserve: Int64
  var dateTime: Timestamp
  var expires: Timestamp
  var seller: Int64
  var category: Int64
  var extra: String
}

/// An offer for it.
@Record
struct Bid {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var channel: String
  var url: String
  var dateTime: Timestamp
  var extra: String
}

/// The streams of the three kinds of events.
struct NexmarkStreams {
  let persons: Stream<Person>
  let auctions: Stream<Auction>
  let bids: Stream<Bid>

  /// Those in a directory that `nexmark generate` has written.
  init(directory: String) {
    persons = Stream(from: .jsonLines("\(directory)/persons.ndjson")).eventTime(\.dateTime, delay: .zero)
    auctions = Stream(from: .jsonLines("\(directory)/auctions.ndjson")).eventTime(\.dateTime, delay: .zero)
    bids = Stream(from: .jsonLines("\(directory)/bids.ndjson")).eventTime(\.dateTime, delay: .zero)
  }

  /// Those that are in memory.
  init(_ rows: NexmarkRows) {
    persons = Stream(source: rows.source(.person)).eventTime(\.dateTime, delay: .zero)
    auctions = Stream(source: rows.source(.auction)).eventTime(\.dateTime, delay: .zero)
    bids = Stream(source: rows.source(.bid)).eventTime(\.dateTime, delay: .zero)
  }
}
