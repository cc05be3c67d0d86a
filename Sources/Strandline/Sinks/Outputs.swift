import StrandlineBytes
import StrandlineColumns
import StrandlineLog

/// Where the rows of a run go: the result, and late rows if somebody wants them.
///
/// What a commit holds of one sink, it holds of both as two parts of one run of bytes; of a run without late rows as ever.
struct Outputs: Sendable {
  let result: any Sink
  let late: (any Sink)?

  /// What a store holds of them.
  var description: String {
    "sink: \(result.description)" + (late.map { "\nlate sink: \($0.description)" } ?? "")
  }

  /// Makes sure that they hold nothing of another run.
  func checkUnused() throws(StreamError) {
    try result.checkUnused()
    try late?.checkUnused()
  }

  /// The highest batch whose rows a reader can see.
  func publishedThrough() throws(StreamError) -> BatchID? {
    let seen = try result.publishedThrough()
    guard let seenLate = try late?.publishedThrough() else { return seen }
    return max(seen ?? seenLate, seenLate)
  }

  /// Opens them.
  ///
  /// - Parameters:
  ///   - opening: what the result's sink would be told if it were alone.
  ///   - lateSchema: the columns of late rows.
  func open(_ opening: SinkOpening, lateSchema: Schema?) throws(StreamError) -> OutputWriter {
    guard let late else { return OutputWriter(try result.open(opening), late: nil) }
    guard let lateSchema else {
      throw StreamError(.plan, "late rows have an output, and no operator of the plan gives them: say lateRows()")
    }
    var (first, second) = (opening, opening)
    second.schema = lateSchema
    if let position = opening.position {
      let parts = try OutputParts(decoding: position)
      (first.position, second.position) = (parts.result, parts.late)
    }
    first.unpublished = []
    second.unpublished = []
    for (batch, receipt) in opening.unpublished {
      let parts = try OutputParts(decoding: receipt)
      if let receipt = parts.result { first.unpublished.append((batch, receipt)) }
      if let receipt = parts.late { second.unpublished.append((batch, receipt)) }
    }
    return OutputWriter(try result.open(first), late: try late.open(second))
  }
}

/// The open outputs of a run.
final class OutputWriter {
  private let result: any SinkWriter
  private let late: (any SinkWriter)?

  init(_ result: any SinkWriter, late: (any SinkWriter)?) {
    self.result = result
    self.late = late
  }

  /// What is committed with the next batch: where the outputs stand.
  var position: [UInt8] {
    late.map { OutputParts(result: result.position, late: $0.position).encoded } ?? result.position
  }

  /// Prepares a batch's rows; when it returns, they are durable.
  ///
  /// - Returns: the receipt; nil of no rows.
  func stage(_ batch: BatchID, _ rows: ColumnBatch, late lateRows: [ColumnBatch]) throws(StreamError) -> [UInt8]? {
    let receipt = rows.count > 0 ? try result.stage(batch, rows) : nil
    guard let late else { return receipt }
    var lateReceipt: [UInt8]?
    if var all = lateRows.first {
      for more in lateRows.dropFirst() { all.append(contentsOf: more) }
      lateReceipt = try late.stage(batch, all)
    }
    return receipt == nil && lateReceipt == nil ? nil : OutputParts(result: receipt, late: lateReceipt).encoded
  }

  /// Makes a batch's rows visible.
  func publish(_ batch: BatchID, _ receipt: [UInt8]) throws(StreamError) {
    guard let late else { return try result.publish(batch, receipt) }
    let parts = try OutputParts(decoding: receipt)
    if let receipt = parts.result { try result.publish(batch, receipt) }
    if let receipt = parts.late { try late.publish(batch, receipt) }
  }

  /// Ends the run.
  func close() throws(StreamError) {
    try result.close()
    try late?.close()
  }
}

/// What a commit holds of two outputs.
private struct OutputParts {
  var result: [UInt8]?
  var late: [UInt8]?

  init(result: [UInt8]?, late: [UInt8]?) {
    self.result = result
    self.late = late
  }

  init(decoding bytes: [UInt8]) throws(StreamError) {
    do throws(BytesError) {
      var reader = ByteReader(bytes.rawSpan)
      let flags = try reader.uint8()
      result = flags & 1 == 0 ? nil : try reader.blob(limit: bytes.count)
      late = flags & 2 == 0 ? nil : try reader.blob(limit: bytes.count)
      try reader.finish()
    } catch {
      throw StreamError(.sink, "what the checkpoint says of its two outputs can't be read: \(error)")
    }
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.uint8((result == nil ? 0 : 1) | (late == nil ? 0 : 2))
    if let result { writer.blob(result) }
    if let late { writer.blob(late) }
    return writer.bytes
  }
}
