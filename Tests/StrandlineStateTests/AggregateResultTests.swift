import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("the value of an aggregate")
struct AggregateResultTests {
  private let layout = AccumulatorLayout([.sumInt64(input: 0), .count(input: 0), .maximum(input: 0)])

  /// One group of those values.
  private func rows(_ values: [Int64?]) throws -> GroupRows {
    let plan = KeyedStatePlan(
      id: 0, keys: KeyLayout([.string]), values: layout, window: .tumbling(size: 10, offset: 0))
    var state = KeyedState(plan, shardCount: 1, seed: 0)
    var keys = Column(.string)
    var input = Column(.int64)
    for value in values {
      keys.append("the key")
      if let value { input.append(word: value) } else { input.appendNull() }
    }
    try state.add(pane: 0, keys: [keys], inputs: [input], rows: values.count)
    state.endBatch()
    return state.rows(of: [0])
  }

  private func value(_ result: AggregateResult, _ values: [Int64?]) throws -> Column {
    let rows = try rows(values)
    return try result.column(of: rows, layout) { rows.keys[0].text($0) }
  }

  @Test("is a sum as long as 64 bits hold the result, whatever it was on the way")
  func wide() throws {
    let sum = AggregateResult.sumInt64(0, count: 1)
    #expect(try value(sum, [.max, .max, .min, .min, 3]).words == [1])
    #expect(try value(sum, [.max, 0]).words == [.max])
    #expect(try value(sum, [.min, .min, .max, 1]).words == [.min])
  }

  @Test("is an error that names the key when a sum leaves 64 bits", arguments: [[.max, 1], [.min, -1]] as [[Int64]])
  func overflow(values: [Int64]) throws {
    do {
      _ = try value(.sumInt64(0, count: 1), values)
      Issue.record("no overflow was reported")
    } catch let error as StateError {
      #expect(error.code == .overflow)
      #expect(error.message.contains("the key"))
    }
  }

  @Test("is null for a group without values, and a count is zero")
  func empty() throws {
    for result in [
      AggregateResult.sumInt64(0, count: 1), .extreme(2, type: .int64, count: 1), .averageInt64(0, count: 1),
    ] {
      #expect(try value(result, [nil, nil]).isNull(0))
      #expect(try !value(result, [nil, 4]).isNull(0))
    }
    #expect(try value(.count(1), [nil, nil]).words == [0])
  }

  @Test("is a mean of sums that 64 bits don't hold")
  func average() throws {
    let mean = try value(.averageInt64(0, count: 1), [.max, .max, nil])
    #expect(Double(bitPattern: UInt64(bitPattern: mean.words[0])) == 0x1p63)
    let half = try value(.averageInt64(0, count: 1), [1, 2])
    #expect(Double(bitPattern: UInt64(bitPattern: half.words[0])) == 1.5)
  }

  @Test("has the type of what it computes")
  func types() {
    #expect(AggregateResult.count(0).type == .int64)
    #expect(AggregateResult.sumInt64(0, count: nil).type == .int64)
    #expect(AggregateResult.sumDouble(0, count: nil).type == .double)
    #expect(AggregateResult.averageInt64(0, count: 0).type == .double)
    #expect(AggregateResult.extreme(0, type: .timestamp, count: nil).type == .timestamp)
  }
}
