import Strandline
import StrandlineLog
import StrandlineStorage
import Testing

@Suite("A store that is taken over")
struct TakeoverTests {
  private let fixture = EngineFixture()
  private let seed: UInt64 = 20_261_125

  private func partitions() -> [[[Event]]] {
    var random = EventGenerator(state: seed)
    return random.partitions(2, rows: 400, disorder: 8)
  }

  /// Runs some batches, and lets go of nothing.
  private func begin(_ partitions: [[[Event]]], steps: Int) throws -> MicroBatchEngine {
    let engine = try fixture.engine(partitions)
    for _ in 0..<steps { _ = try engine.step() }
    return engine
  }

  /// Runs a fenced writer on; the code of the error that ends it.
  private func wake(_ engine: MicroBatchEngine) -> LogError.Code? {
    do {
      while try engine.step() != .finished {}
      return nil
    } catch {
      return error.store?.code
    }
  }

  @Test("goes on with a file of its own, and the writer that lost it writes nothing there", arguments: [0, 1, 3, 8])
  func file(_ steps: Int) throws {
    let partitions = partitions()
    let first = try begin(partitions, steps: steps)
    try fixture.store.remove("LOCK")
    let second = try fixture.engine(partitions)
    #expect(wake(first) == .fenced)
    while try second.step() != .finished {}
    try second.close()
    #expect(try fixture.lines() == expectedRows(partitions, window: 10, delay: 0).rows, "seed \(seed)")
    #expect(try fixture.output.entries().map(\.name) == ["out.ndjson"])
  }

  @Test("is not hurt by what the writer that lost it still appends between its look at the lock and its end")
  func lateWrite() throws {
    let partitions = partitions()
    let first = try begin(partitions, steps: 3)
    let file = try fixture.output.open("out.ndjson", .readWrite)
    let size = try file.size()
    #expect(size > 0)
    try fixture.store.remove("LOCK")
    let second = try fixture.engine(partitions)
    // What a stopped writer would write when it wakes, through the file that it has open.
    try file.write(Array("rows of somebody else\n".utf8), at: size)
    for _ in 0..<2 { _ = try second.step() }
    try file.write(Array("more of them\n".utf8), at: size)
    while try second.step() != .finished {}
    try second.close()
    #expect(wake(first) == .fenced)
    #expect(try fixture.lines() == expectedRows(partitions, window: 10, delay: 0).rows, "seed \(seed)")
    // The same without a takeover is seen: the checker can fail.
    let own = try fixture.output.open("out.ndjson", .readWrite)
    try own.write(Array("x".utf8), at: size)
    #expect(try fixture.lines() != expectedRows(partitions, window: 10, delay: 0).rows)
  }

  @Test("is taken over anew when the new owner is killed before it has said so")
  func killedAtOnce() throws {
    let partitions = partitions()
    let first = try begin(partitions, steps: 3)
    try fixture.store.remove("LOCK")
    // It had the lock, and did nothing with it.
    try fixture.store.lock("LOCK", owner: "somebody").release()
    let second = try fixture.engine(partitions)
    while try second.step() != .finished {}
    try second.close()
    #expect(wake(first) == .fenced)
    #expect(try fixture.lines() == expectedRows(partitions, window: 10, delay: 0).rows, "seed \(seed)")
  }

  @Test("is no takeover while the lock file is the same: nothing is copied and no batch is added")
  func sameLock() throws {
    let partitions = partitions()
    var engine: MicroBatchEngine? = try begin(partitions, steps: 3)
    let last = engine?.report.lastBatch
    let number = try fixture.output.open("out.ndjson", .readOnly).number()
    engine = nil
    let again = try fixture.engine(partitions)
    #expect(again.report.lastBatch == last)
    #expect(try fixture.output.open("out.ndjson", .readOnly).number() == number)
  }

  @Test("gives parts once each, whoever staged them")
  func parts() throws {
    let partitions = partitions()
    let directory = MemoryDirectory()
    let sink = PartsSink(directory, format: .jsonLines)
    let first = try fixture.engine(partitions, sink: sink)
    for _ in 0..<3 { _ = try first.step() }
    try fixture.store.remove("LOCK")
    let second = try fixture.engine(partitions, sink: sink)
    #expect(wake(first) == .fenced)
    while try second.step() != .finished {}
    try second.close()
    var lines: [String] = []
    for entry in try directory.entries() {
      #expect(entry.name.hasPrefix("part-"))
      let file = try directory.open(entry.name, .readOnly)
      lines += String(decoding: try file.read(at: 0, count: try file.size()), as: UTF8.self)
        .split(separator: "\n").map(String.init)
    }
    #expect(lines == expectedRows(partitions, window: 10, delay: 0).rows, "seed \(seed)")
  }
}
