import Strandline

/// The bids for an auction in a window.
@Record
struct AuctionCount {
  var auction: Int64
  var num: Int64
  var windowStart: Timestamp
  var windowEnd: Timestamp
}

/// The most bids for any auction in a window.
@Record
struct LargestCount {
  var num: Int64
}

/// An auction with the most bids of a window.
@Record
struct HotAuction {
  var auction: Int64
  var num: Int64
  @Column("window_start") var windowStart: Timestamp
  @Column("window_end") var windowEnd: Timestamp
}

extension NexmarkQuery {
  static let q05 = NexmarkQuery(name: "q05", about: "the auctions with the most bids in 10 s, every 2 s") {
    streams, sink in
    let counts = streams.bids
      .grouped(by: { $0.auction }, in: .sliding(.seconds(10), every: .seconds(2)))
      .aggregate(AuctionCount.self) {
        .init(auction: $0.key, num: .count, windowStart: $0.window.start, windowEnd: $0.window.end)
      }
    // A count's event time is the last moment of its window, and windows end every 2 s: so these hold those of one window.
    let largest =
      counts
      .grouped(by: { _ in }, in: .tumbling(.seconds(2)))
      .aggregate(LargestCount.self) { .init(num: .max($0.row.num)) }
    return
      counts
      .join(largest, on: { $0.num }, equals: { $0.num }, within: .zero ... .zero)
      .select(HotAuction.self) { count, _ in
        .init(auction: count.auction, num: count.num, windowStart: count.windowStart, windowEnd: count.windowEnd)
      }
      .write(to: sink)
  }
}
