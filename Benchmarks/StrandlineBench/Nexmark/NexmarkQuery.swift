import Strandline

/// A query of the Nexmark benchmark, as a stream. The same in SQL stands under Oracle/queries.
struct NexmarkQuery: Sendable {
  /// `q00` to `q22`.
  let name: String
  /// What it asks, in a few words.
  let about: String
  /// The stream over the events, into a sink.
  let job: @Sendable (NexmarkStreams, any Sink) throws -> StreamJob

  /// Those that run, in their order.
  static let all: [NexmarkQuery] = [
    q00, q01, q02, q03, q04, q05, q06, q07, q08, q09, q10, q11, q12, q13, q14, q15, q16, q17, q18,
    q19, q20, q21, q22,
  ]
}
