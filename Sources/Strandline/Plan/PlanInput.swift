public import StrandlineColumns

/// Where the rows of a stage come from.
public indirect enum PlanInput: Sendable {
  /// A source; they are numbered in the order in which the plan names them.
  case source
  /// The result of another stage.
  case stage(StreamPlan)
  /// The rows of several stages of the same columns, one after another as they come.
  case union([StreamPlan], WatermarkPolicy)
  /// Pairs of rows of two stages.
  case join(JoinPlan)
}

/// What the watermark of several inputs is.
public enum WatermarkPolicy: String, Sendable, Hashable, CaseIterable {
  /// The smallest: no row is late because another input is ahead.
  case minimum
  /// The largest: an input that lags behind doesn't hold results back, and its rows may be late.
  case maximum
}

/// What a stage does with its rows, if it isn't an aggregation.
public enum Operation: Sendable {
  /// Makes new columns of each row.
  case project([ProjectedColumn])
  /// Keeps the first row of each key.
  case deduplicate(DeduplicationPlan)
  /// Adds to each row that of a table with the same key.
  case lookup(LookupPlan)
  /// Carries out logic of the user's own over the rows of each key.
  case process(ProcessPlan)
  /// Finds sequences among the rows of each key.
  case pattern(PatternPlan)
  /// Keeps the first rows of each group.
  case top(TopPlan)
  /// Orders the rows of each batch, and keeps the first of them.
  case sort([Ordering], limit: Int?)
}

/// A column that is computed from a row.
public struct ProjectedColumn: Sendable, Hashable {
  /// The name.
  public var name: String
  /// The value.
  public var expression: Expression

  /// A column of that name and value.
  public init(_ name: String, _ expression: Expression) {
    self.name = name
    self.expression = expression
  }
}
