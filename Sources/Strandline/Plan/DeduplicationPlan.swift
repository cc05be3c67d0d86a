public import StrandlineColumns

/// Which rows are one and the same.
public struct DeduplicationPlan: Sendable {
  /// What tells rows apart.
  public var keys: [Expression]
  /// How far apart in event time rows of one key are the same, in microseconds; nil for the delay of the stream.
  public var within: Int64?

  /// A plan of those parts.
  public init(keys: [Expression], within: Int64? = nil) {
    self.keys = keys
    self.within = within
  }

  var lines: [String] {
    keys.enumerated().map { "same key \($0 + 1): \($1)" }
      + ["same within: \(within.map { "\($0) us" } ?? "the delay")"]
  }
}
