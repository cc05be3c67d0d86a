import StrandlineColumns

/// Pairs of rows, of which the result is made.
///
/// `Left` and `Right` are the columns of both sides; where a side may be missing, all of its columns are optional.
public struct Joined<Left: Sendable, Right: Sendable>: Sendable {
  private var plan: StreamPlan
  private let ends: StreamEnds
  private let left: Left
  private let right: Right

  init(plan: StreamPlan, ends: StreamEnds, left: Left, right: Right) {
    self.plan = plan
    self.ends = ends
    self.left = left
    self.right = right
  }

  /// Keeps the pairs for which a condition is true. It does not decide which rows are pairs: those have been found by then.
  public func filter(_ condition: (Left, Right) -> Expr<Bool>) -> Joined {
    var next = self
    next.plan.filters.append(condition(left, right).expression)
    return next
  }

  /// Makes a row of each pair.
  public func select<Result: Record>(
    _ result: Result.Type = Result.self, _ columns: (Left, Right) -> Result.Columns
  ) -> Stream<Result> {
    var plan = plan
    plan.operation = .project(
      Result.expressions(columns(left, right)).map { ProjectedColumn($0.name, $0.expression) })
    return Stream<Result>(plan: plan, ends: ends)
  }
}
