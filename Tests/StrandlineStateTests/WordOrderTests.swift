import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("the order of words and texts") struct WordOrderTests {
  @Test("words are in the order in which a stable sort puts them", arguments: [0, 1, 2, 1023, 1024, 5000] as [Int])
  func words(count: Int) {
    var random = SeededRandom(seed: UInt64(count) + 1)
    for bits in [0, 1, 5, 11, 12, 40, 63, 64] as [UInt64] {
      let words = (0..<count).map { _ in
        // So many of the lowest bits, of both signs but for all of them.
        Int64(bitPattern: bits == 0 ? 7 : random.next() >> (64 - bits))
          &- (bits > 1 && bits < 64 ? 1 << Int64(bits - 1) : 0)
      }
      let expected = (0..<Int32(count)).sorted { (words[Int($0)], $0) < (words[Int($1)], $1) }
      #expect(WordOrder.positions(of: words) == expected, "\(count) words of \(bits) bits")
    }
  }

  @Test("the smallest and the largest word are in their places")
  func extremes() {
    var words = (0..<2000).map { Int64($0 % 3) }
    (words[7], words[1999]) = (.max, .min)
    let order = WordOrder.positions(of: words)
    #expect(order.first == 1999 && order.last == 7)
  }

  @Test("texts are in the order of their bytes", arguments: 1...6 as ClosedRange<UInt64>)
  func texts(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var texts = Column(.string)
    for row in 0..<3000 {
      var bytes: [UInt8] = row % 3 == 0 ? Array("https://".utf8) : []
      for _ in 0..<random.next() % 12 { bytes.append(UInt8(random.next() % (seed < 4 ? 3 : 128))) }
      texts.append(utf8: bytes)
    }
    func bytes(_ row: Int32) -> ArraySlice<UInt8> {
      texts.bytes[Int(texts.offsets[Int(row)])..<Int(texts.offsets[Int(row) + 1])]
    }
    let order = WordOrder.positions(ofTexts: texts.bytes, texts.offsets)
    #expect(Set(order).count == 3000, "seed \(seed)")
    #expect(
      zip(order, order.dropFirst()).allSatisfy { !bytes($1).lexicographicallyPrecedes(bytes($0)) }, "seed \(seed)")
  }

  @Test("rows of a pane are in the order of their keys, a null first", arguments: [ColumnType.int64, .double, .string])
  func rows(type: ColumnType) throws {
    var random = SeededRandom(seed: 3)
    let plan = KeyedStatePlan(
      id: 0, keys: KeyLayout([type]), values: AccumulatorLayout([.countRows]), window: .tumbling(size: 100, offset: 0))
    var state = KeyedState(plan, shardCount: 4, seed: 1)
    var key = Column(type)
    for row in 0..<5000 {
      if row == 77 {
        key.appendNull()
      } else if type == .string {
        key.append(String(random.next() % 100_000))
      } else if type == .double {
        key.append(Double(Int64(random.next() % 10_000) - 5000) / 8)
      } else {
        key.append(word: Int64(random.next() % 10_000) - 5000)
      }
    }
    try state.add(pane: 0, keys: [key], inputs: [], rows: 5000)
    let rows = state.rows(of: [0])
    #expect(rows.keys[0].isNull(0))
    for row in 2..<rows.count {
      #expect(KeyOrder.compare(rows.keys[0], row - 1, rows.keys[0], row) < 0)
    }
    #expect(rows.words[0].reduce(0, +) == 5000)
  }
}
