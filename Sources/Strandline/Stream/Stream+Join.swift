import StrandlineColumns

extension Stream {
  /// Pairs of rows of this stream and another one: those whose keys are equal, and whose times are near enough.
  ///
  /// ```swift
  /// orders.join(payments, on: { $0.id }, equals: { $0.order }, within: .zero ... .minutes(30))
  ///   .select(Paid.self) { order, payment in .init(order: order.id, amount: payment.amount, at: payment.at) }
  /// ```
  ///
  /// A pair comes out as soon as both of its rows are there. Its event time is that of the later one. A row whose key has a
  /// null is no part of any pair.
  ///
  /// - Parameters:
  ///   - bounds: how much later than a row of this stream one of the other may be; negative for earlier. Without bounds all rows
  ///     are kept until the other side ends.
  ///   - condition: what else must be true of a pair.
  public func join<Other: Record, each Key: ColumnValue, each OtherKey: ColumnValue>(
    _ other: Stream<Other>, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals otherKey: (Other.Columns) -> (repeat Expr<each OtherKey>), within bounds: ClosedRange<Duration>? = nil,
    where condition: ((Row.Columns, Other.Columns) -> Expr<Bool>)? = nil
  ) -> Joined<Row.Columns, Other.Columns> where repeat (each Key).Base == (each OtherKey).Base {
    let (keys, otherKeys) = (key(Row.columns), otherKey(Other.columns))
    let plan = paired(
      other, .inner, GroupKeys.expressions((repeat each keys)), GroupKeys.expressions((repeat each otherKeys)), bounds,
      condition)
    return Joined(
      plan: plan, ends: ends.joined(with: [other.ends]),
      left: Row.columns(prefix: JoinPlan.leftPrefix), right: Other.columns(prefix: JoinPlan.rightPrefix))
  }

  /// Pairs, and every row of this stream that has none: the other's columns are null there.
  ///
  /// A row without a pair comes out when the watermark has passed every time at which one could still come.
  public func leftJoin<Other: Record, each Key: ColumnValue, each OtherKey: ColumnValue>(
    _ other: Stream<Other>, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals otherKey: (Other.Columns) -> (repeat Expr<each OtherKey>), within bounds: ClosedRange<Duration>? = nil,
    where condition: ((Row.Columns, Other.Columns) -> Expr<Bool>)? = nil
  ) -> Joined<Row.Columns, OptionalColumns<Other>> where repeat (each Key).Base == (each OtherKey).Base {
    let (keys, otherKeys) = (key(Row.columns), otherKey(Other.columns))
    let plan = paired(
      other, .left, GroupKeys.expressions((repeat each keys)), GroupKeys.expressions((repeat each otherKeys)), bounds,
      condition)
    return Joined(
      plan: plan, ends: ends.joined(with: [other.ends]),
      left: Row.columns(prefix: JoinPlan.leftPrefix),
      right: OptionalColumns(Other.columns(prefix: JoinPlan.rightPrefix)))
  }

  /// Pairs, and every row of the other stream that has none: this one's columns are null there.
  public func rightJoin<Other: Record, each Key: ColumnValue, each OtherKey: ColumnValue>(
    _ other: Stream<Other>, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals otherKey: (Other.Columns) -> (repeat Expr<each OtherKey>), within bounds: ClosedRange<Duration>? = nil,
    where condition: ((Row.Columns, Other.Columns) -> Expr<Bool>)? = nil
  ) -> Joined<OptionalColumns<Row>, Other.Columns> where repeat (each Key).Base == (each OtherKey).Base {
    let (keys, otherKeys) = (key(Row.columns), otherKey(Other.columns))
    let plan = paired(
      other, .right, GroupKeys.expressions((repeat each keys)), GroupKeys.expressions((repeat each otherKeys)), bounds,
      condition)
    return Joined(
      plan: plan, ends: ends.joined(with: [other.ends]),
      left: OptionalColumns(Row.columns(prefix: JoinPlan.leftPrefix)),
      right: Other.columns(prefix: JoinPlan.rightPrefix))
  }

