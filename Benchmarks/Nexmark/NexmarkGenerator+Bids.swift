import StrandlineColumns

extension NexmarkGenerator {
  /// The bids among those positions; columns that are not wanted may be empty.
  func bids(_ positions: Range<Int>, _ wanted: Schema) -> [Column] {
    let capacity = positions.count / 50 * 46 + 50
    var auctions: [Int64] = []
    var bidders: [Int64] = []
    var prices: [Int64] = []
    var times: [Int64] = []
    auctions.reserveCapacity(capacity)
    bidders.reserveCapacity(capacity)
    prices.reserveCapacity(capacity)
    times.reserveCapacity(capacity)
    var channel = wanted.index(of: "channel").map { _ in TextColumn(capacity: capacity, length: 12) }
    var url = wanted.index(of: "url").map { _ in TextColumn(capacity: capacity, length: 72) }
    var extra = wanted.index(of: "extra").map { _ in TextColumn(capacity: capacity, length: configuration.bidBytes) }
    for position in positions {
      let number = number(at: position)
      let event = EventNumber(configuration.firstEvent + number)
      guard event.kind == .bid else { continue }
      var random = EventRandom(seed: configuration.seed, event: event.value)
      let auction = random.below(2) > 0 ? event.hotAuction : event.auction(&random)
      let bidder = random.below(4) > 0 ? event.hotBidder : event.person(&random)
      auctions.append(Int64(EventNumber.firstID + auction))
      bidders.append(Int64(EventNumber.firstID + bidder))
      prices.append(random.price())
      times.append(millis(number) * 1000)
      channels.append(&channel, &url, &random)
      // Four numbers of eight bytes are there already.
      extra?.appendExtra(configuration.bidBytes - 32, &random)
    }
    return [
      Column(.int64, words: auctions), Column(.int64, words: bidders), Column(.int64, words: prices),
      channel?.finished() ?? Column(.string), url?.finished() ?? Column(.string), Column(.timestamp, words: times),
      extra?.finished() ?? Column(.string),
    ]
  }
}

extension TextColumn {
  /// Appends a text that fills an event up to its average size, give or take a fifth.
  @inline(__always)
  mutating func appendExtra(_ missing: Int, _ random: inout EventRandom) {
    if missing > 0 {
      let spread = (missing + 2) / 5
      appendLetters(missing - spread + (spread == 0 ? 0 : random.below(2 * spread)), &random)
    }
    end()
  }
}
