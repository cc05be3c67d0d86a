import Nexmark
import StrandlineColumns
import Testing

/// What BENCHMARKS defines of single events, said again in the simplest words.
@Suite("Nexmark events")
struct EventTests {
  @Test("one event in 50 is a person, three are auctions, 46 are bids, in that order")
  func kinds() throws {
    let generator = try standard.get()
    let kinds = (0..<100).map { generator.kind(at: $0) }
    let fifty = [NexmarkKind.person] + Array(repeating: .auction, count: 3) + Array(repeating: .bid, count: 46)
    #expect(kinds == fifty + fifty)
    for (kind, share) in [(NexmarkKind.person, 1), (.auction, 3), (.bid, 46)] {
      #expect(generator.events(kind, 0..<5000).count == share * 100)
    }
  }

  @Test("persons and auctions are numbered without a gap from 1000 on")
  func identifiers() throws {
    let generator = try standard.get()
    #expect(generator.events(.person, 0..<10_000).columns[0].words == (1000..<1200).map { $0 })
    #expect(generator.events(.auction, 0..<10_000).columns[0].words == (1000..<1600).map { $0 })
  }

  @Test("a time follows from the number: whole milliseconds, rounded down", arguments: [1, 3], [7, 1000, 10_000])
  func times(generators: Int, rate: Int) throws {
    var configuration = NexmarkConfiguration()
    configuration.rate = rate
    configuration.generators = generators
    let generator = try NexmarkGenerator(configuration)
    let bids = try #require(generator.events(.bid, 0..<500).column("dateTime"))
    let numbers = (0..<500).filter { $0 % 50 >= 4 }
    #expect(bids.words == numbers.map { Int64((1_436_918_400_000 + $0 * 1_000_000 * generators / rate / 1000) * 1000) })
  }

  @Test("bids are for auctions and by persons who are there, or are among the next ten")
  func references() throws {
    let positions = 0..<60_000
    let bids = try standard.get().events(.bid, positions)
    let numbers = positions.filter { $0 % 50 >= 4 }
    var wrong: [Int] = []
    for (row, number) in numbers.enumerated() {
      let lastPerson = Int64(number / 50)
      let lastAuction = Int64(number / 50 * 3 + 2)
      let auction = bids.columns[0].words[row] - 1000
      let bidder = bids.columns[1].words[row] - 1000
      if auction != lastAuction / 100 * 100, !(max(lastAuction - 100, 0)...lastAuction + 10).contains(auction) {
        wrong.append(number)
      }
      if bidder != lastPerson / 100 * 100 + 1, !(max(lastPerson - 999, 0)...lastPerson + 10).contains(bidder) {
        wrong.append(number)
      }
    }
    #expect(wrong.isEmpty, "the first is \(wrong.first ?? 0)")
  }

  @Test("auctions are of persons who are there, in five categories, and end after they began")
  func auctions() throws {
    let auctions = try standard.get().events(.auction, 0..<100_000)
    // 1,666 events at 10,000 a second.
    let horizon: Int64 = 166
    for row in 0..<auctions.count {
      let lastPerson = Int64(row / 3)
      let seller = auctions.columns[7].words[row] - 1000
      #expect(seller == lastPerson / 100 * 100 || (max(lastPerson - 999, 0)...lastPerson + 10).contains(seller))
      #expect((10...14).contains(auctions.columns[8].words[row]))
      #expect(auctions.columns[4].words[row] > auctions.columns[3].words[row])
      let length = (auctions.columns[6].words[row] - auctions.columns[5].words[row]) / 1000
      #expect((1...2 * (horizon + 1)).contains(length))
    }
    #expect(Set(auctions.columns[8].words).count == 5)
  }

  @Test("the first rows of seed 1 stay what they are")
  func golden() throws {
    let generator = try standard.get()
    func lines(_ kind: NexmarkKind, _ columns: [String]) -> [String] {
      let schema = Schema(kind.schema.fields.filter { columns.contains($0.name) })
      var bytes: [UInt8] = []
      JSONLinesEncoder(schema: schema).append(generator.events(kind, 0..<60, columns: schema), to: &bytes)
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(2).map(String.init)
    }
    #expect(
      lines(.person, ["id", "name", "emailAddress", "creditCard", "city", "state"]) == [
        #"{"id":1000,"name":"Saul White","emailAddress":"qexyx@tctt.com","creditCard":"9024 8248 4893 7706","city":"Portland","state":"ID"}"#,
        #"{"id":1001,"name":"Deiter Bartels","emailAddress":"cczjv@cg.com","creditCard":"6011 3365 4483 5482","city":"Bend","state":"ID"}"#,
      ])
    #expect(
      lines(.auction, ["id", "itemName", "initialBid", "reserve", "expires", "seller", "category"]) == [
        #"{"id":1000,"itemName":"tqihnhxxjetolkzi","initialBid":162638,"reserve":201906,"expires":"2015-07-15T00:00:00.033Z","seller":1000,"category":12}"#,
        #"{"id":1001,"itemName":"jb jljbjvg nx","initialBid":11374,"reserve":22147757,"expires":"2015-07-15T00:00:00.306Z","seller":1000,"category":14}"#,
      ])
    #expect(
      lines(.bid, ["auction", "bidder", "price", "channel", "url", "dateTime"]) == [
        #"{"auction":1009,"bidder":1002,"price":109,"channel":"channel-8780","url":"https://www.nexmark.com/bbho/ekz_/pqk/item.htm?query=1&channel_id=843317248","dateTime":"2015-07-15T00:00:00Z"}"#,
        #"{"auction":1000,"bidder":1001,"price":10834,"channel":"Facebook","url":"https://www.nexmark.com/mhvp/mnho/hcae/item.htm?query=1","dateTime":"2015-07-15T00:00:00Z"}"#,
      ])
  }
}

/// The generator of the configuration that figures are quoted of; making one takes a while where it is not optimised.
let standard = Result { () throws(NexmarkError) in try NexmarkGenerator() }