  /// Pairs, and every row of both streams that has none.
  public func fullJoin<Other: Record, each Key: ColumnValue, each OtherKey: ColumnValue>(
    _ other: Stream<Other>, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals otherKey: (Other.Columns) -> (repeat Expr<each OtherKey>), within bounds: ClosedRange<Duration>? = nil,
    where condition: ((Row.Columns, Other.Columns) -> Expr<Bool>)? = nil
  ) -> Joined<OptionalColumns<Row>, OptionalColumns<Other>> where repeat (each Key).Base == (each OtherKey).Base {
    let (keys, otherKeys) = (key(Row.columns), otherKey(Other.columns))
    let plan = paired(
      other, .full, GroupKeys.expressions((repeat each keys)), GroupKeys.expressions((repeat each otherKeys)), bounds,
      condition)
    return Joined(
      plan: plan, ends: ends.joined(with: [other.ends]),
      left: OptionalColumns(Row.columns(prefix: JoinPlan.leftPrefix)),
      right: OptionalColumns(Other.columns(prefix: JoinPlan.rightPrefix)))
  }

  /// The rows of this stream that have a pair, each once, at the first one.
  public func semiJoin<Other: Record, each Key: ColumnValue, each OtherKey: ColumnValue>(
    _ other: Stream<Other>, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals otherKey: (Other.Columns) -> (repeat Expr<each OtherKey>), within bounds: ClosedRange<Duration>? = nil,
    where condition: ((Row.Columns, Other.Columns) -> Expr<Bool>)? = nil
  ) -> Stream where repeat (each Key).Base == (each OtherKey).Base {
    let (keys, otherKeys) = (key(Row.columns), otherKey(Other.columns))
    let plan = paired(
      other, .semi, GroupKeys.expressions((repeat each keys)), GroupKeys.expressions((repeat each otherKeys)), bounds,
      condition)
    return Stream(
      plan: plan, ends: ends.joined(with: [other.ends]))
  }

  /// The rows of this stream that have no pair, when the watermark has passed every time at which one could still come.
  public func antiJoin<Other: Record, each Key: ColumnValue, each OtherKey: ColumnValue>(
    _ other: Stream<Other>, on key: (Row.Columns) -> (repeat Expr<each Key>),
    equals otherKey: (Other.Columns) -> (repeat Expr<each OtherKey>), within bounds: ClosedRange<Duration>? = nil,
    where condition: ((Row.Columns, Other.Columns) -> Expr<Bool>)? = nil
  ) -> Stream where repeat (each Key).Base == (each OtherKey).Base {
    let (keys, otherKeys) = (key(Row.columns), otherKey(Other.columns))
    let plan = paired(
      other, .anti, GroupKeys.expressions((repeat each keys)), GroupKeys.expressions((repeat each otherKeys)), bounds,
      condition)
    return Stream(
      plan: plan, ends: ends.joined(with: [other.ends]))
  }

  /// The stage of a join.
  private func paired<Other: Record>(
    _ other: Stream<Other>, _ kind: JoinKind, _ keys: [Expression], _ otherKeys: [Expression],
    _ bounds: ClosedRange<Duration>?, _ condition: ((Row.Columns, Other.Columns) -> Expr<Bool>)?
  ) -> StreamPlan {
    let join = JoinPlan(
      plan, other.plan, kind: kind, keys: zip(keys, otherKeys).map { JoinKey($0, $1) },
      within: bounds.map { $0.lowerBound.microseconds...$0.upperBound.microseconds },
      condition: condition.map {
        $0(Row.columns(prefix: JoinPlan.leftPrefix), Other.columns(prefix: JoinPlan.rightPrefix)).expression
      })
    return StreamPlan(rows: JoinPlan.schema(Row.schema, Other.schema, kind: kind), from: .join(join))
  }
}
