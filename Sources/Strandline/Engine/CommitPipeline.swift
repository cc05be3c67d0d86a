import Dispatch
import StrandlineLog
import StrandlineRecovery
import StrandlineState
import Synchronization

/// Hands batches to the writer: on the calling thread, or on one of its own while the next batch is computed.
///
/// At most one batch is under way. So the steps of all batches on the disk are in one order, whichever thread does them.
struct CommitPipeline {
  private let writer: SharedWriter
  /// The thread that writes; nil for the caller's own.
  private let queue: DispatchQueue?
  private var isUnderWay = false

  init(_ writer: consuming sending BatchWriter, hasThread: Bool) {
    self.writer = SharedWriter(writer)
    queue = hasThread ? DispatchQueue(label: "strandline.commit", qos: .userInitiated) : nil
  }

  /// Whether batches are written on a thread of their own.
  var hasThread: Bool { queue != nil }

  /// Whether a batch is being written, and would have to be waited for.
  var isBusy: Bool { isUnderWay && !writer.isDone }

  /// Copies out of the state what the record of a batch holds of it; nil without a store. No batch may be under way.
  func prepare(_ batch: BatchID, _ record: CommitRecord, _ state: borrowing StreamState) -> PreparedCommit? {
    writer.prepare(batch, record, state)
  }

  /// Begins to write a batch. No other may be under way.
  mutating func start(_ batch: consuming EndedBatch) {
    isUnderWay = true
    guard let queue else { return writer.write(batch) }
    queue.async { [writer, batch] in writer.write(batch) }
  }

  /// Waits for the batch under way, and returns what it has come to; nil when there was none.
  ///
  /// - Throws: `StreamError` of its writing; nothing can be written behind it.
  mutating func wait() throws(StreamError) -> WrittenBatch? {
    guard isUnderWay else { return nil }
    isUnderWay = false
    return try writer.takeOutcome().get()
  }

  /// Waits for the batch under way, but no longer than that. What it came to is for `wait` to say.
  func wait(atMost nanos: UInt64) { writer.waitUntilDone(nanos) }

  /// Does something with the writer while no batch is under way.
  func withWriter<Result>(
    _ body: (inout BatchWriter) throws(StreamError) -> sending Result
  ) throws(StreamError) -> Result {
    try writer.with(body)
  }
}

/// The writer, and the outcome of the batch that it was given last.
private final class SharedWriter: Sendable {
  private let writer: Mutex<BatchWriter>
  private let outcome = Mutex<Result<WrittenBatch, StreamError>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  init(_ writer: consuming sending BatchWriter) {
    self.writer = Mutex(writer)
  }

  var isDone: Bool { outcome.withLock { $0 != nil } }

  func prepare(_ batch: BatchID, _ record: CommitRecord, _ state: borrowing StreamState) -> PreparedCommit? {
    writer.withLock { $0.prepare(batch, record, state) }
  }

  func write(_ batch: consuming EndedBatch) {
    let result: Result<WrittenBatch, StreamError>
    do throws(StreamError) {
      result = .success(try writer.withLock { [batch] (writer) throws(StreamError) in try writer.write(batch) })
    } catch {
      result = .failure(error)
    }
    outcome.withLock { $0 = result }
    done.signal()
  }

  func waitUntilDone(_ nanos: UInt64) {
    if done.wait(timeout: .now() + .nanoseconds(Int(clamping: nanos))) == .success { done.signal() }
  }

  func takeOutcome() -> Result<WrittenBatch, StreamError> {
    done.wait()
    return outcome.withLock { outcome in
      defer { outcome = nil }
      return outcome ?? .failure(StreamError(.store, "a batch was written without saying what it came to"))
    }
  }

  func with<Result>(
    _ body: (inout BatchWriter) throws(StreamError) -> sending Result
  ) throws(StreamError) -> Result {
    try writer.withLock { (writer) throws(StreamError) in try body(&writer) }
  }
}
