import Foundation
import StrandlineColumns
import StrandlineStorage
import Testing

@testable import Strandline

/// The same rows computed by one thread and by several, on the same store too.
@Suite("A batch of several workers")
struct WorkersTests {
  /// What a run comes to that changes its workers at every restart.
  private struct Outcome: Equatable {
    var lines: [String] = []
    var digests: [String] = []
    var late: UInt64 = 0
  }

  private func run(
    _ partitions: [[[Event]]], delay: Int, emission: Emission, workers: [Int], restartEvery: Int = .max,
    rowsPerMorsel: Int = 5
  ) throws -> Outcome {
    var fixture = EngineFixture()
    fixture.delay = delay
    fixture.emission = emission
    fixture.options.rowsPerMorsel = rowsPerMorsel
    fixture.options.rowsPerBatch = 100
    fixture.options.shardCount = 4
    var outcome = Outcome()
    var steps = 0
    fixture.options.workers = workers[0]
    var engine = try fixture.engine(partitions)
    while try engine.step() != .finished {
      outcome.digests.append("\(engine.report.digest)")
      steps += 1
      if steps % restartEvery == 0 {
        try engine.close()
        fixture.options.workers = workers[steps / restartEvery % workers.count]
        engine = try fixture.engine(partitions, store: fixture.store.reopened())
      }
    }
    outcome.late = engine.report.rowsLate
    try engine.close()
    outcome.lines = try fixture.lines()
    return outcome
  }

  @Test("is that of one, in every byte of the output and every batch's digest", arguments: 0..<12)
  func sameAsOne(_ seed: Int) throws {
    var generator = EventGenerator(state: UInt64(seed) &* 77 &+ 5)
    let partitions = generator.partitions(1 + seed % 4, rows: 400, disorder: 12)
    let (delay, emission) = (generator.next(12), generator.next(3) == 0 ? Emission.changes : .final)
    let one = try run(partitions, delay: delay, emission: emission, workers: [1])
    for workers in 2...4 {
      #expect(try run(partitions, delay: delay, emission: emission, workers: [workers]) == one, "seed \(seed)")
    }
    let changing = try run(partitions, delay: delay, emission: emission, workers: [3, 1, 2], restartEvery: 2)
    #expect(changing.lines == one.lines && changing.late == one.late, "seed \(seed)")
    let expected = expectedRows(partitions, window: 10, delay: delay)
    if emission == .final { #expect(one.lines == expected.rows, "seed \(seed)") }
    #expect(one.late == UInt64(expected.late), "seed \(seed)")
  }

  @Test("finds the same error rows at the same places, wherever morsels are cut", arguments: [1, 2, 7, 1000])
  func errorRows(_ rowsPerMorsel: Int) throws {
    var lines: [String] = []
    for row in 0..<200 {
      // Some can't be decoded, some have no time, some can't be computed.
      let time = row % 17 == 3 ? "null" : "\"\(Timestamp(secondsSince1970: row))\""
      lines.append(row % 13 == 4 ? "{\"at\":" : "{\"at\":\(time),\"key\":\"k\(row % 7)\",\"value\":\(row % 10)}")
    }
    let one = try rejects(lines, workers: 1, rowsPerMorsel)
    #expect(one.rejected.count > 16 + 9 + 15, "\(one)")
    #expect(try rejects(lines, workers: 3, rowsPerMorsel) == one)
  }

  private struct Rejects: Equatable {
    var rejected: [String]
    var lines: [String]
  }

  private func rejects(
    _ lines: [String], workers: Int, _ rowsPerMorsel: Int
  ) throws -> Rejects {
    let files = try FileReading(FileSource.Options(format: .jsonLines))
    try files.write(Array(lines.joined(separator: "\n").utf8), to: "in.ndjson")
    var fixture = EngineFixture()
    fixture.options.workers = workers
    fixture.options.rowsPerMorsel = rowsPerMorsel
    fixture.options.onRowError = .skip(rejects: files.path + "/rejects")
    var plan = fixture.plan
    let divisor = Expression.arithmetic(.subtract, .column("value"), .literal(.int64(5)))
    plan.filters = [
      .compare(.less, .arithmetic(.divide, .literal(.int64(10)), divisor), .literal(.int64(100)))
    ]
    let engine = try MicroBatchEngine(
      plan, source: FileSource(Event.schema, patterns: [files.path + "/in.ndjson"], options: files.options),
      sink: FileSink(fixture.output, name: "out.ndjson", format: .jsonLines), store: nil, options: fixture.options)
    while try engine.step() != .finished {}
    try engine.close()
    let rejected = String(decoding: try Data(contentsOf: URL(fileURLWithPath: files.path + "/rejects")), as: UTF8.self)
      .replacing(files.path, with: "")
    return Rejects(rejected: rejected.split(separator: "\n").map(String.init), lines: try fixture.lines())
  }
}
