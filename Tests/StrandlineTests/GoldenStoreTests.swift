import Foundation
import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import StrandlineStorage
import Testing

@Suite("A golden store")
struct GoldenStoreTests {
  /// What a store says: the rows of its state, and its last batch with the digest.
  struct Reading: Equatable {
    var rows: String
    var summary: String
  }

  private static func folder(_ golden: GoldenStore) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("checkpoints/golden/\(golden.version)/\(golden)")
  }

  /// A copy of the committed store in memory.
  private func committed(_ golden: GoldenStore) throws -> MemoryDirectory {
    let folder = Self.folder(golden).appendingPathComponent("store")
    let directory = MemoryDirectory()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
      let file = try directory.open(name, .create)
      try file.write(Array(try Data(contentsOf: folder.appendingPathComponent(name))), at: 0)
      try file.close()
    }
    return directory
  }

  private func expected(_ golden: GoldenStore) throws -> Reading {
    let folder = Self.folder(golden)
    return Reading(
      rows: String(decoding: try Data(contentsOf: folder.appendingPathComponent("expected.ndjson")), as: UTF8.self),
      summary: String(decoding: try Data(contentsOf: folder.appendingPathComponent("expected.txt")), as: UTF8.self))
  }

  /// Reads a store without its lock, as `dump` and `verify` do, by the plan in its manifest alone.
  private func read(_ directory: any Directory) throws -> Reading {
    let reader = StoreReader(directory, clock: { 0 })
    let facts = try reader.facts()
    let plan = try StoredPlan(parsing: facts.manifest.plan)
    let (state, _, _) = try reader.state(facts, empty: plan.emptyState)
    _ = try reader.verify(facts, empty: plan.emptyState) { _, _ in }
    #expect(state.recomputedDigest() == state.digest)
    return try reading(state, plan, facts.batches.last?.batch)
  }

  private func reading(
    _ state: StreamState, _ plan: StoredPlan, _ batch: BatchID?
  ) throws -> Reading {
    var rows: [UInt8] = []
    for number in state.states.indices {
      let shown = try plan.rows(of: state, number: number)
      JSONLinesEncoder(schema: shown.schema).append(shown, to: &rows)
    }
    return Reading(
      rows: String(decoding: rows, as: UTF8.self),
      summary: "batch \(batch.map { "\($0)" } ?? "-")\ngroups \(state.groupCount)\ndigest \(state.digest)\n")
  }

  @Test("is read as it was when it was made", arguments: GoldenStore.allCases)
  func isRead(_ golden: GoldenStore) throws {
    #expect(try read(committed(golden)) == expected(golden))
  }

  @Test("is recovered for writing, and says the same afterwards", arguments: GoldenStore.allCases)
  func isRecovered(_ golden: GoldenStore) throws {
    let directory = try committed(golden)
    let plan = try StoredPlan(parsing: try #require(try ManifestFile.read(directory)).plan)
    var options = CheckpointOptions(
      plan: try #require(try ManifestFile.read(directory)).plan, clock: { 0 }, random: { 0 })
    options.log = LogOptions(segmentCapacity: 8 << 10)
    var state: StreamState?
    var report = RecoveryReport()
    var store = try CheckpointStore.open(
      directory, options: options, state: plan.emptyState, restored: &state, report: &report)
    #expect(try reading(try #require(state), plan, store.lastBatch) == expected(golden))
    #expect((report.plan?.tail != nil) == (golden == .torn))
    #expect((report.quarantined != nil) == (golden == .torn))
    try store.close()
    #expect(try read(directory) == expected(golden))
  }

  @Test("goes on to the result of an undisturbed run", arguments: GoldenStore.allCases)
  func goesOn(_ golden: GoldenStore) throws {
    let whole = CollectedLines()
    let undisturbed = try golden.engine(MemoryDirectory(), whole)
    while try undisturbed.step() != .finished {}
    try undisturbed.close()
    let rest = CollectedLines()
    let engine = try golden.engine(try committed(golden), rest)
    var done = golden == .torn ? golden.stopsAfter - 1 : golden.stopsAfter
    // A copy has another lock file than the one that was committed, where it was: then opening takes a batch of its own.
    if golden == .operators || golden == .words { done += 1 }
    // Batch 0 opened the store.
    #expect(engine.report.lastBatch == BatchID(UInt64(done)))
    while try engine.step() != .finished {}
    try engine.close()
    #expect(engine.report.digest == undisturbed.report.digest)
    #expect(engine.report.rowsRead == undisturbed.report.rowsRead)
    #expect(engine.report.rowsLate == undisturbed.report.rowsLate)
    // The rows of batches that aren't known to be published come again, so the rest may overlap what was written before.
    #expect(!rest.lines.isEmpty && rest.lines.count < whole.lines.count)
    #expect(Array(whole.lines.suffix(rest.lines.count)) == rest.lines)
  }

  @Test("with a turned bit is not what it was", arguments: GoldenStore.allCases)
  func flipped(_ golden: GoldenStore) throws {
    let directory = try committed(golden)
    let expected = try expected(golden)
    let facts = try #require(try StoreFacts.gather(directory))
    var places = try stride(from: 0, to: directory.open(Manifest.name, .readOnly).size(), by: 31)
      .map { (file: Manifest.name, offset: $0) }
    for batch in facts.batches {
      let record = batch.record
      // The padding behind a payload belongs to nobody.
      let end = record.offset + RecordHeader.size + record.header.payloadLength
      places += stride(from: record.offset, to: end, by: 61).map { (file: record.segment, offset: $0) }
    }
    for (name, offset) in places {
      let copy = directory.copy()
      let file = try copy.open(name, .readWrite)
      try file.write(file.read(at: offset, count: 1).map { $0 ^ 4 }, at: offset)
      try file.close()
      var found: Reading?
      do {
        found = try read(copy)
        // Damage that recovery survives leads to the same state, and is reported.
        if try !RecoveryPlanner.plan(try #require(try StoreFacts.gather(copy))).degraded.isEmpty { found = nil }
      } catch is LogError {
        found = nil
      }
      #expect(found != expected, "\(name) at byte \(offset)")
    }
  }

  @Test("has records of its version, and none that is newer", arguments: GoldenStore.allCases)
  func versions(_ golden: GoldenStore) throws {
    let facts = try #require(try StoreFacts.gather(try committed(golden)))
    let versions = facts.batches.map(\.record.header.version)
    #expect(versions.max().map { "v\($0)" } == golden.version)
  }

  @Test("can be made again, and holds what it is there for", arguments: GoldenStore.allCases)
  func isMade(_ golden: GoldenStore) throws {
    let store = try golden.make()
    let facts = try #require(try StoreFacts.gather(store))
    let kinds = Set(facts.batches.map(\.record.header.kind))
    switch golden {
    case .snapshot:
      #expect(kinds == [.snapshot] && facts.batches.last?.batch == BatchID(9))
    case .log:
      #expect(kinds.contains(.delta) && facts.segments.count > 1)
      #expect(facts.batches.contains { $0.sections.contains { $0.kind == .shardSnapshot } })
    case .sliced:
      let parts = Set(facts.batches.flatMap(\.sections).map(\.kind))
      #expect(parts.isSuperset(of: [.firstSlice, .middleSlice, .lastSlice, .shardDelta]))
      #expect(facts.segments.count > 1)
    case .operators:
      #expect(facts.segments.count > 1)
      let plan = try StoredPlan(parsing: facts.manifest.plan)
      let states = plan.emptyState(shardCount: 4, seed: 0).plans
      #expect(states.count == 3 && states[0].removesGroups && states[0].values.blobs > 0)
    case .words:
      #expect(Set(facts.batches.map(\.record.header.version)) == [4])
    case .torn:
      #expect(try RecoveryPlanner.plan(facts).tail != nil && facts.batches.last?.batch == BatchID(8))
    }
    let reading = try read(store)
    #expect(reading.rows.split(separator: "\n").count > 10)
    if let out = ProcessInfo.processInfo.environment["STRANDLINE_GOLDEN_OUT"] {
      try write(store, reading, to: URL(fileURLWithPath: out).appendingPathComponent("\(golden)"))
    }
  }

  /// Writes a store and what it says into a new folder; one that is there is left alone.
  private func write(_ store: MemoryDirectory, _ reading: Reading, to folder: URL) throws {
    if FileManager.default.fileExists(atPath: folder.path) { return }
    let files = folder.appendingPathComponent("store")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    for entry in try store.entries() where entry.kind == .file {
      let file = try store.open(entry.name, .readOnly)
      try Data(try file.read(at: 0, count: try file.size())).write(to: files.appendingPathComponent(entry.name))
      try file.close()
    }
    try Data(reading.rows.utf8).write(to: folder.appendingPathComponent("expected.ndjson"))
    try Data(reading.summary.utf8).write(to: folder.appendingPathComponent("expected.txt"))
  }
}
