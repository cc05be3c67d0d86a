import StrandlineState
import Testing

@testable import Strandline

@Suite("The times that a deduplication keeps in a batch")
struct KeptTimesTests {
  @Test("are those that no kept one of the key is near to", arguments: 1...30 as ClosedRange<UInt64>)
  func oracle(seed: UInt64) {
    var random = PairingRandom(state: seed)
    let within = Int64.random(in: 0...6, using: &random)
    let window = Window.tumbling(size: max(within, 1), offset: 0)
    var times = KeptTimes(keys: 3, within: within)
    var kept: [[Int64]] = [[], [], []]
    for _ in 0..<200 {
      let (key, time) = (Int.random(in: 0...2, using: &random), Int64.random(in: -150...150, using: &random))
      let isNew = !kept[key].contains { abs($0 - time) <= within }
      let isKept = times.keep(time, key: Int32(key), pane: window.pane(of: time))
      #expect(isKept == isNew, "seed \(seed)")
      if isKept { kept[key].append(time) }
    }
    #expect(kept.joined().count > 10, "seed \(seed)")
  }

  @Test("are many of one key in little time: each row looks at three panes", .timeLimit(.minutes(1)))
  func manyOfOneKey() {
    var times = KeptTimes(keys: 1, within: 1)
    var kept = 0
    // Compared with all that were kept, these would be 2 * 10^10 comparisons.
    for row in 0..<400_000 as Range<Int64> where times.keep(row, key: 0, pane: row) { kept += 1 }
    #expect(kept == 200_000)
  }
}
