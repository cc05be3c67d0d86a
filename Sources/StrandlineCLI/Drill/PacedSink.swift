import Strandline
import StrandlineColumns
import StrandlineLog
import StrandlineStorage

/// A sink that rests after staging a batch, so that a kill can hit between staging and commit.
struct PacedSink: Sink {
  let sink: any Sink
  let nanos: UInt64

  var guarantee: DeliveryGuarantee { sink.guarantee }
  var description: String { sink.description }

  func checkUnused() throws(StreamError) { try sink.checkUnused() }

  func publishedThrough() throws(StreamError) -> BatchID? { try sink.publishedThrough() }

  func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter {
    PacedWriter(try sink.open(opening), nanos: nanos)
  }
}

private final class PacedWriter: SinkWriter {
  private let writer: any SinkWriter
  private let nanos: UInt64

  init(_ writer: any SinkWriter, nanos: UInt64) {
    self.writer = writer
    self.nanos = nanos
  }

  var position: [UInt8] { writer.position }

  func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8] {
    defer { SystemClock.sleep(nanos: nanos) }
    return try writer.stage(batch, rows)
  }

  func publish(_ batch: BatchID, _ receipt: [UInt8]) throws(StreamError) { try writer.publish(batch, receipt) }

  func close() throws(StreamError) { try writer.close() }
}
