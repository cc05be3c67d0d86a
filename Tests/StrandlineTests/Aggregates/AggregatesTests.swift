import Strandline
import StrandlineRecovery
import StrandlineTestKit
import Testing

@Suite("Every aggregate of a typed stream")
struct AggregatesTests {
  private func sale(_ random: inout SeededRandom) -> Sale {
    let items = ["bread", "butter", "cheese", "jam", "milk", "salt"]
    return Sale(
      shop: random.next() % 3 == 0 ? "north" : "south", item: items[Int(random.next() % 6)],
      price: Double(random.next() % 400) / 4 + 0.25, amount: Int64(random.next() % 9),
      rating: random.next() % 3 == 0 ? nil : Int64(random.next() % 6) - 1,
      at: Timestamp(secondsSince1970: Int(random.next() % 200)))
  }

  @Test("is what sorting and the plain formulas give, for any batches, partitions and crashes", arguments: 0..<12)
  func oracle(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let partitions = 1 + Int(random.next() % 3)
    // In every third case windows of several panes, whose blobs are merged when a window ends.
    let minutes = seed % 3 == 0 ? 3 : 1
    let driver = try StreamDriver(partitions: partitions) { (sales: Stream<Sale>) in
      sales.summaries(in: minutes == 1 ? .tumbling(.minutes(1)) : .sliding(.minutes(minutes), every: .minutes(1)))
    }
    var oracle = SalesOracle()
    for batch in 0..<Int(3 + random.next() % 12) {
      let partition = Int(random.next() % UInt64(partitions))
      let rows = (0..<Int(1 + random.next() % 12)).map { _ in sale(&random) }
      for (place, row) in rows.enumerated() { oracle.sales.append((row, partition, batch * 100 + place)) }
      try driver.feed(rows, partition: partition)
      if random.next() % 4 == 0 { try driver.crash() }
    }
    try driver.finish()
    let expected = oracle.summaries(minutes: Int64(minutes))
    #expect(driver.output.count == expected.count, "seed \(seed)")
    for (found, wanted) in zip(driver.output, expected) {
      let close = found.taking(numbersOf: wanted)
      #expect(close.isNear, "seed \(seed): \(found), not \(wanted)")
      #expect(close.summary == wanted, "seed \(seed)")
    }
  }

  @Test("is refused in a checkpoint when the version of one's own aggregate has changed")
  func versions() throws {
    let stored = Stream<Sale>([]).summaries().plan.description
    let other = stored.replacing(" version 3 ", with: " version 4 ")
    #expect(
      stored.contains("output total: custom total(rating) filter (where amount < 5) version 3 from int64 to string?"))
    #expect(PlanComparison.difference(stored: stored, wanted: stored).changes.isEmpty)
    let difference = PlanComparison.difference(stored: stored, wanted: other)
    #expect(!difference.changes.isEmpty && difference.changes.allSatisfy { !$0.isCarriedOver })
  }

  @Test("reads back from the plan's words, whose state a program without one's own aggregate can show")
  func storedPlan() throws {
    let plan = Stream<Sale>([]).summaries().plan
    let stored = try StoredPlan(parsing: plan.description)
    #expect(stored.plan.description == plan.description)
    #expect(stored.plan.outputs == plan.outputs)
    let shown = try stored.rows(of: stored.emptyState(shardCount: 1, seed: 0))
    #expect(shown.schema.fields.last?.name == "total")
  }
}

extension SalesSummary {
  /// The summary with another one's numbers where it has numbers that are no exact ones, and whether they are close.
  func taking(numbersOf other: SalesSummary) -> (summary: SalesSummary, isNear: Bool) {
    var copy = self
    var isNear = true
    func take(_ path: WritableKeyPath<SalesSummary, Double?>, _ tolerance: Double) {
      if let mine = copy[keyPath: path], let theirs = other[keyPath: path] {
        isNear = isNear && abs(mine - theirs) <= tolerance * max(theirs.magnitude, 1e-9)
        copy[keyPath: path] = theirs
      }
    }
    take(\.variance, 1e-12)
    take(\.amountDeviation, 1e-12)
    take(\.ratingVariance, 1e-12)
    take(\.ninetieth, 0.0500001)
    isNear = isNear && abs(copy.deviation - other.deviation) <= 1e-12 * max(other.deviation, 1e-9)
    isNear = isNear && abs(copy.median - other.median) <= 0.0100001 * other.median
    copy.deviation = other.deviation
    copy.median = other.median
    return (copy, isNear)
  }
}
