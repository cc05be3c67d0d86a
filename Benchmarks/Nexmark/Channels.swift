import StrandlineColumns

/// The channels that bids come through, and the pages that they are made on.
///
/// Half of the bids come through one of four hot channels, each with one page; the others through one of 10,000, of whose
/// pages nine in ten name the channel.
struct Channels: Sendable {
  private static let hot = ["Google", "Facebook", "Baidu", "Apple"]
  private static let count = 10_000

  private var names = Column(.string)
  private let pages: Column

  init(seed: UInt64) {
    var words = TextColumn(capacity: Self.count, length: 64)
    for index in 0..<Self.count + Self.hot.count {
      // Numbers below zero are no event's.
      var random = EventRandom(seed: seed, event: -1 - index)
      words.append("https://www.nexmark.com/")
      for _ in 0..<3 {
        words.appendWord(5, special: UInt8(ascii: "_"), &random)
        words.append(UInt8(ascii: "/"))
      }
      words.append("item.htm?query=1")
      let channel = index - Self.hot.count
      if channel >= 0 {
        if random.below(10) > 0 { words.append("&channel_id=\(Self.identifier(channel))") }
        names.append("channel-\(channel)")
      } else {
        names.append(Self.hot[index])
      }
      words.end()
    }
    pages = words.finished()
  }

  /// The number that a page names a channel by: its own with the bits reversed, without the sign.
  private static func identifier(_ channel: Int) -> UInt32 {
    var reversed: Int32 = 0
    for bit in 0..<32 where channel >> bit & 1 != 0 { reversed |= 1 << (31 - bit) }
    return reversed.magnitude
  }

  /// Appends a channel and its page, or passes over them: the draws are the same.
  @inline(__always)
  func append(_ name: inout TextColumn?, _ page: inout TextColumn?, _ random: inout EventRandom) {
    let isHot = random.below(2) == 0
    let index = isHot ? random.below(Self.hot.count) : Self.hot.count + random.below(Self.count)
    name?.append(index, of: names)
    page?.append(index, of: pages)
  }
}
