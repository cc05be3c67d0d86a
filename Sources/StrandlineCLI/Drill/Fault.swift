import ArgumentParser
import Strandline
import StrandlineColumns
import StrandlineLog

/// A mistake put into a run on purpose, so that a drill can be seen to find it.
enum Fault: String, ExpressibleByArgument, CaseIterable {
  /// Output is published when it is staged, before its batch is committed.
  case publishEarly = "publish-early"
  /// After a restart the input is read from its beginning again.
  case rewind

  /// A job whose source forgets after a restart how far it was read.
  static func rewinding(_ job: StreamJob) -> StreamJob {
    StreamJob(plan: job.plan, source: RewindingSource(source: job.source), sink: job.sink, follows: job.follows)
  }
}

private struct RewindingSource: Source {
  let source: any Source

  var schema: Schema { source.schema }

  func open(columns: Schema, recovered: [PartitionRecord]) throws(StreamError) -> any SourceReader {
    try source.open(
      columns: columns,
      recovered: recovered.map { record in
        var record = record
        if record.status != .finished { record.offset = 0 }
        return record
      })
  }
}
