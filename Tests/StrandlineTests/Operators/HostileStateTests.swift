@testable import Strandline
import StrandlineBytes
import StrandlineColumns
import StrandlineState
import Testing

@Suite("Bytes of a store that no run has written")
struct HostileStateTests {
  private let schema = Schema([Field("key", .int64), Field("at", .timestamp)])

  private func key() throws -> BoundExpression { try BoundExpression(.column("key"), schema: schema) }

  /// A join's operator, and a state in which a row of the left side has that time in that pane.
  private func join(time: Int64, pane: Int64, ordinal: Int64 = 1) throws -> (JoinOperator, OperatorContext) {
    let window = Window.tumbling(size: 1_000_000, offset: 0)
    let plans = [0, 1].map { JoinSide.state(id: $0, keys: [.int64], panes: .window(window, retention: 10)) }
    let sides = try [0, 1].map {
      JoinSide(
        keys: [try key()], kept: [0], schema: Schema([schema.fields[0]]), state: $0, window: window, isTracked: false)
    }
    var state = StreamState(plans, shardCount: 1, seed: 0)
    let keys = try state.states[0].keys(
      [Column(.int64, words: [1]), Column(.int64, words: [ordinal])], rows: 1)
    let places = try state.states[0].touch(keys, pane: pane)
    state.states[0].set(word: 0, to: [time], of: places, pane: pane)
    let operation = JoinOperator(
      kind: .inner, within: 0...1_000_000, condition: nil, sides: sides, isTimed: true, outputDelay: 0)
    return (operation, OperatorContext(state))
  }

  @Test(
    "is refused where a join's row has a time that its pane doesn't hold",
    arguments: [.max, .min, 0, 3_000_000, 1 << 61] as [Int64])
  func joinedTimes(_ time: Int64) throws {
    var (operation, context) = try join(time: time, pane: 2_000_000)
    let error = try #require(throws: StreamError.self) { try operation.restored([], &context) }
    #expect(error.code == .store && error.message.contains("not in its pane"), "\(error)")
  }

  @Test("may number a join's rows as it likes", arguments: [.max, .min] as [Int64])
  func ordinals(_ ordinal: Int64) throws {
    var (operation, context) = try join(time: 2_500_000, pane: 2_000_000, ordinal: ordinal)
    try operation.restored([], &context)
  }

  @Test("is refused where a commit counts a join's rows beyond 2^62, or says more; what older commits say is read")
  func counts() throws {
    func progress(_ counts: [UInt64]) -> [UInt8] {
      var writer = ByteWriter()
      for count in counts { writer.varint(count) }
      return writer.bytes
    }
    for counts in [[0, 1 << 63, 0], [.max, 0, 0], [1, 2], [1, 2, 3, 4]] as [[UInt64]] {
      var (operation, context) = try join(time: 2_500_000, pane: 2_000_000)
      let error = try #require(throws: StreamError.self) { try operation.restored(progress(counts), &context) }
      #expect(error.code == .store && error.message.contains("join"), "\(error)")
    }
    for counts in [[], [1, 2, 3]] as [[UInt64]] {
      var (operation, context) = try join(time: 2_500_000, pane: 2_000_000)
      try operation.restored(progress(counts), &context)
      #expect(operation.progress.isEmpty)
    }
  }

  @Test(
    "is refused where a first row has a time that its pane doesn't hold",
    arguments: [.max, .min, 0, 30_000_000] as [Int64])
  func firstRows(_ time: Int64) throws {
    let plan = DeduplicateOperator.state(id: 0, keys: [.int64], within: 10_000_000)
    var state = StreamState([plan], shardCount: 1, seed: 0)
    let places = try state.states[0].touch(
      try state.states[0].keys([Column(.int64, words: [1])], rows: 1), pane: 10_000_000)
    state.states[0].set(word: 0, to: [time], of: places, pane: 10_000_000)
    var context = OperatorContext(state)
    var operation = DeduplicateOperator(keys: [try key()], within: 10_000_000, state: 0)
    let rows = RowBatch(
      ColumnBatch(schema, columns: [Column(.int64, words: [1]), Column(.timestamp, words: [12_000_000])]),
      times: Column(.timestamp, words: [12_000_000]), mark: 0)
    let error = try #require(throws: StreamError.self) { try operation.take(rows, from: 0, &context) }
    #expect(error.code == .store && error.message.contains("not in its pane"), "\(error)")
  }
}
