public import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage
import Synchronization

/// Runs a stream batch by batch, in memory, with a clock that the test moves and crashes where the test wants them.
///
/// ```swift
/// let driver = try StreamDriver { (clicks: Stream<Click>) in
///   clicks.eventTime(\.at, delay: .zero)
///     .grouped(by: { $0.page }, in: .tumbling(.minutes(1)))
///     .aggregate(Count.self) { .init(page: $0.key, window: $0.window, clicks: .count) }
/// }
/// try driver.feed([Click(page: "/", at: Timestamp(secondsSince1970: 5))])
/// try driver.crash()
/// try driver.finish()
/// #expect(driver.output.count == 1)
/// ```
public final class StreamDriver<Row: Record, Result: Record> {
  /// The clock that the stream sees.
  public let clock: VirtualClock
  /// The rows of the result so far.
  public private(set) var output: [Result] = []

  private let input: FedSource
  private let plan: StreamPlan
  private let options: EngineOptions
  private let store: MemoryDirectory
  private let received: Mailbox
  private var engine: MicroBatchEngine?

  /// A driver of the stream that the closure makes from an input of so many partitions.
  ///
  /// - Throws: `StreamError` `.plan` when the plan can't be carried out.
  public init(
    partitions: Int = 1, options: EngineOptions = EngineOptions(), _ make: (Stream<Row>) -> Stream<Result>
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
    input = FedSource(schema: Row.schema, partitions: partitions)
    plan = make(Stream(Row.self, source: input, follows: true)).plan
    store = MemoryDirectory()
    received = Mailbox()
    engine = try MicroBatchEngine(
      plan, source: input, sink: received.sink, store: store, options: options, follows: true)
  }

  /// What the stream has done so far.
  public var report: RunReport { engine?.report ?? RunReport() }

  /// Feeds rows of one partition, and commits them as a batch.
  ///
  /// - Throws: `StreamError`.
  public func feed(_ rows: [Row], partition: Int = 0) throws(StreamError) {
    input.add(Row.batch(of: rows), to: partition)
    try step()
  }

  /// Ends the input: every open window closes.
  ///
  /// - Throws: `StreamError`.
  public func finish() throws(StreamError) {
    input.end()
    try restart(follows: false)
    while let engine, try engine.step() != .finished {}
    try collect()
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
    engine = try MicroBatchEngine(
      plan, source: input, sink: received.sink, store: store.reopened(), options: options, follows: follows)
  }

  private func step() throws(StreamError) {
    _ = try engine?.step()
    try collect()
  }

  private func collect() throws(StreamError) {
    for batch in received.take() {
      do {
        output += try Result.rows(of: batch)
      } catch {
        throw StreamError(.plan, "the result is not of the type that was asked for: \(error)")
      }
    }
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
