import StrandlineBytes

/// When early results are due, and when they were written last: a few bytes in each commit.
struct EarlySchedule: Sendable {
  private let early: EarlyResults?
  /// The batches since they were written.
  private var batches: Int64 = 0
  /// When they were written, or their time began to run, in Unix microseconds; nil while there is nothing to write.
  private var since: Int64?

  init(_ early: EarlyResults?) {
    self.early = early
  }

  /// Counts a batch, and says whether it writes early results.
  ///
  /// - Parameter hasOpenWindows: whether there is anything to write: time runs only then.
  mutating func isDue(_ context: OperatorContext, hasOpenWindows: Bool) -> Bool {
    // When the input has ended every window has been written.
    guard let early, context.watermark < .max else { return false }
    switch early {
    case .batches(let count):
      // Batches without rows, such as the first of a store, are no reason to write anything again.
      if !context.hasRows { return false }
      batches += 1
      if batches < count { return false }
      batches = 0
      return true
    case .micros(let length):
      guard hasOpenWindows else {
        since = nil
        return false
      }
      let start = since ?? context.now
      let isDue = context.now &- start >= length
      since = isDue ? context.now : start
      return isDue
    }
  }

  /// When a batch is wanted although no row comes, in Unix microseconds.
  var nextAlarm: Int64? {
    guard case .micros(let length)? = early, let since else { return nil }
    let (sum, overflow) = since.addingReportingOverflow(length)
    return overflow ? nil : sum
  }

  /// The counts as bytes; empty without early results.
  var encoded: [UInt8] {
    if early == nil { return [] }
    var writer = ByteWriter()
    writer.zigzag(batches)
    writer.zigzag(since ?? .min)
    return writer.bytes
  }

  /// Takes the counts of a commit up.
  ///
  /// - Throws: `StreamError` `.store` for other bytes.
  mutating func restore(_ bytes: [UInt8]) throws(StreamError) {
    if early == nil || bytes.isEmpty { return }
    do throws(BytesError) {
      // Unsafe: only because any type can have bytes; these are bytes.
      var reader = unsafe ByteReader(bytes.span.bytes)
      batches = try reader.zigzag()
      let since = try reader.zigzag()
      self.since = since == .min ? nil : since
      try reader.finish()
      var limit: Int64 = 1
      if case .batches(let count)? = early { limit = count }
      guard batches >= 0, batches < limit else {
        throw BytesError(.malformed, "\(batches) batches since early results that come after \(limit)")
      }
    } catch {
      throw StreamError(.store, "the commit's counts of early results can't be read: \(error)")
    }
  }
}
