import StrandlineColumns

extension Output where Value: IntegerColumnValue {
  /// The number of different values that are there, exactly: every one of them is kept.
  public static func count<Counted: ColumnValue>(distinct value: Expr<Counted>, where condition: Expr<Bool>? = nil)
    -> Self
  {
    Self(.aggregate(AggregateCall(.count, value.expression, distinct: true, filter: condition?.expression)))
  }

  /// An estimate of the number of different values that are there (HyperLogLog).
  ///
  /// - Parameter precision: 4 to 16; the standard error is 1.04 / sqrt(2^precision), with at most 2^precision bytes per group.
  public static func approximateCount<Counted: ColumnValue>(
    distinct value: Expr<Counted>, precision: Int = 12, where condition: Expr<Bool>? = nil
  ) -> Self {
    var call = AggregateCall(.approximateCount, value.expression, filter: condition?.expression)
    if precision != 12 { call.others = [.literal(.int64(Int64(precision)))] }
    return Self(.aggregate(call))
  }
}
