import StrandlineColumns

extension NexmarkGenerator {
  private static let states = ["AZ", "CA", "ID", "OR", "WA", "WY"]
  private static let cities = [
    "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne",
  ]
  private static let firstNames = [
    "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter",
  ]
  private static let lastNames = [
    "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris",
  ]

  /// The persons among those positions.
  func persons(_ positions: Range<Int>, _ wanted: Schema) -> [Column] {
    let capacity = positions.count / 50 + 1
    var ids = Column(.int64, capacity: capacity)
    var times = Column(.timestamp, capacity: capacity)
    // name, address, card, city, state
    var texts = [20, 20, 19, 13, 2].map { TextColumn(capacity: capacity, length: $0) }
    var extra = TextColumn(capacity: capacity, length: configuration.personBytes)
    for position in positions {
      let number = number(at: position)
      let event = EventNumber(configuration.firstEvent + number)
      guard event.kind == .person else { continue }
      var random = EventRandom(seed: configuration.seed, event: event.value)
      texts[0].append(Self.firstNames[random.below(Self.firstNames.count)])
      texts[0].append(UInt8(ascii: " "))
      texts[0].append(Self.lastNames[random.below(Self.lastNames.count)])
      texts[1].appendWord(7, special: UInt8(ascii: " "), &random)
      texts[1].append(UInt8(ascii: "@"))
      texts[1].appendWord(5, special: UInt8(ascii: " "), &random)
      texts[1].append(".com")
      for part in 0..<4 {
        if part > 0 { texts[2].append(UInt8(ascii: " ")) }
        let digits = random.below(10_000)
        for power in [1000, 100, 10, 1] { texts[2].append(UInt8(ascii: "0") + UInt8(digits / power % 10)) }
      }
      texts[3].append(Self.cities[random.below(Self.cities.count)])
      texts[4].append(Self.states[random.below(Self.states.count)])
      extra.appendExtra(configuration.personBytes - 8 - texts.reduce(0) { $0 + $1.currentLength }, &random)
      for index in texts.indices { texts[index].end() }
      ids.append(word: Int64(EventNumber.firstID + event.lastPerson))
      times.append(word: millis(number) * 1000)
    }
    return [ids] + texts.map { $0.finished() } + [times, extra.finished()]
  }
}
