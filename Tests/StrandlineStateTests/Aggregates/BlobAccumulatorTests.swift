import StrandlineColumns
import Testing

@testable import StrandlineState

@Suite("a blob of a group")
struct BlobAccumulatorTests {
  private static let entries: [EntryAccumulator] = [
    EntryAccumulator([EntryPart(input: 0, type: .int64)], distinct: true),
    EntryAccumulator([EntryPart(input: 3, type: .string)], distinct: true),
    EntryAccumulator([EntryPart(input: 1, type: .double, descending: true)], limit: 3),
    EntryAccumulator([EntryPart(input: 3, type: .string, descending: true)], limit: 1),
    EntryAccumulator([EntryPart(input: 2, type: .timestamp), EntryPart(input: 3, type: .string)], limit: 1),
    EntryAccumulator(
      [
        EntryPart(input: 2, type: .timestamp, descending: true), EntryPart(input: 4, type: .bool),
        EntryPart(input: 0, type: .int64),
      ], limit: 1),
    EntryAccumulator(
      [EntryPart(input: 3, type: .string, descending: true), EntryPart(input: 1, type: .double)], limit: 4),
    EntryAccumulator([EntryPart(input: 4, type: .bool), EntryPart(input: 3, type: .string)]),
  ]
  private static let types: [ColumnType] = [.int64, .double, .timestamp, .string, .bool]

  static let accumulators: [any BlobAccumulator] =
    entries + [
      HyperLogLog(input: 0, type: .int64, precision: 4), HyperLogLog(input: 3, type: .string, precision: 6),
      HyperLogLog(input: 1, type: .double), QuantileSketch(input: 1, type: .double),
      QuantileSketch(input: 0, type: .int64, accuracy: 0.1),
    ]

  @Test(
    "has the same bytes in whatever order and grouping rows come, and passes its check", arguments: accumulators.indices
  )
  func anyOrder(index: Int) throws { try anyOrder(Self.accumulators[index]) }

  private func anyOrder(_ accumulator: some BlobAccumulator) throws {
    for seed in 0..<60 as Range<UInt64> {
      var random = RandomBlobs(seed: seed, types: Self.types, rows: [0, 1, 7, 80, 300][Int(seed % 5)])
      let whole = try random.whole(accumulator)
      try accumulator.check(whole.span)
      for _ in 0..<3 { #expect(try random.pieced(accumulator) == whole, "seed \(seed)") }
      // Merging nothing changes nothing.
      var blob = whole
      try accumulator.merge([UInt8]().span, into: &blob)
      #expect(blob == whole, "seed \(seed)")
    }
  }

  @Test("is refused or used without a trap when its bytes are damaged", arguments: accumulators.indices)
  func hostile(index: Int) throws { try hostile(Self.accumulators[index]) }

  private func hostile(_ accumulator: some BlobAccumulator) throws {
    var refused = 0
    for seed in 100..<400 as Range<UInt64> {
      var random = RandomBlobs(seed: seed, types: Self.types, rows: Int(seed % 40))
      var bytes = try random.whole(accumulator)
      let intact = bytes
      switch random.random.next() % 4 {
      case 0: bytes = random.random.bytes(Int(random.random.next() % 64))
      case 1: bytes = Array(bytes.prefix(bytes.isEmpty ? 0 : Int(random.random.next() % UInt64(bytes.count))))
      case 2 where !bytes.isEmpty:
        bytes[Int(random.random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.random.next() % 8)
      default: bytes += random.random.bytes(1 + Int(random.random.next() % 12))
      }
      do {
        try accumulator.check(bytes.span)
      } catch {
        #expect(error.code == .malformed, "seed \(seed)")
        refused += 1
        continue
      }
      // What passes is as good as any: it stands for some rows.
      var blob = intact
      try accumulator.merge(bytes.span, into: &blob)
      try accumulator.check(blob.span)
      try read(accumulator, blob)
    }
    #expect(refused > 40, "damage is found")
  }

  private func read(_ accumulator: some BlobAccumulator, _ blob: [UInt8]) throws {
    switch accumulator {
    case let entries as EntryAccumulator:
      for part in entries.parts.indices {
        #expect(entries.values(blob.span, part: part).count == entries.count(blob.span))
      }
    case let estimate as HyperLogLog: #expect(estimate.estimate(blob.span) >= 0)
    case let sketch as QuantileSketch: _ = try sketch.quantile(0.5, of: blob.span)
    default: Issue.record("an accumulator without a reading")
    }
  }

  @Test("is refused when it takes more bytes than a group may")
  func tooLarge() throws {
    let entries = EntryAccumulator([EntryPart(input: 0, type: .int64)])
    var blob: [UInt8] = []
    try entries.merge([UInt8](repeating: 0, count: BlobLimit.bytes).span, into: &blob)
    blob = []
    do {
      try entries.merge([UInt8](repeating: 0, count: BlobLimit.bytes + 8).span, into: &blob)
      Issue.record("a blob of \(blob.count) bytes is not refused")
    } catch {
      #expect(error.code == .tooLarge)
    }
  }

  @Test("is found to depend on the order of rows where it does")
  func negativeControl() throws {
    var isFound = false
    for seed in 0..<20 as Range<UInt64> {
      var random = RandomBlobs(seed: seed, types: [.int64], rows: 20)
      let whole = try random.whole(LastSeen())
      if try random.pieced(LastSeen()) != whole { isFound = true }
    }
    #expect(isFound)
  }
}

/// What was added last: an accumulator that depends on the order.
private struct LastSeen: BlobAccumulator {
  func add(_ inputs: [Column], _ rows: ArraySlice<Int32>, to blob: inout [UInt8]) throws(StateError) {
    for row in rows where !inputs[0].isNull(Int(row)) { blob = [UInt8(truncatingIfNeeded: inputs[0].words[Int(row)])] }
  }
  func merge(_ other: Span<UInt8>, into blob: inout [UInt8]) throws(StateError) {
    if !other.isEmpty { blob = [other[0]] }
  }
  func check(_ blob: Span<UInt8>) throws(StateError) {}
}
