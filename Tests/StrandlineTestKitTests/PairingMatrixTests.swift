import Strandline
import StrandlineLog
import StrandlineRecovery
import StrandlineTestKit
import Testing

/// A pair of readings of one sensor; the second one may be missing.
@Record private struct Change: Hashable {
  var sensor: String?
  var at: Timestamp
  var from: Int64
  var to: Int64?
}

/// A plan of operators that keep rows or keys, tried small.
struct PairingSubject: Sendable, CustomTestStringConvertible {
  var name: String
  var make: @Sendable (Readings) -> DrillSubject

  var testDescription: String { name }

  static let all = [
    PairingSubject(name: "a left join") { readings in
      DrillSubject(rows: readings.rows, batch: readings.batch) { (rows: Stream<Reading>) in
        let timed = rows.eventTime(\.time, delay: .microseconds(Readings.delay))
        return timed.filter { $0.value < 0 }.leftJoin(
          timed.filter { $0.value >= 0 }, on: { $0.sensor }, equals: { $0.sensor },
          within: .zero ... .milliseconds(500)
        ).select(Change.self) { .init(sensor: $0.sensor, at: $0.time, from: $0.value, to: $1.value) }
      }
    },
    PairingSubject(name: "a deduplication before windows") { readings in
      DrillSubject(rows: readings.rows, batch: readings.batch) { (rows: Stream<Reading>) in
        rows.eventTime(\.time, delay: .microseconds(Readings.delay))
          .deduplicated(by: { $0.sensor }, within: .milliseconds(400))
          .grouped(by: { $0.sensor }, in: .tumbling(.microseconds(Readings.window)))
          .aggregate(Total.self) {
            .init(
              sensor: $0.key, window: $0.window, readings: .count, sum: .sum($0.row.value),
              largest: .max($0.row.value))
          }
      }
    },
  ]
}

@Suite("The crash matrix of joins and deduplications")
struct PairingMatrixTests {
  static let seed: UInt64 = 11

  @Test("finds nothing lost, doubled or invented, whenever the power goes", arguments: PairingSubject.all)
  func matrix(_ subject: PairingSubject) throws {
    var drilled = subject.make(Readings(seed: Self.seed, batches: Effort.isLong ? 40 : 14, sensors: 5))
    drilled.options.mode = .log
    drilled.options.retainedBatches = 2
    drilled.options.log.segmentCapacity = 4 << 10
    let run = try UndisturbedRun(drilled)
    let last = try #require(run.batches.last)
    #expect(last.rowsWritten > 10 && last.state.count == 0)
    #expect(run.batches.contains { $0.state.count > 3 })
    var limits = DrillLimits()
    limits.seed = Self.seed
    limits.exhaustiveParts = Effort.isLong ? 6 : 2
    limits.samples = Effort.isLong ? 8 : 1
    limits.finishEvery = 8
    let report = try DiskDrill(drilled, limits: limits).run(clock: { 0 }, progress: { _ in })
    #expect(report.violations.isEmpty, "seed \(Self.seed)")
    #expect(report.distinct > 100)
  }
}
