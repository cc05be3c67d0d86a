import Nexmark
import StrandlineColumns
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Shares and sizes over many events of a fixed seed; the bounds are five standard deviations and more.
@Suite("Nexmark distributions")
struct DistributionTests {
  private let positions = 500_000..<600_000
  private var bids: ColumnBatch { get throws { try standard.get().events(.bid, positions) } }

  private func share(_ rows: Int, _ isIn: (Int) -> Bool) -> Double {
    Double((0..<rows).filter(isIn).count) / Double(rows)
  }

  private func near(_ value: Double, _ expected: Double, _ bound: Double = 0.01) -> Bool {
    abs(value - expected) < bound
  }

  @Test("half of the bids are for the hot auction, three quarters by the hot bidder")
  func hotBids() throws {
    let bids = try bids
    let numbers = positions.filter { $0 % 50 >= 4 }
    let auction = share(bids.count) {
      bids.columns[0].words[$0] - 1000 == Int64((numbers[$0] / 50 * 3 + 2) / 100 * 100)
    }
    let bidder = share(bids.count) { bids.columns[1].words[$0] - 1000 == Int64(numbers[$0] / 50 / 100 * 100 + 1) }
    // One in 111 of the others is for the hot auction too, and one in 1,010 by the hot bidder.
    #expect(near(auction, 0.5 + 0.5 / 111))
    #expect(near(bidder, 0.75 + 0.25 / 1010))
  }

  @Test("three quarters of the auctions are of the hot seller")
  func hotSellers() throws {
    let auctions = try standard.get().events(.auction, positions)
    let first = positions.lowerBound / 50
    let seller = share(auctions.count) { auctions.columns[7].words[$0] - 1000 == Int64((first + $0 / 3) / 100 * 100) }
    #expect(near(seller, 0.75, 0.025))
  }

  @Test("prices are spread evenly over six powers of ten")
  func prices() throws {
    let prices = try bids.columns[2].words
    for power in 0..<6 {
      let low = Int64(pow(10, Double(power)) * 100)
      #expect(near(share(prices.count) { prices[$0] >= low && prices[$0] < low * 10 }, 1.0 / 6))
    }
    #expect(prices.allSatisfy { (100...100_000_000).contains($0) })
  }

  @Test("half of the bids come through four channels, and nine in ten of the other pages name the channel")
  func channels() throws {
    let bids = try standard.get().events(.bid, 0..<20_000)
    let hot = ["Google", "Facebook", "Baidu", "Apple"]
    var pages: [String: String] = [:]
    var isStable = true
    for row in 0..<bids.count {
      let channel = bids.columns[3].text(row)
      let page = bids.columns[4].text(row)
      isStable = isStable && pages.updateValue(page, forKey: channel) ?? page == page
    }
    #expect(isStable, "a channel has one page")
    for (channel, page) in pages {
      let parts = page.split(separator: "/", omittingEmptySubsequences: true)
      let isPage =
        parts.count == 6 && page.hasPrefix("https://www.nexmark.com/") && parts[5].hasPrefix("item.htm?query=1")
      let isHot = hot.contains(channel) && page.contains("channel_id")
      #expect(isPage && !isHot, "\(page)")
    }
    #expect(near(share(bids.count) { hot.contains(bids.columns[3].text($0)) }, 0.5, 0.02))
    let others = pages.filter { !hot.contains($0.key) }
    #expect(others.count > 4000)
    #expect(near(Double(others.filter { $0.value.contains("&channel_id=") }.count) / Double(others.count), 0.9, 0.02))
    for (channel, page) in others {
      guard let number = UInt32(channel.dropFirst("channel-".count)), let id = page.firstRange(of: "&channel_id=")
      else { continue }
      // The bits of the number reversed, as a signed integer without its sign.
      let reversed = Int64(
        Int32(bitPattern: UInt32(String(String(number | 1 << 31, radix: 2).reversed()), radix: 2) ?? 0))
      let own = reversed & ~1  // the bit that was set to keep the zeros in front
      let isOwn = Int64(page[id.upperBound...]) == abs(own)
      #expect(isOwn, "\(channel) \(page)")
    }
  }

  @Test("events have the sizes that were asked for, give or take a fifth of what fills them")
  func sizes() throws {
    let generator = try standard.get()
    for (kind, average) in [(NexmarkKind.person, 200), (.auction, 500), (.bid, 100)] {
      let batch = generator.events(kind, 0..<20_000)
      // Channel and page don't count, and neither do a person's time and one of an auction's.
      let columns = batch.schema.fields.indices.filter { !["channel", "url"].contains(batch.schema.fields[$0].name) }
      let sizes = (0..<batch.count).map { row in
        columns.reduce(kind == .bid ? 0 : -8) {
          $0 + (batch.columns[$1].type == .string ? batch.columns[$1].text(row).utf8.count : 8)
        }
      }
      #expect(near(Double(sizes.reduce(0, +)) / Double(sizes.count), Double(average), 3))
      #expect(sizes.allSatisfy { abs($0 - average) <= average / 5 + 1 })
    }
    let letters = generator.events(.bid, 0..<10_000).columns[6].bytes
    for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
      #expect(near(share(letters.count) { letters[$0] == letter }, 1.0 / 26, 0.004))
    }
  }

  @Test("events without room for more have no extra")
  func small() throws {
    var configuration = NexmarkConfiguration()
    configuration.bidBytes = 32
    configuration.auctionBytes = 0
    configuration.personBytes = 1
    let generator = try NexmarkGenerator(configuration)
    for kind in NexmarkKind.allCases {
      let extra = try #require(generator.events(kind, 0..<500).column("extra"))
      #expect(extra.bytes.isEmpty && extra.count == generator.events(kind, 0..<500).count)
    }
  }
}
