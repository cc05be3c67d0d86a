import StrandlineColumns
import Testing

@Suite("Gathering")
struct GatherTests {
  private func value(_ column: Column, _ row: Int) -> String? {
    if column.isNull(row) { return nil }
    return column.type == .string ? column.text(row) : "\(column.words[row])"
  }

  @Test("gives the value of each place, and a null for one that is negative", arguments: [ColumnType.int64, .string])
  func orNull(type: ColumnType) {
    for seed in UInt64(0)..<60 {
      var random = SeededGenerator(seed: seed)
      var column = Column(type)
      for row in 0..<40 {
        if seed % 2 == 0 && random.next() % 4 == 0 {
          column.appendNull()
        } else if type == .string {
          column.append("text \(row)")
        } else {
          column.append(word: Int64(row) - 20)
        }
      }
      let least = seed % 3 == 0 ? 0 : -2 as Int32
      let places = (0..<Int(random.next() % 50)).map { _ in Int32.random(in: least..<40, using: &random) }
      let gathered = column.gathered(orNull: places)
      let expected = places.map { $0 < 0 ? nil : value(column, Int($0)) }
      #expect((0..<gathered.count).map { value(gathered, $0) } == expected, "seed \(seed), \(type)")
      if type != .string {
        #expect((0..<gathered.count).allSatisfy { !gathered.isNull($0) || gathered.words[$0] == 0 })
      }
    }
  }

  @Test("takes the positions of numbers that are not negative, all of them at once where there are no others")
  func natural() {
    #expect(Selection(ofNatural: []) == .all(0))
    #expect(Selection(ofNatural: [0, 3, .max]) == .all(3))
    #expect(Selection(ofNatural: [-1, .min]) == .rows([]))
    #expect(Selection(ofNatural: [-1, 0, -7, 5]) == .rows([1, 3]))
    #expect(Selection.rows([2, 5, 9]).picking(Selection(ofNatural: [4, -1, 0])) == .rows([2, 9]))
    #expect(Selection.all(3).picking(Selection(ofNatural: [4, -1, 0])) == .rows([0, 2]))
    #expect([7, 8, 9].gathered([2, 0, 2]) as [Int32] == [9, 7, 9])
  }
}
