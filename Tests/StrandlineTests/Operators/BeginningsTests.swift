@testable import Strandline
import Testing

@Suite("Beginnings of sequences")
struct BeginningsTests {
  /// Beginnings that go on from one another at random, and what each has taken.
  private func random(_ seed: UInt64) -> (beginnings: Beginnings, taken: [[TakenRow]]) {
    var random = PairingRandom(state: seed)
    var beginnings = Beginnings()
    var taken: [[TakenRow]] = []
    for number in 0..<60 {
      let from = beginnings.matches.indices.randomElement(using: &random)
      let match = from.flatMap { Bool.random(using: &random) ? beginnings.matches[$0] : nil }
      let before = match == nil ? [] : from.map { taken[$0] } ?? []
      let element = Int.random(in: (match?.last.element ?? 0)...4, using: &random)
      let row = TakenRow(element: element, row: Int64(number))
      let links = beginnings.linkCount
      var longer = beginnings.adding(row, to: match, time: Int64(100 + number))
      longer.open = UInt64(number)
      // Those that have begun alike stand together.
      let place = match == nil ? taken.count : from ?? 0
      beginnings.matches.insert(longer, at: place)
      taken.insert(before + [row], at: place)
      #expect(beginnings.linkCount == links + 1, "going on costs one link")
    }
    return (beginnings, taken)
  }

  private func expect(_ beginnings: Beginnings, _ taken: [[TakenRow]], _ comment: Comment) {
    #expect(beginnings.matches.map { beginnings.taken($0) } == taken, comment)
    for (match, rows) in zip(beginnings.matches, taken) {
      #expect(match.last == rows.last && match.first == rows[0].row && match.start == 100 + rows[0].row, comment)
      #expect(match.count == rows.reversed().prefix { $0.element == rows.last?.element }.count, comment)
    }
  }

  @Test("share what they have taken, and forget what none of them has", arguments: 1...10 as ClosedRange<UInt64>)
  func shared(_ seed: UInt64) {
    var (beginnings, taken) = random(seed)
    expect(beginnings, taken, "seed \(seed)")
    let kept = taken.indices.filter { $0 % 3 == 0 }
    beginnings.matches = kept.map { beginnings.matches[$0] }
    beginnings.compact()
    let rest = kept.map { taken[$0] }
    expect(beginnings, rest, "seed \(seed), compacted")
    #expect(beginnings.rows == Set(rest.flatMap { $0.map(\.row) }))
    #expect(beginnings.linkCount == Set(rest.flatMap { rows in rows.indices.map { Array(rows[...$0]) } }).count)
  }

  @Test("that are over leave few links behind, however many rows a batch has")
  func compacted() {
    var beginnings = Beginnings()
    for number in 0..<20_000 {
      let begun = beginnings.adding(TakenRow(element: 0, row: Int64(number)), to: nil, time: 0)
      let longer = beginnings.adding(TakenRow(element: 1, row: Int64(number)), to: begun, time: 0)
      beginnings.matches = beginnings.matches.suffix(9) + [longer]
      beginnings.compactIfGrown()
      #expect(beginnings.linkCount <= 1024)
    }
    for (index, match) in beginnings.matches.enumerated() {
      let row = Int64(19_990 + index)
      #expect(beginnings.taken(match) == [TakenRow(element: 0, row: row), TakenRow(element: 1, row: row)])
    }
  }

  @Test("are read as they were written, and share again", arguments: 1...10 as ClosedRange<UInt64>)
  func bytes(_ seed: UInt64) throws {
    var (beginnings, taken) = random(seed)
    var kept = KeyMatches()
    for row in 0..<60 as Range<Int64> {
      kept.taken[row] = KeptRow(time: 100 + row, ordinal: row, mask: 1, bytes: [UInt8(row)])
    }
    beginnings.compact()
    kept.partial = beginnings
    let read = try KeyMatches(waiting: kept.waitingBytes, partial: kept.partialBytes, elements: 5)
    expect(read.partial, taken, "seed \(seed)")
    #expect(read.partial.matches.map(\.open) == beginnings.matches.map(\.open))
    #expect(read.partial.linkCount == beginnings.linkCount)
    #expect(read.partialBytes == kept.partialBytes)
  }
}
