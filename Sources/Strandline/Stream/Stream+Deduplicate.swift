extension Stream {
  /// Keeps the first row of each key, and drops those that repeat it.
  ///
  /// ```swift
  /// .deduplicated(by: { $0.id }, within: .minutes(10))
  /// ```
  ///
  /// The first is the one that came first. It goes on at once. A later row of its key is dropped when their event times are at
  /// most that far apart, whichever of them is earlier; one that is further away is another first one.
  ///
  /// - Parameter bound: how far apart rows of one key are the same; nil for the delay of the event time.
  public func deduplicated<each Key: ColumnValue>(
    by keys: (Row.Columns) -> (repeat Expr<each Key>), within bound: Duration? = nil
  ) -> Stream {
    let expressions = keys(Row.columns)
    var next = opened
    next.plan.operation = .deduplicate(
      DeduplicationPlan(keys: GroupKeys.expressions((repeat each expressions)), within: bound?.microseconds))
    return next
  }
}
