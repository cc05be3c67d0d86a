import Strandline
import StrandlineColumns
import StrandlineLog

/// A sink that tells the schedule how many rows are published: as many as the published rows (key, start, end, count) count.
struct ScheduledSink: Sink {
  let inner: any Sink
  let schedule: RowSchedule

  var guarantee: DeliveryGuarantee { inner.guarantee }
  var description: String { inner.description }
  func checkUnused() throws(StreamError) { try inner.checkUnused() }
  func publishedThrough() throws(StreamError) -> BatchID? { try inner.publishedThrough() }

  func open(_ opening: SinkOpening) throws(StreamError) -> any SinkWriter {
    Writer(try inner.open(opening), schedule)
  }

  private final class Writer: SinkWriter {
    private let inner: any SinkWriter
    private let schedule: RowSchedule
    /// By start of a window, then by key: the count that was staged last.
    private var counts: [Int64: [Int64: Int64]] = [:]
    /// How many rows a staged batch counts beyond those before it.
    private var staged: [BatchID: Int] = [:]

    init(_ inner: any SinkWriter, _ schedule: RowSchedule) {
      self.inner = inner
      self.schedule = schedule
    }

    var position: [UInt8] { inner.position }
    func close() throws(StreamError) { try inner.close() }

    func stage(_ batch: BatchID, _ rows: ColumnBatch) throws(StreamError) -> [UInt8] {
      var more: Int64 = 0
      for row in 0..<rows.count {
        let (key, start, count) = (rows.columns[0].words[row], rows.columns[1].words[row], rows.columns[3].words[row])
        more += count - (counts[start, default: [:]].updateValue(count, forKey: key) ?? 0)
      }
      staged[batch] = Int(more)
      return try inner.stage(batch, rows)
    }

    func publish(_ batch: BatchID, _ receipt: [UInt8]) throws(StreamError) {
      try inner.publish(batch, receipt)
      schedule.published(staged.removeValue(forKey: batch) ?? 0)
    }
  }
}
