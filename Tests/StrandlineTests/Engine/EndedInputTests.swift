import class Foundation.FileHandle
import class Foundation.FileManager
import struct Foundation.Data
import struct Foundation.URL
import Strandline
import StrandlineState
import StrandlineStorage
import Synchronization
import Testing

@Record private struct Change: Equatable {
  var change: Int64
  var visits: Int64
}

@Record private struct First: Equatable {
  var user: String
  var window: TimeWindow
  var pause: Int64
}

private final class Rows: Sendable {
  private let batches = Mutex<[ColumnBatch]>([])
  var sink: CallbackSink { CallbackSink { [self] batch in batches.withLock { $0.append(batch) } } }

  func read<R: Record>(_ type: R.Type) throws -> [R] { try batches.withLock { try $0.flatMap { try R.rows(of: $0) } } }
}

@Suite("Input that ends, starts and fails")
struct EndedInputTests {
  private let directory: String

  init() throws {
    directory = FileManager.default.temporaryDirectory.path + "/ended-\(UInt64.random(in: 0...UInt64.max))"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
  }

  private func write(_ name: String, _ seconds: [Int]) throws {
    let lines = seconds.map { second in
      #"{"user":"\#(name.prefix(1))","at":"1970-01-01T00:00:\#(second < 10 ? "0" : "")\#(second)Z","pause":1}"# + "\n"
    }
    try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name).ndjson"), options: [])
  }

  private func visits(_ pattern: String, follow: Bool = false) -> Stream<Visit> {
    Stream<Visit>(from: .jsonLines("\(directory)/\(pattern)", follow: follow)).eventTime(\.at, delay: .zero)
  }

  private func counts(_ visits: Stream<Visit>, _ rows: Rows) -> StreamJob {
    visits.grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
      .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }.write(to: rows.sink)
  }

  private var options: EngineOptions {
    var options = EngineOptions()
    options.limits.rows = 2
    options.pollNanos = 0
    return options
  }

  private func engine(_ job: StreamJob, _ store: (any Directory)?, _ options: EngineOptions) throws -> MicroBatchEngine
  {
    try MicroBatchEngine(
      job.plan, sources: job.sources, sink: job.sink, store: store, options: options, follows: job.follows)
  }

  @Test("a new file of a source that has ended is refused while another source goes on")
  func newFile() throws {
    try write("a1", [1])
    try write("b1", [1, 2, 3, 4, 5, 6])
    let job = counts(visits("a*.ndjson").united(with: visits("b*.ndjson")), Rows())
    let store = MemoryDirectory()
    var first: MicroBatchEngine? = try engine(job, store, options)
    _ = try first?.step()
    _ = try first?.step()
    first = nil
    try write("a2", [1, 2, 3, 30])
    let error = try #require(throws: StreamError.self) { _ = try engine(job, store.reopened(), options) }
    #expect(error.code == .finished)
    #expect(error.message.contains("a2.ndjson has ended"), "\(error)")
  }

  @Test("a file that had ended is read on when its source is followed")
  func followed() throws {
    try write("a", [1])
    try write("b", [1, 2, 3, 4, 5, 6])
    let store = MemoryDirectory()
    var first: MicroBatchEngine? = try engine(counts(visits("*.ndjson"), Rows()), store, options)
    _ = try first?.step()
    _ = try first?.step()
    first = nil
    let file = try #require(FileHandle(forUpdatingAtPath: "\(directory)/a.ndjson"))
    try file.seekToEnd()
    try file.write(
      contentsOf: Data(
        "{\"user\":\"a\",\"at\":\"1970-01-01T00:00:08Z\",\"pause\":1}\n{\"user\":\"a\",\"at\":\"1970-01-01T00:00:09Z\",\"pause\":1}\n"
          .utf8))
    try file.close()
    let second = try engine(counts(visits("*.ndjson", follow: true), Rows()), store.reopened(), options)
    for _ in 0..<10 { _ = try second.step() }
    #expect(second.report.rowsRead == 9)
    #expect(second.report.rowsLate == 0)
  }

  @Test("the first changes are the same with a store and without", arguments: [true, false])
  func firstChanges(hasStore: Bool) throws {
    try write("a", [1, 2])
    let rows = Rows()
    let job = visits("a.ndjson").grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
      .aggregate(Change.self) { .init(change: $0.change, visits: .count) }.emit(.changes).write(to: rows.sink)
    var options = options
    options.limits.rows = 1
    let engine = try engine(job, hasStore ? MemoryDirectory() : nil, options)
    while try engine.step() != .finished {}
    try engine.close()
    #expect(
      try rows.read(Change.self) == [
        Change(change: 1, visits: 1), Change(change: -1, visits: 1), Change(change: 1, visits: 2),
      ])
  }

  @Test("the digest doesn't depend on which rows share a batch with one that can't be decoded")
  func malformed() throws {
    let text =
      "bad\n{\"user\":\"x\",\"at\":\"1970-01-01T00:00:01Z\",\"pause\":1}\nworse\n{\"user\":\"x\",\"at\":\"1970-01-01T00:00:02Z\",\"pause\":2}\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/m.ndjson"))
    let digests = try [1, 2, 3, 100].map { rows in
      var options = options
      options.limits.rows = rows
      options.onRowError = .skip(rejects: nil)
      options.leavesOpen = true
      let job = visits("m.ndjson").grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
        .aggregate(First.self) { .init(user: $0.key, window: $0.window, pause: .first($0.row.pause)) }
        .write(to: Rows().sink)
      let store = MemoryDirectory()
      var first: MicroBatchEngine? = try engine(job, store, options)
      _ = try first?.step()
      // What is counted of a partition survives a restart.
      first = nil
      let engine = try engine(job, store.reopened(), options)
      while try engine.step() != .finished {}
      #expect(engine.report.rowsRefused == 2)
      #expect(engine.report.groups == 1)
      return engine.report.digest
    }
    #expect(Set(digests).count == 1, "\(digests)")
  }

  @Test("a row for which an expression can't be computed is named by its place when the policy is to fail")
  func place() throws {
    try write("a", [1, 2])
    let job = visits("a.ndjson").filter { 1 / ($0.pause - 1) == 1 }
      .grouped(by: { $0.user }, in: .tumbling(.seconds(10)))
      .aggregate(Visits.self) { .init(user: $0.key, window: $0.window, visits: .count) }.write(to: Rows().sink)
    let engine = try engine(job, nil, options)
    let error = try #require(throws: StreamError.self) { while try engine.step() != .finished {} }
    #expect(error.code == .row)
    #expect(error.message.contains("a.ndjson at byte 0:"), "\(error)")
    #expect(error.message.contains("divides by zero (and 1 more rows of the batch)"), "\(error)")
  }
}
