import Strandline
import StrandlineStorage
import Testing

@testable import StrandlineTestKit

/// What the drills judge by must itself be able to say no.
@Suite("The check after a recovery")
struct RecoveryCheckTests {
  private let readings = Readings(seed: 21, batches: 10)

  /// A disk at the end of a run, and what is expected of it.
  private func finished(_ output: DrillSubject.Output) throws -> (SimulatedDisk, RecoveryCheck) {
    let disk = SimulatedDisk()
    var subject = readings.subject()
    subject.output = output
    let (run, _) = try UndisturbedRun.moments(subject, on: disk)
    return (disk.afterKill(), RecoveryCheck(subject: subject, expected: run))
  }

  private func bounds(_ acknowledged: Int, _ issued: Int) -> RecoveryCheck.Bounds {
    RecoveryCheck.Bounds(acknowledged: acknowledged, issued: issued)
  }

  @Test("accepts what is right", arguments: DrillSubject.Output.allCases)
  func accepts(output: DrillSubject.Output) throws {
    let (disk, check) = try finished(output)
    try check.checkVisible(disk)
    let run = try check.recover(disk, bounds(11, 11))
    #expect(run.last == 11)
    try check.recoverAgain(disk, last: 11)
    try check.finish(run, disk)
  }

  @Test("says when an acknowledged batch is missing, or one is there that was never begun")
  func outOfBounds() throws {
    let (disk, check) = try finished(.parts)
    #expect(throws: RecoveryCheck.Finding.self) { try check.recover(disk.afterKill(), bounds(12, 12)) }
    #expect(throws: RecoveryCheck.Finding.self) { try check.recover(disk.afterKill(), bounds(3, 10)) }
    #expect(throws: RecoveryCheck.Finding.self) { try check.recoverAgain(disk, last: 10) }
  }

  @Test("says when the state or the numbers are another run's", arguments: DrillSubject.Output.allCases)
  func otherState(output: DrillSubject.Output) throws {
    let (disk, right) = try finished(output)
    var subject = Readings(seed: 22, batches: 10).subject()
    subject.output = output
    let wrong = RecoveryCheck(subject: right.subject, expected: try UndisturbedRun(subject))
    #expect(throws: RecoveryCheck.Finding.self) { try wrong.recover(disk, bounds(11, 11)) }
  }

  @Test("says when output is missing, changed, or there too early")
  func otherOutput() throws {
    let (disk, check) = try finished(.parts)
    let out = try disk.subdirectory("out", create: false)
    let parts = try out.entries().map(\.name).filter { !$0.hasPrefix(".") }
    try #require(parts.count > 2)
    let run = try SubjectRun(check.subject, on: disk)
    let file = try out.open(parts[1], .readWrite)
    let first = try file.read(at: 0, count: 1)
    try file.write([first[0] ^ 1], at: 0)
    #expect(throws: RecoveryCheck.Finding.self) { try check.checkVisible(disk) }
    #expect(throws: RecoveryCheck.Finding.self) { try check.check(run, disk, bounds(11, 11)) }
    try file.write(first, at: 0)
    try check.check(run, disk, bounds(11, 11))
    try out.remove(parts[0])
    #expect(throws: RecoveryCheck.Finding.self) { try check.checkVisible(disk) }
    #expect(throws: RecoveryCheck.Finding.self) { try check.check(run, disk, bounds(11, 11)) }
    #expect(throws: RecoveryCheck.Finding.self) { try check.finish(run, disk) }
  }

  @Test("says when a file has a row twice")
  func doubledRow() throws {
    let (disk, check) = try finished(.file)
    let run = try SubjectRun(check.subject, on: disk)
    let file = try disk.subdirectory("out", create: false).open("rows.ndjson", .readWrite)
    let size = try file.size()
    try file.write(Array(check.expected.output.suffix(20)), at: size)
    #expect(throws: RecoveryCheck.Finding.self) { try check.check(run, disk, bounds(11, 11)) }
  }
}
