import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineState
import StrandlineStorage
import Synchronization

/// One run of a drill's subject on a simulated disk: an engine over the directories `store` and `out`.
///
/// Time passes by a fixed step with every look at the clock, so that a run on the same disk is the same run.
final class SubjectRun {
  let engine: MicroBatchEngine

  /// Opens the subject, and recovers what the disk holds.
  ///
  /// - Parameter attempt: tells the run from others in the words that it draws for a new store.
  init(_ subject: DrillSubject, on disk: SimulatedDisk, attempt: Int = 0) throws {
    let store = try disk.subdirectory("store", create: true)
    let out = try disk.subdirectory("out", create: true)
    try disk.sync()
    let sink: any Sink =
      switch subject.output {
      case .file: FileSink(out, name: "rows.ndjson", format: .jsonLines)
      case .parts: PartsSink(out, format: .jsonLines)
      }
    let source = PreparedSource(schema: subject.schema, partitions: subject.partitions)
    engine = try MicroBatchEngine(
      subject.plan, sources: Array(repeating: source, count: subject.sources), sink: sink,
      lateSink: subject.plan.hasLateRows ? CallbackSink { _ in } : nil, store: store,
      options: Self.options(subject.options, attempt: attempt))
  }

  private static func options(_ options: EngineOptions, attempt: Int) -> EngineOptions {
    let clock = StepClock()
    let words = Mutex(DrillRandom(seed: 0x57_5244, attempt))
    var options = options
    options.clock = { clock.next() }
    options.wallClock = { 0 }
    options.random = { words.withLock { $0.next() } }
    options.sleep = { _ in }
    options.owner = "a drill"
    return options
  }

  /// The last batch that is committed, as a number; -1 before the first.
  var last: Int { engine.report.lastBatch.map { Int($0.value) } ?? -1 }

  /// The last batch whose commit was begun, as a number; -1 before the first.
  var begun: Int { engine.report.computedBatch.map { Int($0.value) } ?? -1 }

  /// The last batch that was acknowledged; -1 before the first.
  var acknowledged: Int { engine.report.durableBatch.map { Int($0.value) } ?? -1 }

  /// Commits the next batch.
  ///
  /// - Returns: false when there was none.
  func step() throws -> Bool {
    if case .committed = try engine.step() { return true }
    return false
  }

  /// Commits all batches that are left, and closes.
  func finish() throws {
    while try step() {}
    try engine.close()
  }
}

/// A clock that goes on by one step whenever somebody looks at it.
private final class StepClock: Sendable {
  private let ticks = Atomic<UInt64>(0)

  /// A step, in nanoseconds: a sync seems to take one.
  private static let step: UInt64 = 1000

  func next() -> UInt64 { ticks.add(Self.step, ordering: .relaxed).newValue }
}

/// What the output directory of a simulated disk shows to a reader.
struct VisibleOutput: Equatable {
  /// The visible files by name.
  var files: [String: [UInt8]] = [:]

  init(_ disk: SimulatedDisk) throws(StorageError) {
    let names = try disk.entries().map(\.name)
    guard names.contains("out") else { return }
    let out = try disk.subdirectory("out", create: false)
    for entry in try out.entries() where !entry.name.hasPrefix(".") {
      let file = try out.open(entry.name, .readOnly)
      files[entry.name] = try file.read(at: 0, count: try file.size())
      try file.close()
    }
  }
}
