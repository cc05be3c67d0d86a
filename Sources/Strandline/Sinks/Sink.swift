public import StrandlineColumns
public import StrandlineLog

/// What a sink promises of rows across crashes.
public enum DeliveryGuarantee: String, Sendable, Hashable {
  /// Each row once.
  case exactlyOnce = "exactly-once"
  /// Rows may come again after a restart.
  case atLeastOnce = "at-least-once"
}

/// Where a stream's result goes, made when a run begins.
public protocol Sink: Sendable {
  /// What is promised.
  var guarantee: DeliveryGuarantee { get }

  /// What the plan says of the sink; a store is tied to it.
  var description: String { get }

  /// Makes sure that the output holds nothing of another run: asked as long as a store has no batch.
  ///
  /// - Throws: `StreamError` `.sink` that says what is there.
  func checkUnused() throws(StreamError)

  /// The highest batch whose rows a reader can see, where the output itself says so: proof that the batch was committed.
  ///
  /// - Throws: `StreamError` `.sink`.
  func publishedThrough() throws(StreamError) -> BatchID?

  /// Opens the sink.
  ///
  /// - Throws: `StreamError` `.sink`.
  func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter
}

extension Sink {
  /// An output that holds nothing is always unused.
  public func checkUnused() {}

  /// Most outputs don't say which batch a row is of.
  public func publishedThrough() -> BatchID? { nil }
}

/// What a sink is told when it is opened.
public struct SinkOpening: Sendable {
  /// The columns of the result.
  public var schema: Schema
  /// The opening of the store; part of the names of staged files.
  public var epoch: Epoch
  /// The sink's position in the last commit; nil for a store without a batch.
  public var position: [UInt8]?
  /// The batches whose output may not be published, with their receipts, ascending.
  public var unpublished: [(batch: BatchID, receipt: [UInt8])]
  /// The batch that comes next.
  public var nextBatch: BatchID
  /// Whether output must be durable before it is committed.
  public var isDurable: Bool
  /// A fault for drills: output is published when it is staged.
  public var publishesEarly: Bool
  /// Whether the store was taken from a writer that may still have the output open.
  public var takesOver: Bool
  /// The right to the store; nil without one.
  var fence: StoreFence?

  /// Makes sure that the store is still this opening's: to be asked after an output was opened and before anything of it is
  /// cut, removed or replaced, since another opening may have taken the store, and be writing there.
  ///
  /// - Throws: `StreamError` `.store` when it isn't.
  public func requireOwned() throws(StreamError) {
    do {
      try fence?.requireHeld()
    } catch {
      throw StreamError(error)
    }
  }
}

/// An open sink.
///
/// `stage` is called for every batch with rows, before its commit; `publish` with the receipt, in order, after it.
/// Publishing again what is already published changes nothing.
public protocol SinkWriter: AnyObject {
  /// What is committed with the next batch: where the output stands.
  var position: [UInt8] { get }

  /// Prepares a batch's rows; when it returns, they are durable.
  func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8]

  /// Makes a batch's rows visible.
  func publish(_ batch: BatchID, _ receipt: [UInt8]) throws(StreamError)

  /// Ends the run.
  func close() throws(StreamError)
}
