import StrandlineBytes
public import StrandlineColumns
import StrandlineLog
import StrandlineStorage

/// Standard output: a batch's rows are printed just before its commit, and may be printed again after a kill.
public struct StandardOutputSink: Sink {
  private let format: TextFormat

  /// Standard output in that format.
  public init(format: TextFormat) {
    self.format = format
  }

  public var guarantee: DeliveryGuarantee { .atLeastOnce }
  public var description: String { "standard output \(format.name)" }

  public func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter {
    let encoder = format.encoder(opening.schema)
    var isFirst = true
    return ImmediateWriter { (rows: ColumnBatch) throws(StreamError) in
      var bytes: [UInt8] = []
      if isFirst { encoder.appendHeader(to: &bytes) }
      isFirst = false
      encoder.append(rows, to: &bytes)
      do throws(StorageError) {
        try StandardOutput.write(bytes.rawSpan)
      } catch {
        throw StreamError(.sink, error)
      }
    }
  }
}

/// A closure that is given each batch's rows just before its commit, and may be given them again after a kill.
public struct CallbackSink: Sink {
  private let receive: @Sendable (ColumnBatch) throws -> Void

  /// A sink that calls `receive` with each batch's rows.
  public init(_ receive: @escaping @Sendable (ColumnBatch) throws -> Void) {
    self.receive = receive
  }

  public var guarantee: DeliveryGuarantee { .atLeastOnce }
  public var description: String { "callback" }

  public func open(_ opening: SinkOpening) -> any SinkWriter {
    ImmediateWriter { (rows: ColumnBatch) throws(StreamError) in
      do {
        try receive(rows)
      } catch {
        throw StreamError(.sink, "the receiver of rows failed: \(error)")
      }
    }
  }
}

/// Gives rows away as soon as they are staged, before the commit: what comes again after a kill is then known to be all
/// that can go wrong. Given away after the commit, rows could be lost.
private final class ImmediateWriter: SinkWriter {
  private let write: (ColumnBatch) throws(StreamError) -> Void

  init(_ write: @escaping (ColumnBatch) throws(StreamError) -> Void) {
    self.write = write
  }

  var position: [UInt8] { [] }

  func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8] {
    try write(rows)
    return []
  }

  func publish(_ batch: BatchID, _ receipt: [UInt8]) {}

  func close() {}
}
