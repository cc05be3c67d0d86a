/// What is computed from the rows of a group.
///
/// The raw values are the names in plans and on the command line, and never change.
public enum AggregateFunction: String, Sendable, Hashable, CaseIterable {
  /// The number of rows, or of values that are not null; of different ones with `distinct`.
  case count
  /// The sum of the values.
  case sum
  /// The smallest value.
  case min
  /// The largest value.
  case max
  /// The mean of the values.
  case average = "avg"
  /// The variance of the values as all there are.
  case populationVariance = "var_pop"
  /// The variance of what the values are a sample of.
  case sampleVariance = "var_samp"
  /// The standard deviation of the values as all there are.
  case populationDeviation = "stddev_pop"
  /// The standard deviation of what the values are a sample of.
  case sampleDeviation = "stddev_samp"
  /// The value of the row with the smallest event time.
  case first
  /// The value of the row with the largest event time.
  case last
  /// The value where another one is smallest.
  case minBy = "min_by"
  /// The value where another one is largest.
  case maxBy = "max_by"
  /// An estimate of the number of different values.
  case approximateCount = "approx_count_distinct"
  /// An estimate of the value at a share of the values in ascending order.
  case approximateQuantile = "approx_quantile"
  /// The largest values, descending, as a JSON array.
  case topK = "top_k"
  /// The smallest values, ascending, as a JSON array.
  case bottomK = "bottom_k"
  /// The values where another one is largest, descending by that, as a JSON array.
  case topKBy = "top_k_by"
  /// The values where another one is smallest, ascending by that, as a JSON array.
  case bottomKBy = "bottom_k_by"
  /// The first values in the order of event time, as a JSON array.
  case collect

  /// The function of that name, or of another one that is common for it; case doesn't matter.
  init?(name: String) {
    let name = name.lowercased()
    let synonyms: [String: AggregateFunction] = [
      "average": .average, "mean": .average, "variance": .sampleVariance, "stddev": .sampleDeviation,
      "arg_min": .minBy, "arg_max": .maxBy,
    ]
    guard let function = AggregateFunction(rawValue: name) ?? synonyms[name] else { return nil }
    self = function
  }
}
