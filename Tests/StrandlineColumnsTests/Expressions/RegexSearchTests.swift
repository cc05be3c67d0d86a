import Testing

@testable import StrandlineColumns

@Suite("The search for a regular expression")
struct RegexSearchTests {
  private static func text(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = RandomSource(seed: seed)
    return (0..<count).map { _ in generator.next() % 2 == 0 ? 0x61 : 0x62 }
  }

  @Test("holds few steps, and makes no more states when nearly every character asks for one")
  func manySteps() throws {
    var search = RegexSearch(try RegularExpression("a[ab]{1000}c"))
    var text = Self.text(6000, seed: 3)
    let first = search.matches(text.span)
    #expect(!first && search.matcher != nil && search.stepCount < 1 << 19)
    text += [0x63]
    let second = search.matches(text.span)
    #expect(second == (text[text.count - 1002] == 0x61))
  }

  @Test(
    "goes on with its states where they are of use, whatever was forgotten", arguments: 1...3 as ClosedRange<UInt64>)
  func usefulStates(seed: UInt64) throws {
    let regex = try RegularExpression("a[ab]{200}c")
    var search = RegexSearch(regex)
    var matcher = RegexMatcher(regex, group: 0)
    // Random texts ask for new states, so that all are forgotten now and then; repeated ones go through those that are there.
    for round in 0..<4 {
      var text = Self.text(1500, seed: seed + UInt64(round) / 2)
      if round % 2 == 1 { text += [0x63] }
      for _ in 0..<4 {
        let found = search.matches(text.span)
        #expect(found == (matcher.firstMatch(text.span) != nil), "seed \(seed), round \(round)")
      }
      text = Array(repeating: 0x62, count: 20_000)
      let found = search.matches(text.span)
      #expect(!found)
    }
    #expect(search.matcher == nil && search.stepCount < 1 << 19, "seed \(seed)")
  }
}
