import StrandlineColumns
import StrandlineState
import StrandlineStorage
import Synchronization
import Testing

@testable import Strandline

/// A pair with its time.
@Record private struct TimedPair: Hashable {
  var key: Int64?
  var at: Timestamp
  var left: Int64?
  var right: Int64?
}

@Record private struct FirstPair: Hashable {
  var key: Int64?
  var window: TimeWindow
  var pairs: Int64
  var first: Int64?
}

/// A join on several workers, and with a side that has ended.
@Suite("A join on several workers")
struct JoinWorkersTests {
  /// What a run comes to, row by row and batch by batch.
  private struct Outcome: Equatable {
    var rows: [String] = []
    var digests: [StateDigest] = []
    var mostGroups = 0
  }

  private func outcome<Result: Record>(
    _ stream: Stream<Result>, workers: Int = 1, rowsPerMorsel: Int = 1000, isOneBatch: Bool = false
  ) throws -> Outcome {
    let received = Received()
    let job = stream.write(
      to: CallbackSink { batch in
        let more = try Result.rows(of: batch).map { "\($0)" }
        received.rows.withLock { $0 += more }
      })
    var options = EngineOptions()
    (options.workers, options.rowsPerMorsel, options.isOneBatch) = (workers, rowsPerMorsel, isOneBatch)
    options.shardCount = 4
    options.random = { 0x5EED }
    let engine = try MicroBatchEngine(
      job.plan, sources: job.sources, sink: job.sink, store: isOneBatch ? nil : MemoryDirectory(), options: options)
    var outcome = Outcome()
    while try engine.step() != .finished {
      outcome.digests.append(engine.report.digest)
      outcome.mostGroups = max(outcome.mostGroups, engine.report.groups)
    }
    try engine.close()
    outcome.rows = received.rows.withLock { $0 }
    return outcome
  }

  /// Two random inputs.
  private func sides(_ seed: UInt64, rows: Int) -> (left: Items, right: Items) {
    var random = PairingRandom(state: seed &* 7919 &+ 3)
    let keys = Int64.random(in: 2...9, using: &random)
    func items(_ first: Int64) -> Items {
      Items(
        &random, partitions: Int.random(in: 1...3, using: &random), rows: rows, keys: keys,
        delay: Int64.random(in: 0...8, using: &random), pace: 3, firstNumber: first)
    }
    return (items(0), items(1000))
  }

