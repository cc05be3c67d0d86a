import Strandline

/// The bids of a bidder in a window of processing time.
@Record
struct BidderCount {
  var bidder: Int64
  var bids: Int64
  @Column("window_start") var windowStart: Timestamp
  @Column("window_end") var windowEnd: Timestamp
}

/// The bids of a bidder in the open window.
struct OpenCount: ProcessState {
  var bids: Int64 = 0

  static var members: [StateMember<OpenCount>] { [.value("bids", \.bids)] }
}

extension NexmarkQuery {
  /// It needs a clock that stands still while a batch of a thousand bids is read, and then moves on by a second.
  static let q12 = NexmarkQuery(name: "q12", about: "bids per bidder in 10 s of processing time") { streams, sink in
    let length: Int64 = 10_000_000
    return streams.bids
      .keyed(by: { $0.bidder })
      .process(BidderCount.self, state: OpenCount.self, name: "bids in 10 s") { _, bids, state, context in
        state.bids += Int64(bids.count)
        let end = (context.now.microseconds / length + 1) * length
        context.timers.set("end", atProcessingTime: Timestamp(microsecondsSince1970: end))
      } onTimer: { bidder, timer, state, context in
        context.emit(
          BidderCount(
            bidder: bidder, bids: state.bids,
            windowStart: Timestamp(microsecondsSince1970: timer.time.microseconds - length), windowEnd: timer.time))
        state = OpenCount()
      }
      .write(to: sink)
  }
}
