import StrandlineBytes
import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("the format of a state, version 1")
struct StateFormatTests {
  private func bytes(_ fields: [(field: String, hex: String)]) -> [UInt8] {
    let digits = fields.flatMap { $0.hex.compactMap(\.hexDigitValue) }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  private let plan = KeyedStatePlan(
    id: 0, keys: KeyLayout([.int64]), values: AccumulatorLayout([.countRows, .sumInt64(input: 0)]),
    window: .tumbling(size: 1000, offset: 0))

  @Test("is read as written on the page, has its digest, and is written so again")
  func snapshot() throws {
    let literal = bytes(literalState)
    var state = KeyedState(plan, shardCount: 1, seed: 0)
    try state.put(literal.rawSpan)
    state.endBatch()
    let rows = state.rows(of: [-1000, 2000])
    #expect(rows.panes == [-1000, -1000, -1000, 2000])
    #expect(rows.keys[0].isNull(0) && rows.keys[0].words == [0, -3, 5, 1 << 40])
    #expect(rows.words == [[2, 300, 1, 1], [7, 7, 7, -5], [-1, -1, -1, -1]])
    #expect(state.digest.description == "e1b5e7cda3894bbb17d7b7c90d060add")
    var writer = ByteWriter()
    state.encodeSnapshot(into: &writer)
    // Groups stand in order of arrival, and a null is put in before the other keys of its block.
    #expect(writer.count == literal.count)
    var again = KeyedState(plan, shardCount: 8, seed: 1)
    try again.put(writer.rawSpan)
    again.endBatch()
    #expect(again.digest == state.digest)
  }

  @Test("has these bytes for a pane of words, field by field")
  func pane() throws {
    var block = PaneBlock(
      pane: -1000, keys: Column(.int64, words: [5]), words: [[1, 2, 300], [7, 7, 7], [-1, -1, -1]])
    block.keys.appendNull()
    block.keys.append(word: -3)
    var writer = ByteWriter()
    writer.varint(2)
    block.encode(into: &writer)
    PaneBlock(pane: 2000, keys: Column(.int64, words: [1 << 40]), words: [[1], [-5], [-1]]).encode(into: &writer)
    var offset = 0
    for field in literalState {
      let wanted = bytes([field])
      #expect(Array(writer.bytes.dropFirst(offset).prefix(wanted.count)) == wanted, "\(field.field) at byte \(offset)")
      offset += wanted.count
    }
    #expect(writer.count == offset)
  }

  @Test("has these bytes for a key of several columns")
  func tuple() throws {
    var text = Column(.string)
    text.append("a\0b")
    var null = Column(.int64)
    null.appendNull()
    let tuple = KeyTuple.encode([text, null, Column(.int64, words: [5])], rows: 1)
    #expect(tuple.bytes == bytes(literalTuple))
  }

  @Test("has these numbers of words for accumulators, and of types")
  func numbers() {
    let accumulators: [Accumulator] = [
      .countRows, .count(input: 0), .sumInt64(input: 0), .sumDouble(input: 0), .minimum(input: 0), .maximum(input: 0),
      .squaresInt64(input: 0), .squaresDouble(input: 0), .estimate(HyperLogLog(input: 0, type: .int64)),
    ]
    #expect(accumulators.map(\.width) == [1, 1, 2, 35, 1, 1, 3, 35, 0])
    let layout = AccumulatorLayout(accumulators, ownWords: 2, blobs: 1)
    #expect(layout.width == 81 && layout.blobs == 2 && layout.firstWords[0] == 2 && layout.blobPositions[8] == 1)
    #expect(ColumnType.allCases.map(\.rawValue) == [1, 2, 3, 4, 5])
  }

  @Test("puts these keys of these seeds into these shards: a store's parts depend on it")
  func shards() {
    let state = KeyedState(plan, shardCount: 16, seed: 0x2122_2324_2526_2728)
    var words: [UInt64] = []
    state.hasher.hash(Column(.int64, words: [0, 1, -1, 1 << 40]), into: &words)
    var keys = Column(.string)
    for text in ["", "a", "12345678", "123456789", "1234567890123456", "12345678901234567"] { keys.append(text) }
    keys.appendNull()
    var texts: [UInt64] = []
    state.hasher.hash(keys, into: &texts)
    #expect(
      (words + texts).map { String($0, radix: 16) } == [
        "628cccaff3277d21", "b020d24a8a476efa", "42cce92fe3a7719c", "82b865fd573a5038", "19658e6fe5174296",
        "bd3be292ed64ad4a", "17a8e22bdab57fca", "106e0c0c5a53a2a3", "6f3a9b5fe69da5a5", "a0b84b37c541d54",
        "c5f595d935584f97",
      ])
    #expect((words + texts).map { state.shard(of: $0) } == (words + texts).map { Int($0 >> 60) })
  }
}