  private func pairs(_ left: Stream<Item>, _ right: Stream<Item>, _ kind: JoinKind, _ seed: UInt64) -> Stream<TimedPair>
  {
    let within: ClosedRange<Duration>? = seed % 3 == 0 ? nil : .seconds(-6) ... .seconds(9)
    let condition: ((Item.Columns, Item.Columns) -> Expr<Bool>)? =
      seed % 2 == 0 ? nil : { ($0.number + $1.number) % 4 != 0 }
    switch kind {
    case .inner:
      return left.join(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
        .select(TimedPair.self) {
          .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $1.number.asOptional)
        }
    case .left, .right, .full:
      return left.leftJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
        .select(TimedPair.self) { .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $1.number) }
    case .semi:
      return left.semiJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
        .map(TimedPair.self) {
          .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $0.number.asOptional)
        }
    case .anti:
      return left.antiJoin(right, on: { $0.key }, equals: { $0.key }, within: within, where: condition)
        .map(TimedPair.self) {
          .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $0.number.asOptional)
        }
    }
  }

  @Test(
    "gives the same rows in the same order, and has the same state after each batch, as one does",
    arguments: [JoinKind.inner, .left, .semi, .anti], 1...3 as ClosedRange<UInt64>)
  func sameAsOne(_ kind: JoinKind, _ seed: UInt64) throws {
    let (left, right) = sides(seed, rows: 60)
    let stream = pairs(left.stream, right.stream, kind, seed)
    let one = try outcome(stream)
    #expect(!one.rows.isEmpty, "seed \(seed)")
    for (workers, rowsPerMorsel) in [(2, 1), (3, 4)] {
      let several = try outcome(stream, workers: workers, rowsPerMorsel: rowsPerMorsel)
      #expect(several == one, "\(kind), seed \(seed), \(workers) workers, morsels of \(rowsPerMorsel)")
    }
  }

  @Test(
    "numbers pairs for what stands behind it: the first pair of a window is the same, and so are joins of joins",
    arguments: 1...2 as ClosedRange<UInt64>)
  func behind(_ seed: UInt64) throws {
    let (left, right) = sides(seed, rows: 50)
    let third = sides(seed &+ 100, rows: 30).left
    let joined = pairs(left.stream, right.stream, .inner, 1)
    let windows = joined.filter { $0.left != 5 }
      .grouped(by: { $0.key }, in: .tumbling(.seconds(20)))
      .aggregate(FirstPair.self) {
        .init(key: $0.key, window: $0.window, pairs: .count, first: .first($0.row.right))
      }
    let again = joined.filter { $0.left != 5 }
      .join(third.stream, on: { $0.key }, equals: { $0.key }, within: .seconds(-5) ... .seconds(5))
      .select(TimedPair.self) { .init(key: $0.key, at: $0.at, left: $0.right, right: $1.number.asOptional) }
    let (one, oneAgain) = (try outcome(windows), try outcome(again))
    #expect(!one.rows.isEmpty && !oneAgain.rows.isEmpty)
    for (workers, rowsPerMorsel) in [(2, 1), (3, 3)] {
      #expect(try outcome(windows, workers: workers, rowsPerMorsel: rowsPerMorsel) == one, "seed \(seed)")
      #expect(try outcome(again, workers: workers, rowsPerMorsel: rowsPerMorsel) == oneAgain, "seed \(seed)")
    }
  }

  private func items(_ batches: [[(key: Int64?, number: Int64)]]) -> Stream<Item> {
    let rows = batches.map { batch in
      batch.map { Item(key: $0.key, name: "n", at: Timestamp(secondsSince1970: Int($0.number)), number: $0.number) }
    }
    return Stream(Item.self, source: BatchSource(Item.schema, partitions: [rows.map { Item.batch(of: $0) }]))
      .eventTime(\.at, delay: .zero)
  }

  @Test("keeps no row of a side once the other one has ended; those without a pair come out at once")
  func endedSide() throws {
    let table = items([[(1, 1), (2, 2)]])
    let rows = items((0..<5).map { batch in (0..<4).map { (Int64($0), Int64(batch * 4 + $0)) } })
    let joined = rows.leftJoin(table, on: { $0.key }, equals: { $0.key })
      .select(TimedPair.self) { .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $1.number) }
    let run = try outcome(joined)
    // The table has two rows, and the first batch of the other side came with it.
    #expect(run.mostGroups == 6)
    #expect(run.rows.count == 20)
    let all = try outcome(
      items([[(7, 1)]] + (0..<5).map { [(Int64($0), Int64(100 + $0))] })
        .leftJoin(rows, on: { $0.key }, equals: { $0.key })
        .select(TimedPair.self) { .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $1.number) })
    #expect(all.mostGroups > 20)
  }

  @Test("reads the smaller side first where all of the input is one batch, and keeps nothing of the other one")
  func smallerSideFirst() throws {
    let table = items([[(1, 1), (2, 2)]])
    let rows = items((0..<5).map { batch in (0..<4).map { (Int64($0), Int64(batch * 4 + $0)) } })
    for (isTableLeft, kind) in [(false, JoinKind.inner), (true, .inner), (false, .left), (false, .semi), (true, .semi)]
    {
      let (left, right) = isTableLeft ? (table, rows) : (rows, table)
      let stream = pairs(left, right, kind, 3)
      let whole = try outcome(stream, isOneBatch: true)
      #expect(whole.mostGroups <= 2, "\(kind)")
      #expect(Set(whole.rows) == Set(try outcome(stream).rows), "\(kind)")
    }
    let text = try rows.join(table, on: { $0.key }, equals: { $0.key })
      .select(TimedPair.self) { .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $1.number.asOptional) }
      .write(to: CallbackSink { _ in }).explanation()
    #expect(text.contains("the right side, about"), "\(text)")
    #expect(text.contains("exchange: rows of both sides to their shards, by hash of key = key"), "\(text)")
  }

  @Test("has steps of reading for joins of joins and for unions")
  func steps() throws {
    let (small, middle, large) = (items([[(1, 1)]]), items([[(1, 1), (2, 2)]]), items([[(1, 1), (2, 2), (3, 3)]]))
    let joined = pairs(large, middle, .inner, 3).join(small, on: { $0.key }, equals: { $0.key })
      .select(TimedPair.self) { .init(key: $0.key, at: $0.at, left: $0.left, right: $1.number.asOptional) }
    let job = joined.write(to: CallbackSink { _ in })
    let plan = try CompiledPlan(job.plan)
    #expect(plan.readingSteps([3, 2, 1]) == [[2], [1], [0]])
    #expect(plan.readingSteps([1, 2, 4]) == [[0], [1], [2]])
    #expect(plan.readingSteps([nil, nil, nil]) == [[2], [1], [0]])
    let union = large.united(with: middle).join(small, on: { $0.key }, equals: { $0.key })
      .select(TimedPair.self) { .init(key: $0.key, at: $0.at, left: $0.number.asOptional, right: $1.number.asOptional) }
    #expect(try CompiledPlan(union.write(to: CallbackSink { _ in }).plan).readingSteps([3, 2, 1]) == [[2], [0, 1]])
  }
}

/// The rows that a sink was given, in words.
private final class Received: Sendable {
  let rows = Mutex<[String]>([])
}
