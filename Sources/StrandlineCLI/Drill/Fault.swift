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
  /// Records are written and never synced.
  case noSync = "no-sync"
  /// Recovery of a damaged store comes back with the batch before, and says nothing.
  case stepBack = "step-back"

  /// A job whose source forgets after a restart how far it was read.
  static func rewinding(_ job: StreamJob) -> StreamJob {
    StreamJob(
      plan: job.plan, sources: job.sources.map { RewindingSource(source: $0) }, sink: job.sink,
      lateSink: job.lateSink, follows: job.follows)
  }

  /// Puts a mistake of writing into the options of a run.
  func plant(in options: inout EngineOptions) {
    switch self {
    case .publishEarly: options.publishesEarly = true
    case .noSync: options.log.skipsSync = true
    case .rewind, .stepBack: break
    }
  }

  /// Makes sure that a drill can show the mistake.
  func check(_ options: DrillOptions) throws {
    if self == .publishEarly && (options.outputKind != .parts || options.ownMode == .damage) {
      throw ValidationError(
        "--plant publish-early needs --output-kind parts, since a file has no moment of publishing, and not --mode damage."
      )
    }
    if self == .noSync && options.ownMode != .disk {
      throw ValidationError("--plant no-sync needs --mode disk: nothing else loses what was written.")
    }
    if self == .stepBack && (options.store == nil || options.mode == .kill) {
      throw ValidationError("--plant step-back needs --store: it is a mistake of recovering a damaged store.")
    }
    if options.store != nil && self != .stepBack {
      throw ValidationError("With --store there is no run: --plant step-back alone.")
    }
    if self == .rewind && options.ownMode != .kill {
      throw ValidationError("--plant rewind needs --mode kill.")
    }
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
