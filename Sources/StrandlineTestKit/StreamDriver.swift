public import Strandline
public import StrandlineColumns
import StrandlineLog
import StrandlineStorage
import Synchronization

/// Runs a stream batch by batch, in memory, with a clock that the test moves and crashes where the test wants them.
///
/// ```swift
/// let clicks = TestInput<Click>(partitions: 2)
/// let driver = try StreamDriver(
///   clicks.stream.eventTime(\.at, delay: .zero)
///     .grouped(by: { $0.page }, in: .tumbling(.minutes(1)))
///     .aggregate(Count.self) { .init(page: $0.key, window: $0.window, clicks: .count) })
/// try driver.feed([Click(page: "/", at: Timestamp(secondsSince1970: 5))], to: clicks, partition: 1)
/// try driver.crash()
/// try driver.finish()
/// #expect(driver.output.count == 1)
/// ```
///
/// Everything is synchronous and says the same each time. Every step is a batch, committed to a store in memory; `crash` drops
/// the engine and begins again from what is committed there.
public final class StreamDriver<Row: Record, Result: Record> {
  /// The clock that the stream sees: processing time is its nanoseconds, as Unix microseconds.
  public let clock: VirtualClock
  /// The rows of the result so far.
  public private(set) var output: [Result] = []

  private let input: TestInput<Row>
  private var plan: StreamPlan
  private var sources: [any Source]
  private let options: EngineOptions
  private let store: MemoryDirectory
  private let received = Mailbox()
  private let receivedLate = Mailbox()
  private var late: [ColumnBatch] = []
  private var engine: MicroBatchEngine?

  /// A driver of the stream that the closure makes from an input of so many partitions.
  ///
  /// - Throws: `StreamError` `.plan` when the plan can't be carried out.
  public convenience init(
    partitions: Int = 1, options: EngineOptions = EngineOptions(), _ make: (Stream<Row>) -> Stream<Result>
  ) throws(StreamError) {
    let input = TestInput<Row>(partitions: partitions)
    try self.init(input, make(input.stream), options)
  }

  private init(
    _ input: TestInput<Row>, _ stream: Stream<Result>, _ options: EngineOptions
  ) throws(StreamError) {
    let clock = VirtualClock()
    var options = options
    options.clock = { clock.nanos }
    options.wallClock = { Int64(clamping: clock.nanos / 1000) }
    options.random = { 0x5EED }
    options.sleep = { clock.advance(by: $0) }
    options.pollNanos = 0
    options.owner = "a driver"
    options.log = LogOptions(segmentCapacity: 1 << 16)
    self.clock = clock
    self.options = options
    self.input = input
    let job = stream.write(to: received.sink, lateRows: receivedLate.sink)
    plan = job.plan
    sources = job.sources
    store = MemoryDirectory()
    engine = try open(store, follows: true)
  }

  private func open(_ store: MemoryDirectory, follows: Bool) throws(StreamError) -> MicroBatchEngine {
    try MicroBatchEngine(
      plan, sources: sources, sink: received.sink, lateSink: plan.hasLateRows ? receivedLate.sink : nil, store: store,
      options: options, follows: follows)
  }

  /// What the stream has done so far.
  public var report: RunReport { engine?.report ?? RunReport() }

  /// The stream's watermark; nil while nothing is known.
  public var watermark: Timestamp? {
    report.watermark == .min ? nil : Timestamp(microsecondsSince1970: report.watermark)
  }

  /// The groups of a keyed state as rows, as `strandline dump` shows them.
  ///
  /// - Parameter number: 0 for the first operator that keeps state, in the order of the plan.
  /// - Throws: `StreamError`.
  public func state(number: Int = 0) throws(StreamError) -> ColumnBatch {
    guard let engine else { return ColumnBatch(Schema([])) }
    return try engine.stateRows(number: number)
  }

  /// The late rows so far of the operator that was told to give them (`lateRows()`), with the columns that they had there.
  ///
  /// - Throws: `StreamError` `.plan` when they are of another type.
  public func late<Late: Record>(_ type: Late.Type = Late.self) throws(StreamError) -> [Late] {
    try Self.rows(of: late)
  }

  /// Feeds rows of one partition of the driver's own input, and commits them as a batch.
  ///
  /// - Throws: `StreamError`.
  public func feed(_ rows: [Row], partition: Int = 0) throws(StreamError) {
    try feed(rows, to: input, partition: partition)
  }

  /// Feeds rows of one partition of an input, and commits them as a batch.
  ///
  /// - Throws: `StreamError`.
  public func feed<Fed: Record>(
    _ rows: [Fed], to input: TestInput<Fed>, partition: Int = 0
  ) throws(StreamError) {
    input.add(rows, partition: partition)
    try step()
  }

  /// Does one batch of whatever lies ready, if there is anything to do.
  ///
  /// - Throws: `StreamError`.
  public func step() throws(StreamError) {
    _ = try engine?.step()
    try collect()
  }

  /// Moves the clock on, and does what has become due.
  ///
  /// - Throws: `StreamError`.
  public func advance(by duration: Duration) throws(StreamError) {
    let (seconds, attoseconds) = duration.components
    clock.advance(by: UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds)) / 1_000_000_000)
    try step()
  }

  /// Ends the input: every open window closes.
  ///
  /// - Throws: `StreamError`.
  public func finish() throws(StreamError) {
    for case let source as FedSource in sources { source.end() }
    try restart(follows: false)
    while let engine, try engine.step() != .finished {}
    try collect()
  }

  /// Kills the stream, and starts another version of it from what this one has committed.
  ///
  /// - Throws: `StreamError` `.store` when its state doesn't fit; the driver can then only go on with a version whose state does.
  public func restart(as make: (Stream<Row>) -> Stream<Result>) throws(StreamError) {
    let job = make(input.stream).write(to: received.sink, lateRows: receivedLate.sink)
    plan = job.plan
    sources = job.sources
    try crash()
  }

  /// Kills the stream, and starts it again from what it has committed.
  ///
  /// - Throws: `StreamError`.
  public func crash() throws(StreamError) {
    try restart(follows: true)
  }

  private func restart(follows: Bool) throws(StreamError) {
    // What is dropped lets go of the store, as a killed process does.
    engine = nil
    engine = try open(store.reopened(), follows: follows)
  }

  private func collect() throws(StreamError) {
    output += try Self.rows(of: received.take())
    late += receivedLate.take()
  }

  private static func rows<R: Record>(of batches: [ColumnBatch]) throws(StreamError) -> [R] {
    var rows: [R] = []
    for batch in batches {
      do {
        rows += try R.rows(of: batch)
      } catch {
        throw StreamError(.plan, "the rows are not of the type that was asked for: \(error)")
      }
    }
    return rows
  }
}

extension StreamDriver where Row == Result {
  /// A driver of a stream over inputs of the test's own (`TestInput`), which are fed with `feed(_:to:partition:)`.
  ///
  /// - Throws: `StreamError` `.plan` when the plan can't be carried out.
  public convenience init(
    _ stream: Stream<Result>, options: EngineOptions = EngineOptions()
  ) throws(StreamError) {
    try self.init(TestInput<Row>(partitions: 0), stream, options)
  }
}

/// Batches that a sink has received and nobody has taken yet.
private final class Mailbox: Sendable {
  private let batches = Mutex<[ColumnBatch]>([])

  var sink: CallbackSink {
    CallbackSink { [self] batch in batches.withLock { $0.append(batch) } }
  }

  func take() -> [ColumnBatch] {
    batches.withLock { batches in
      defer { batches = [] }
      return batches
    }
  }
}
