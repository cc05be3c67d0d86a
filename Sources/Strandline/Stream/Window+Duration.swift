public import StrandlineState

extension Window {
  /// Windows of one size that follow each other without gap or overlap.
  public static func tumbling(_ size: Duration, offset: Duration = .zero) -> Window {
    .tumbling(size: size.microseconds, offset: offset.microseconds)
  }

  /// Windows of one size, a new one every `slide`: they overlap where it is shorter than they are.
  ///
  /// A row costs the same however many windows take it. Where `slide` is longer than `size`, rows in between are late.
  public static func sliding(_ size: Duration, every slide: Duration, offset: Duration = .zero) -> Window {
    .sliding(size: size.microseconds, slide: slide.microseconds, offset: offset.microseconds)
  }

  /// A total so far within each stretch of `size`: windows that all begin where it begins, and end with each step of it.
  public static func cumulating(_ size: Duration, every step: Duration, offset: Duration = .zero) -> Window {
    .cumulating(size: size.microseconds, step: step.microseconds, offset: offset.microseconds)
  }

  /// Windows of one key each, that end when it brings no row for that long.
  public static func session(gap: Duration) -> Window {
    .session(gap: .fixed(gap.microseconds))
  }

  /// Windows of one key each, that hold so many rows: each is written with its last one, and at the end of the input what is left.
  public static func rows(_ count: Int) -> Window {
    .rows(Int64(count))
  }

  /// Windows of one key each, that end when it brings no row for as long as its rows say, in microseconds.
  public static func session(gap: Expr<Int64>) -> Window {
    .session(gap: .row(gap.expression))
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
