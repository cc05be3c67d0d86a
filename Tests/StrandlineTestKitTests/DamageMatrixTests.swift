import Strandline
import StrandlineLog
import StrandlineStorage
import StrandlineTestKit
import Testing

@Suite("The damage matrix")
struct DamageMatrixTests {
  /// A store of a few small segments.
  private func subject(_ way: Way) -> DrillSubject {
    way.subject(Readings(seed: 11, batches: 6, batch: 3, sensors: 4, step: 400_000)) {
      $0.shardCount = 2
      $0.retainedBatches = 1
      $0.log.segmentCapacity = 1 << 10
    }
  }

  @Test("finds that every turned bit, cut and swap is refused or recovered from", arguments: Way.all)
  func matrix(way: Way) throws {
    var limits = DrillLimits()
    limits.stride = Effort.isLong ? 1 : 3
    let report = try DamageDrill(subject(way), limits: limits, everyBit: Effort.isLong).run(
      clock: { 0 }, progress: { _ in })
    #expect(report.violations.isEmpty)
    #expect(report.tried > 1000)
    for outcome in ["turned bit: refused, corruption", "turned bit: torn tail cut", "cut file: refused, corruption"] {
      #expect(report.outcomes.contains { $0.name == outcome }, "\(outcome) of \(report.outcomes.map(\.name))")
    }
    if way.name.hasPrefix("log") {
      #expect(report.outcomes.contains { $0.name == "turned bit: survived, degraded" })
    }
  }
}
