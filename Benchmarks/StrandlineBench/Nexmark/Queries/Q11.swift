import Strandline

/// The bids of a bidder without a pause.
@Record
struct BidderSession {
  var bidder: Int64
  var window: TimeWindow
  var bids: Int64
}

extension NexmarkQuery {
  static let q11 = NexmarkQuery(name: "q11", about: "bids per bidder in sessions of 10 s") { streams, sink in
    streams.bids
      .grouped(by: { $0.bidder }, in: .session(gap: .seconds(10)))
      .aggregate(BidderSession.self) { .init(bidder: $0.key, window: $0.window, bids: .count) }
      .write(to: sink)
  }
}
