import Foundation
import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineStorage
import StrandlineTestKit
import Testing

/// How much the matrices try: more where `STRANDLINE_EFFORT=long` asks for it.
enum Effort {
  static let isLong = ProcessInfo.processInfo.environment["STRANDLINE_EFFORT"] == "long"
}

/// A way to keep a store.
struct Way: Sendable, CustomTestStringConvertible {
  var name: String
  var output = DrillSubject.Output.parts
  var batches = 60
  var sensors = 12
  var change: @Sendable (inout EngineOptions) -> Void

  var testDescription: String { name }

  static let all = [
    Way(name: "snapshots, parts") { $0.mode = .snapshot },
    Way(name: "log, parts") { $0.mode = .log },
    Way(name: "log, one file", output: .file) { $0.mode = .log },
    // The state grows and shrinks around what a snapshot may cost, once enough syncs were measured: batches switch to and
    // fro from about the seventieth on.
    Way(name: "switching, one file", output: .file, batches: 110, sensors: 36) { $0.mode = .auto },
    Way(name: "log, parts, written while the next batch is computed") {
      $0.mode = .log
      $0.pipelinesCommits = true
    },
    Way(name: "group commit, parts") {
      $0.mode = .log
      $0.durability = .group(nanos: 30_000)
    },
    Way(name: "group commit of snapshots, one file", output: .file) {
      $0.mode = .snapshot
      $0.durability = .group(nanos: 30_000)
    },
  ]

  func readings(seed: UInt64) -> Readings {
    Readings(seed: seed, batches: batches, sensors: sensors, step: sensors > 12 ? 40_000 : 90_000)
  }

  func subject(_ readings: Readings, _ more: (inout EngineOptions) -> Void = { _ in }) -> DrillSubject {
    var subject = readings.subject { options in
      options.shardCount = 4
      options.retainedBatches = 2
      options.log.segmentCapacity = 4 << 10
      change(&options)
      more(&options)
    }
    subject.output = output
    return subject
  }
}

@Suite("The crash matrix")
struct CrashMatrixTests {
  static let seed: UInt64 = 3

  @Test("runs over what a dictionary says of the rows", arguments: Way.all)
  func oracle(way: Way) throws {
    let readings = way.readings(seed: Self.seed)
    let run = try UndisturbedRun(way.subject(readings))
    let expected = readings.expectations()
    try #require(run.batches.count == expected.count)
    #expect(expected.count > 60 && expected.last?.late ?? 0 > 0 && expected.last?.written.count ?? 0 > 20)
    for (number, batch) in run.batches.enumerated() {
      #expect(try Total.rows(of: batch.state) == expected[number].open, "batch \(number)")
      #expect(batch.rowsRead == expected[number].read && batch.rowsLate == expected[number].late, "batch \(number)")
      #expect(batch.rowsWritten == expected[number].written.count, "batch \(number)")
    }
    #expect(try written(run.output) == expected.last?.written)
    // Each way is what it says: the first batch has no rows, and is a snapshot.
    let (snapshots, deltas) = (run.commits[.snapshot] ?? 0, run.commits[.delta] ?? 0)
    switch way.name {
    case let name where name.contains("snapshots"): #expect(snapshots > 60 && deltas == 0)
    case let name where name.hasPrefix("switching"): #expect(snapshots > 60 && deltas > 15, "\(run.commits)")
    default: #expect(snapshots == 1 && deltas > 55, "\(run.commits)")
    }
  }

  private func written(_ bytes: [UInt8]) throws -> [Total] {
    var decoder = JSONLinesDecoder(schema: Total.schema, options: DecodingOptions())
    var batch = ColumnBatch(Total.schema)
    var errors: [RowError] = []
    // Unsafe: what a byte is made of is itself, so all of it is initialised.
    _ = unsafe decoder.decode(
      bytes.span.bytes, from: 0, baseOffset: 0, atEnd: true, maximumRows: .max, into: &batch, errors: &errors)
    #expect(errors.isEmpty)
    return try Total.rows(of: batch)
  }

  @Test("finds nothing lost, doubled or invented, whenever the power goes", arguments: Way.all)
  func matrix(way: Way) throws {
    let readings = way.readings(seed: Self.seed)
    var limits = DrillLimits()
    limits.seed = Self.seed
    limits.exhaustiveParts = Effort.isLong ? 8 : 2
    limits.samples = Effort.isLong ? 32 : 1
    limits.finishEvery = Effort.isLong ? 4 : 16
    limits.depth = 3
    limits.branches = Effort.isLong ? 2 : 1
    let report = try DiskDrill(way.subject(readings), limits: limits).run(
      clock: { SystemClock.monotonicNanos() }, progress: { _ in })
    #expect(report.violations.isEmpty, "seed \(Self.seed)")
    // Fewer would mean that moments were left out.
    #expect(report.distinct > 1000)
    #expect(report.outcomes.contains { $0.name == "recovered, a torn tail cut" })
  }

  @Test("finds what a log that is never synced loses")
  func withoutSync() throws {
    let readings = Readings(seed: Self.seed, batches: 12)
    for durability in [Durability.batch, .group(nanos: 30_000)] {
      let subject = Way.all[1].subject(readings) {
        $0.durability = durability
        $0.log.skipsSync = true
      }
      let report = try drill(subject)
      #expect(report.violations.contains { $0.text.contains("was acknowledged") }, "\(durability)")
    }
  }

  @Test("finds output that is published before its commit")
  func publishedEarly() throws {
    let subject = Way.all[1].subject(Readings(seed: Self.seed, batches: 12)) { $0.publishesEarly = true }
    let report = try drill(subject)
    #expect(!report.isGood)
    let name = try #require(report.violations.first?.replay)
    #expect(try !drill(subject, only: name).isGood, "the same case again: \(name)")
    #expect(try drill(Way.all[1].subject(Readings(seed: Self.seed, batches: 12)), only: name).isGood)
  }

  private func drill(_ subject: DrillSubject, only: String? = nil) throws -> DrillReport {
    var limits = DrillLimits()
    limits.exhaustiveParts = 3
    limits.samples = 3
    limits.only = only
    return try DiskDrill(subject, limits: limits).run(clock: { 0 }, progress: { _ in })
  }
}
