public import StrandlineState

extension Window {
  /// Windows of one size that follow each other without gap or overlap.
  public static func tumbling(_ size: Duration, offset: Duration = .zero) -> Window {
    .tumbling(size: size.microseconds, offset: offset.microseconds)
  }
}

extension Duration {
  /// That many minutes.
  public static func minutes(_ count: Int) -> Duration { .seconds(60 * count) }
  /// That many hours.
  public static func hours(_ count: Int) -> Duration { .seconds(3600 * count) }
  /// That many days of 24 hours.
  public static func days(_ count: Int) -> Duration { .seconds(86_400 * count) }

  /// Whole microseconds, rounded toward zero; the largest or smallest number where there are more.
  var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, overflowAgain) = micros.addingReportingOverflow(attoseconds / 1_000_000_000_000)
    return overflowAgain ? (seconds < 0 ? .min : .max) : sum
  }
}
