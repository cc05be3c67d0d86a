import StrandlineColumns
import StrandlineLog
import StrandlineState
import StrandlineStorage
import Testing

@testable import StrandlineRecovery

@Suite("a store written out by hand")
struct LiteralStoreTests {
  private static let plan = KeyedStatePlan(
    id: 0, keys: KeyLayout([.string]), values: AccumulatorLayout([.countRows]),
    window: .tumbling(size: 1000, offset: 0))

  private func store() throws -> MemoryDirectory {
    let directory = MemoryDirectory()
    for (name, hex) in [
      ("MANIFEST", literalManifestFile), ("00000001-1.log", literalFirstSegment),
      ("00000002-1.log", literalSecondSegment),
    ] {
      let digits = hex.compactMap(\.hexDigitValue)
      let bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
      let file = try directory.open(name, .create)
      try file.write(bytes, at: 0)
      // The zeros up to the capacity are not written out.
      if name.hasSuffix(".log") { try file.preallocate(4096) }
    }
    return directory
  }

  private func empty(_ shards: Int, _ seed: UInt64) -> StreamState {
    StreamState([Self.plan], shardCount: shards, seed: seed)
  }

  @Test("is opened, with everything that its records say")
  func opens() throws {
    let directory = try store()
    let reader = StoreReader(directory, clock: { 0 })
    let first = try reader.state(try reader.facts(), through: BatchID(0), empty: empty)
    let rows = first.state.states[0].rows(of: first.state.states[0].openPanes)
    #expect(rows.panes == [-1000, -1000])
    #expect((0..<2).map { rows.keys[0].text($0) } == ["a", "bcd"])
    #expect(rows.words == [[1, 2]])
    #expect(try reader.verify(try reader.facts(), empty: empty, progress: { _, _ in }).digests == 2)

    var settings = StoreSettings()
    settings.saysShards = false
    settings.plan = "count by key"
    var report = RecoveryReport()
    var state: StreamState?
    let opened = try CheckpointStore.open(
      directory, options: settings.options, state: empty, restored: &state, report: &report)
    #expect(opened.lastBatch == BatchID(1))
    #expect(opened.manifest.epoch == Epoch(2))
    #expect(state?.groupCount == 0 && state?.shardCount == 2)
    let commit = try #require(report.plan?.commit)
    #expect(commit.isFinished && commit.watermark == 0 && commit.rowsWritten == 2)
    #expect(commit.partitions.map(\.name) == ["in"] && commit.partitions.map(\.status) == [.finished])
    #expect(report.plan?.publish.isEmpty == true)
    #expect(report.plan?.floor == SequenceNumber(2))
  }

  @Test("is refused with any bit turned, unless nothing of the log can tell")
  func bits() throws {
    let directory = try store()
    for (name, hex) in [("MANIFEST", literalManifestFile), ("00000001-1.log", literalFirstSegment)] {
      for position in stride(from: 0, to: hex.count / 2, by: 3) {
        let copy = directory.copy()
        try flip(name, copy, at: position, 0x80)
        // Padding is covered by no checksum: it is not read.
        let isPadding = name != "MANIFEST" && ((467..<472).contains(position) || (633..<640).contains(position))
        #expect(isPadding || !opens(copy), "\(name) byte \(position)")
      }
    }
  }

  private func opens(_ directory: MemoryDirectory) -> Bool {
    let reader = StoreReader(directory, clock: { 0 })
    do {
      _ = try reader.state(try reader.facts(), empty: empty)
      return true
    } catch {
      return false
    }
  }
}
