import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("windows of so many rows")
struct RowWindowTests {
  @Test("hold each key's rows one after another, whatever the batches are", arguments: 0..<20)
  func random(_ seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    let size = Int64(1 + below(5))
    var state = KeyedState(
      .rowWindows(
        of: size, id: 0, keys: KeyLayout([.int64]),
        values: AccumulatorLayout([.countRows, .sumInt64(input: 0)], ownWords: 1)),
      shardCount: 1 << below(3), seed: UInt64(seed))
    var rows: [Int: [Int64]] = [:]
    var found: [Int: [Int64]] = [:]
    for _ in 0..<10 {
      let batch = (0..<below(20)).map { _ in (key: below(4), value: Int64(below(100))) }
      var keys = Column(.int64)
      for row in batch { if row.key == 0 { keys.appendNull() } else { keys.append(word: Int64(row.key)) } }
      let over = try state.addToRowWindows(
        of: size, keys: [keys], inputs: [Column(.int64, words: batch.map(\.value))], rows: batch.count)
      for row in batch { rows[row.key, default: []].append(row.value) }
      for row in 0..<over.count {
        #expect(over.words[1][row] == size)
        found[over.keys[0].isNull(row) ? 0 : Int(over.keys[0].words[row]), default: []].append(over.words[2][row])
      }
      state.endBatch()
      #expect(state.digest == state.recomputedDigest(), "seed \(seed)")
      #expect(state.groupCount == rows.values.count { $0.count % Int(size) != 0 }, "seed \(seed)")
      state.beginBatch()
    }
    for (key, values) in rows {
      let sums = stride(from: 0, to: values.count / Int(size) * Int(size), by: Int(size)).map { start in
        values[start..<start + Int(size)].reduce(0, +)
      }
      #expect(found[key] ?? [] == sums, "seed \(seed), key \(key)")
    }
  }

  @Test("of a store's bytes hold at least one row and are not full", arguments: [-1, 0, 2, 3, .max] as [Int64])
  func hostile(_ rows: Int64) throws {
    let plan = KeyedStatePlan.rowWindows(
      of: 3, id: 0, keys: .word(.int64), values: AccumulatorLayout([.countRows], ownWords: 1))
    var made = KeyedState(plan, shardCount: 1, seed: 1)
    let places = try made.touch(try made.keys([Column(.int64, words: [7])], rows: 1), pane: 0)
    made.set(word: 0, to: [rows], of: places, pane: 0)
    made.endBatch()
    var writer = ByteWriter()
    made.encodeSnapshot(into: &writer)
    var read = KeyedState(plan, shardCount: 1, seed: 1)
    if rows == 2 {
      #expect(try read.put(writer.rawSpan) == 1)
    } else {
      let error = #expect(throws: StateError.self) { try read.put(writer.rawSpan) }
      #expect(error?.code == .malformed)
    }
  }
}
