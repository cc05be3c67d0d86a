import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("entries of a group")
struct EntryAccumulatorTests {
  /// The values of a part, from rows that are sorted as a whole by what they mean.
  private func expected(
    _ accumulator: EntryAccumulator, _ inputs: [Column], rows: [Int32], part: Int
  ) -> [KeyPart] {
    var entries = rows.map { row in accumulator.parts.map { KeyPart(inputs[$0.input], Int(row)) } }
      .filter { !$0.contains(.null) }
    entries.sort { a, b in
      for (index, part) in accumulator.parts.enumerated() where a[index] != b[index] {
        return part.isDescending ? b[index] < a[index] : a[index] < b[index]
      }
      return false
    }
    if accumulator.isDistinct {
      entries = entries.indices.filter { $0 == 0 || entries[$0 - 1] != entries[$0] }.map { entries[$0] }
    }
    return entries.prefix(accumulator.limit ?? .max).map { $0[part] }
  }

  @Test("are the smallest of all rows, part by part, as sorting them shows", arguments: 0..<40)
  func oracle(round: Int) throws {
    for seed in UInt64(round * 10)..<UInt64(round * 10 + 10) {
      var choice = SeededRandom(seed: seed)
      let types = (0..<3).map { _ in ColumnType.allCases[Int(choice.next() % 5)] }
      let parts = (0..<1 + Int(choice.next() % 3)).map {
        EntryPart(input: $0, type: types[$0], descending: choice.next() & 1 == 0)
      }
      let limit = [nil, 1, 1, 2, 10][Int(choice.next() % 5)]
      let accumulator = EntryAccumulator(parts, limit: limit, distinct: choice.next() & 1 == 0)
      var random = RandomBlobs(seed: seed, types: types, rows: Int(choice.next() % 60))
      let blob = try random.pieced(accumulator)
      for part in parts.indices {
        let values = accumulator.values(blob.span, part: part)
        let wanted = expected(accumulator, random.inputs, rows: random.rows, part: part)
        #expect((0..<values.count).map { KeyPart(values, $0) } == wanted, "seed \(seed), \(accumulator)")
        #expect(accumulator.count(blob.span) == wanted.count, "seed \(seed)")
        #expect(accumulator.values(blob.span, part: part, limit: 1).count == min(1, wanted.count), "seed \(seed)")
      }
    }
  }

  @Test("have these bytes")
  func format() throws {
    var text = Column(.string)
    text.append("a\0")
    text.append("b")
    let numbers = Column(.int64, words: [-1, 2])
    var blob: [UInt8] = []
    try EntryAccumulator([EntryPart(input: 0, type: .int64, descending: true)]).add([numbers], [0, 1], to: &blob)
    #expect(blob == [0x7F, 255, 255, 255, 255, 255, 255, 0xFD, 0x80, 0, 0, 0, 0, 0, 0, 0])
    blob = []
    try EntryAccumulator([EntryPart(input: 0, type: .string)]).add([text], [0, 1], to: &blob)
    #expect(blob == [5, 0x61, 0, 0xFF, 0, 0, 3, 0x62, 0, 0])
  }
}
