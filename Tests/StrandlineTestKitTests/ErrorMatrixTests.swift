import Strandline
import StrandlineLog
import StrandlineStorage
import StrandlineTestKit
import Testing

@Suite("The error matrix")
struct ErrorMatrixTests {
  @Test("finds that a call that fails, whichever it is, ends the run or changes nothing", arguments: Way.all)
  func matrix(way: Way) throws {
    let readings = Readings(seed: 5, batches: Effort.isLong ? 60 : 8)
    var limits = DrillLimits()
    limits.exhaustiveParts = 1
    limits.stride = Effort.isLong ? 1 : 5
    limits.samples = Effort.isLong ? 8 : 1
    let report = try ErrorDrill(way.subject(readings), limits: limits).run(clock: { 0 }, progress: { _ in })
    #expect(report.violations.isEmpty)
    #expect(report.outcomes.contains { $0.name.hasPrefix("recovery ended with") })
    #expect(report.tried > 100)
  }

  @Test("finds a log that goes on after a failed sync, and one that never syncs")
  func control() throws {
    let subject = Way.all[1].subject(Readings(seed: 5, batches: 8)) { $0.log.skipsSync = true }
    var some = DrillLimits()
    some.stride = 7
    let report = try ErrorDrill(subject, limits: some, errors: [.noSpace]).run(clock: { 0 }, progress: { _ in })
    #expect(!report.isGood)
    let name = try #require(report.violations.first?.replay)
    var limits = DrillLimits()
    limits.only = name
    #expect(try !ErrorDrill(subject, limits: limits).run(clock: { 0 }, progress: { _ in }).isGood)
  }
}
