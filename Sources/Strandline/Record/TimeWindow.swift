public import StrandlineColumns

/// A range of event time: the start is in it, the end is not.
///
/// As a member of a record it takes two columns: `window` becomes `window_start` and `window_end`.
public struct TimeWindow: Sendable, Hashable {
  /// The first moment in it.
  public var start: Timestamp
  /// The first moment after it.
  public var end: Timestamp

  /// The range from `start` up to, and without, `end`.
  public init(start: Timestamp, end: Timestamp) {
    self.start = start
    self.end = end
  }

  /// Whether the moment is in it.
  public func contains(_ time: Timestamp) -> Bool {
    start <= time && time < end
  }
}

extension TimeWindow: Comparable {
  /// Whether it ends earlier, or starts earlier at the same end: the order in which windows close.
  public static func < (left: TimeWindow, right: TimeWindow) -> Bool {
    (left.end, left.start) < (right.end, right.start)
  }
}

extension TimeWindow: CustomStringConvertible {
  /// The range as `[start, end)`.
  public var description: String { "[\(start), \(end))" }
}

extension TimeWindow: RecordValue {
  public static func fields(_ name: String) -> [Field] {
    [Field("\(name)_start", .timestamp), Field("\(name)_end", .timestamp)]
  }

  public static func outputs(_ name: String, _ output: Output<TimeWindow>) -> [(name: String, item: OutputItem)] {
    [("\(name)_start", output.start.item), ("\(name)_end", output.end.item)]
  }

  public static func expressions(
    _ name: String, _ value: Expr<TimeWindow>
  ) -> [(name: String, expression: Expression)] {
    [("\(name)_start", value.start.expression), ("\(name)_end", value.end.expression)]
  }

  public func append(to batch: inout ColumnBatch, column: inout Int) {
    start.append(to: &batch, column: &column)
    end.append(to: &batch, column: &column)
  }

  public static func read(_ row: inout RowReader) throws(ColumnsError) -> TimeWindow {
    let start = try Timestamp.read(&row)
    return TimeWindow(start: start, end: try Timestamp.read(&row))
  }
}

extension Expr where Value == TimeWindow {
  /// The first moment in it.
  public var start: Expr<Timestamp> { Expr<Timestamp>(bound("_start")) }
  /// The first moment after it.
  public var end: Expr<Timestamp> { Expr<Timestamp>(bound("_end")) }

  /// The column of a bound. A window is never computed, so its expression is the name that its columns share.
  private func bound(_ suffix: String) -> Expression {
    guard case .column(let name) = expression else { preconditionFailure("a window is a pair of columns") }
    return .column(name + suffix)
  }
}
