import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("Numbers of keys")
struct KeyNumbersTests {
  /// Key columns of those rows; a negative number is a null.
  private static func columns(_ rows: [Int64], _ types: [ColumnType]) -> [Column] {
    types.enumerated().map { index, type in
      var column = Column(type)
      for row in rows {
        switch type {
        case _ where row < 0: column.appendNull()
        // Nine and more bytes, and fewer.
        case .string: column.append(String(repeating: "k", count: Int(row % 11)) + "\(row)")
        case .double: column.append(Double(row) / 8)
        default: column.append(word: row &* (index == 0 ? 1 << 40 : -3))
        }
      }
      return column
    }
  }

  @Test(
    "are found as a dictionary finds them, and those of other keys are not",
    arguments: [[.int64], [.double], [.string], [.int64, .string], [.int64, .int64]] as [[ColumnType]])
  func sameAsDictionary(types: [ColumnType]) throws {
    for seed in UInt64(0)..<8 {
      var random = SeededRandom(seed: seed)
      let layout = KeyLayout(types)
      let hasher = KeyHasher(seed: seed)
      let least = seed % 2 == 0 ? 0 : -1 as Int64
      var index = KeyNumbers(layout)
      var expected: [Int64: Int32] = [:]
      // None are found while there is no key.
      for (keys, wanted) in [(0, 30), (1, 0), (40, 1), (700, 300)] {
        let added = (0..<keys).map { _ in Int64.random(in: least...900, using: &random) }
        let numbers = try index.numbers(
          of: KeyBatch(layout, Self.columns(added, types), rows: keys, hasher: hasher))
        for (key, number) in zip(added, numbers) {
          // A key keeps its number.
          #expect(expected[key, default: number] == number, "seed \(seed), \(types)")
          expected[key] = number
        }
        #expect(Set(expected.values) == Set(0..<Int32(expected.count)), "seed \(seed), \(types)")
        let asked = (0..<wanted).map { _ in
          Int64.random(in: -1...1400, using: &random)
        }
        let found = index.find(KeyBatch(layout, Self.columns(asked, types), rows: asked.count, hasher: hasher))
        #expect(found == asked.map { expected[$0] ?? -1 }, "seed \(seed), \(types)")
      }
    }
  }
}
