import StrandlineColumns

extension NexmarkGenerator {
  /// The auctions among those positions.
  func auctions(_ positions: Range<Int>, _ wanted: Schema) -> [Column] {
    let capacity = positions.count / 50 * 3 + 3
    var columns = NexmarkKind.auction.schema.fields.map { Column($0.type, capacity: capacity) }
    var name = TextColumn(capacity: capacity, length: 20)
    var description = TextColumn(capacity: capacity, length: 100)
    var extra = TextColumn(capacity: capacity, length: configuration.auctionBytes)
    for position in positions {
      let number = number(at: position)
      let event = EventNumber(configuration.firstEvent + number)
      guard event.kind == .auction else { continue }
      var random = EventRandom(seed: configuration.seed, event: event.value)
      let time = millis(number)
      let seller = random.below(4) > 0 ? event.hotSeller : event.person(&random)
      let category = 10 + random.below(5)
      let initialBid = random.price()
      let expires = time + length(position, time, &random)
      name.appendWord(20, special: UInt8(ascii: " "), &random)
      description.appendWord(100, special: UInt8(ascii: " "), &random)
      let reserve = initialBid + random.price()
      // Six numbers of eight bytes are there beside the texts.
      extra.appendExtra(
        configuration.auctionBytes - 48 - name.currentLength - description.currentLength, &random)
      name.end()
      description.end()
      columns[0].append(word: Int64(EventNumber.firstID + event.lastAuction))
      columns[3].append(word: initialBid)
      columns[4].append(word: reserve)
      columns[5].append(word: time * 1000)
      columns[6].append(word: expires * 1000)
      columns[7].append(word: Int64(EventNumber.firstID + seller))
      columns[8].append(word: Int64(category))
    }
    columns[1] = name.finished()
    columns[2] = description.finished()
    columns[9] = extra.finished()
    return columns
  }

  /// How long an auction runs, in milliseconds: up to twice the time in which a hundred auctions begin.
  private func length(_ position: Int, _ time: Int64, _ random: inout EventRandom) -> Int64 {
    let horizon = millis(number(at: position) + 100 * 50 / 3) - time
    return 1 + Int64(random.below(max(Int(horizon) * 2, 1)))
  }
}
