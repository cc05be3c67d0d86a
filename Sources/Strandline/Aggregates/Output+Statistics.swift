import StrandlineColumns

extension Output where Value == Double {
  /// The variance of the values as all there are.
  public static func populationVariance<Number: NumericColumnValue>(of value: Expr<Number>) -> Self {
    Self(.aggregate(AggregateCall(.populationVariance, value.expression)))
  }

  /// The standard deviation of the values as all there are.
  public static func populationDeviation<Number: NumericColumnValue>(of value: Expr<Number>) -> Self {
    Self(.aggregate(AggregateCall(.populationDeviation, value.expression)))
  }

  /// An estimate of the value that this share of the values doesn't exceed (`DDSketch`).
  ///
  /// - Parameters:
  ///   - share: 0 to 1.
  ///   - accuracy: the largest relative error, 0.001 to 0.25.
  public static func quantile<Number: NumericColumnValue>(
    _ share: Double, of value: Expr<Number>, accuracy: Double = 0.01
  ) -> Self {
    Self(.quantile(share, value.expression, accuracy))
  }

  /// An estimate of the median, within 1 %.
  public static func median<Number: NumericColumnValue>(of value: Expr<Number>) -> Self {
    quantile(0.5, of: value)
  }
}

extension Output where Value == Double? {
  /// The variance of what the values are a sample of; null of fewer than two.
  public static func variance<Number: ColumnValue>(of value: Expr<Number>, where condition: Expr<Bool>? = nil) -> Self
  where Number.Base: NumericColumnValue {
    Self(.aggregate(AggregateCall(.sampleVariance, value.expression, filter: condition?.expression)))
  }

  /// The standard deviation of what the values are a sample of; null of fewer than two.
  public static func standardDeviation<Number: ColumnValue>(
    of value: Expr<Number>, where condition: Expr<Bool>? = nil
  ) -> Self where Number.Base: NumericColumnValue {
    Self(.aggregate(AggregateCall(.sampleDeviation, value.expression, filter: condition?.expression)))
  }

  /// The variance of the values that are there, as all there are; null of none.
  public static func populationVariance<Number: ColumnValue>(
    of value: Expr<Number>, where condition: Expr<Bool>? = nil
  ) -> Self where Number.Base: NumericColumnValue {
    Self(.aggregate(AggregateCall(.populationVariance, value.expression, filter: condition?.expression)))
  }

  /// The standard deviation of the values that are there, as all there are; null of none.
  public static func populationDeviation<Number: ColumnValue>(
    of value: Expr<Number>, where condition: Expr<Bool>? = nil
  ) -> Self where Number.Base: NumericColumnValue {
    Self(.aggregate(AggregateCall(.populationDeviation, value.expression, filter: condition?.expression)))
  }

  /// An estimate of the value that this share of the values that are there doesn't exceed; null of none.
  public static func quantile<Number: ColumnValue>(
    _ share: Double, of value: Expr<Number>, accuracy: Double = 0.01, where condition: Expr<Bool>? = nil
  ) -> Self where Number.Base: NumericColumnValue {
    Self(.quantile(share, value.expression, accuracy, condition))
  }

  /// An estimate of the median of the values that are there, within 1 %; null of none.
  public static func median<Number: ColumnValue>(of value: Expr<Number>, where condition: Expr<Bool>? = nil) -> Self
  where Number.Base: NumericColumnValue {
    quantile(0.5, of: value, where: condition)
  }
}

extension OutputItem {
  fileprivate static func quantile(
    _ share: Double, _ value: Expression, _ accuracy: Double, _ condition: Expr<Bool>? = nil
  ) -> OutputItem {
    var call = AggregateCall(.approximateQuantile, value, .literal(.double(share)), filter: condition?.expression)
    if accuracy != 0.01 { call.others.append(.literal(.double(accuracy))) }
    return .aggregate(call)
  }
}
