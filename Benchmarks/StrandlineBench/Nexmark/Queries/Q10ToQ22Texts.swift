import Strandline

/// A bid with the day and minute that it is filed under.
@Record
struct FiledBid {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var dateTime: Timestamp
  var extra: String
  var day: String
  var minute: String
}

/// A bid with the time of day.
@Record
struct TimedBid {
  var auction: Int64
  var bidder: Int64
  var price: Double
  var bidTimeType: String
  var dateTime: Timestamp
  var extra: String
  var cCount: Int64
}

/// A bid with the number of its channel.
@Record
struct ChannelBid {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var channel: String
  var channelID: String
}

/// A bid with the directories of its page.
@Record
struct PageBid {
  var auction: Int64
  var bidder: Int64
  var price: Int64
  var channel: String
  var dir1: String
  var dir2: String
  var dir3: String
}

extension NexmarkQuery {
  static let q10 = NexmarkQuery(name: "q10", about: "bids filed by day and minute") { streams, sink in
    streams.bids
      .map(FiledBid.self) {
        let time = $0.dateTime.cast(to: String.self)
        return .init(
          auction: $0.auction, bidder: $0.bidder, price: $0.price, dateTime: $0.dateTime, extra: $0.extra,
          day: time.substring(from: 1, length: 10), minute: time.substring(from: 12, length: 5))
      }
      .write(to: sink)
  }

  static let q14 = NexmarkQuery(name: "q14", about: "a range of prices, the time of day, the number of c") {
    streams, sink in
    streams.bids
      .filter { inEuro($0.price) > 1_000_000 && inEuro($0.price) < 50_000_000 }
      .map(TimedBid.self) {
        let hour = $0.dateTime[.hour]
        let isNight = hour <= 6 || hour >= 20
        return .init(
          auction: $0.auction, bidder: $0.bidder, price: inEuro($0.price),
          bidTimeType: (hour >= 8 && hour <= 18).then("dayTime", else: isNight.then("nightTime", else: "otherTime")),
          dateTime: $0.dateTime, extra: $0.extra,
          cCount: $0.extra.length - $0.extra.replacing("c", with: "").length)
      }
      .write(to: sink)
  }

  static let q21 = NexmarkQuery(name: "q21", about: "the number of a bid's channel") { streams, sink in
    let pattern = "(&|^)channel_id=([^&]*)"
    return streams.bids
      .filter { $0.url.matches(pattern) || $0.channel.lowercased().isIn(["apple", "google", "facebook", "baidu"]) }
      .map(ChannelBid.self) {
        let name = $0.channel.lowercased()
        let inPage = $0.url.firstMatch(of: pattern, group: 2) ?? ""
        let fourth = (name == "baidu").then("3", else: inPage)
        let third = (name == "facebook").then("2", else: fourth)
        let second = (name == "google").then("1", else: third)
        return .init(
          auction: $0.auction, bidder: $0.bidder, price: $0.price, channel: $0.channel,
          channelID: (name == "apple").then("0", else: second))
      }
      .write(to: sink)
  }

  static let q22 = NexmarkQuery(name: "q22", about: "the directories of a bid's page") { streams, sink in
    streams.bids
      .map(PageBid.self) {
        .init(
          auction: $0.auction, bidder: $0.bidder, price: $0.price, channel: $0.channel,
          dir1: $0.url.part(4, separatedBy: "/"), dir2: $0.url.part(5, separatedBy: "/"),
          dir3: $0.url.part(6, separatedBy: "/"))
      }
      .write(to: sink)
  }
}
