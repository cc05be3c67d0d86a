extension Timestamp {
  /// The time that much later; the last one there is where the range is left.
  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    moved(time, by: duration.microseconds)
  }

  /// The time that much earlier; the first one there is where the range is left.
  public static func - (time: Timestamp, duration: Duration) -> Timestamp {
    let micros = duration.microseconds
    return moved(time, by: micros == .min ? .max : -micros)
  }

  private static func moved(_ time: Timestamp, by micros: Int64) -> Timestamp {
    let (sum, isOverflow) = time.microseconds.addingReportingOverflow(micros)
    return Timestamp(microsecondsSince1970: isOverflow ? (micros < 0 ? .min : .max) : sum)
  }
}
