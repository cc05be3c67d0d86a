import StrandlineColumns
import StrandlineState

/// A row among the first of its group.
public struct Ranked<Row: Record>: Sendable {
  /// The columns of the row.
  public let row = Row.columns
  /// Its rank, from 1 on.
  public var rank: Expr<Int64> { Expr(column: TopPlan.rank) }
  /// Whether the row has lost that rank; always false unless retractions were asked for.
  public var isRetracted: Expr<Bool> { Expr(column: TopPlan.isRetracted) }
  /// The window; only there where the stream was grouped in windows.
  public var window: Expr<TimeWindow> { Expr(column: TopPlan.window) }
}

/// The first rows of each group, to be made rows of the result.
public struct Top<Row: Record>: Sendable {
  let stream: Stream<Row>

  /// Makes a row of the result of each, from expressions over its columns, its rank and its window.
  public func select<Result: Record>(
    _ result: Result.Type = Result.self, _ columns: (Ranked<Row>) -> Result.Columns
  ) -> Stream<Result> {
    let rows = StreamPlan(
      rows: TopPlan(1, order: []).output(Row.schema, isWindowed: stream.plan.window != nil), from: .stage(stream.plan))
    var plan = rows
    plan.operation = .project(
      Result.expressions(columns(Ranked())).map { ProjectedColumn($0.name, $0.expression) })
    return Stream<Result>(plan: plan, ends: stream.ends)
  }
}

extension Keyed {
  /// The first rows of each key in an order, over all rows so far.
  ///
  /// At the end of each batch, a rank that another row has taken is written with that row. Ranks that a group doesn't have yet
  /// are not written.
  ///
  /// ```swift
  /// bids.keyed(by: { $0.category })
  ///   .top(10, by: { [.descending($0.price)] })
  ///   .select(BestBid.self) { .init(category: $0.row.category, rank: $0.rank, bid: $0.row.id) }
  /// ```
  ///
  /// - Parameters:
  ///   - order: the order; of equal rows the one with the earlier event time comes first, then the one that was read first.
  ///   - retracting: whether the row that had the rank before is written again in front of it, as retracted.
  public func top(
    _ count: Int, by order: (Row.Columns) -> [Ordering], retracting: Bool = false
  ) -> Top<Row> {
    var top = TopPlan(count, order: order(Row.columns))
    top.retracts = retracting
    return Top(stream: stream.operating(.top(top)))
  }
}

extension Grouped {
  /// The first rows of each group in an order, written when the window closes: in the order of window, key and rank.
  ///
  /// - Parameter order: the order; of equal rows the one with the earlier event time comes first, then the one that was read first.
  public func top(_ count: Int, by order: (Row.Columns) -> [Ordering]) -> Top<Row> {
    Top(stream: stream.operating(.top(TopPlan(count, order: order(Row.columns)))))
  }
}

extension Stream {
  func operating(_ operation: Operation) -> Stream {
    var next = self
    next.plan.operation = operation
    return next
  }

  /// Orders the rows that each batch gives: those of a window that closes, for example.
  ///
  /// - Parameter limit: how many rows of a batch are written; nil for all.
  public func ordered(by order: (Row.Columns) -> [Ordering], limit: Int? = nil) -> Stream {
    opened.operating(.sort(order(Row.columns), limit: limit))
  }
}
