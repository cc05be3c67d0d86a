extension EarlyResults {
  /// After each so many batches.
  public static func every(batches count: Int) -> EarlyResults { .batches(Int64(count)) }

  /// In the first batch after each such time of processing; a batch comes for it even if no row does.
  public static func every(_ length: Duration) -> EarlyResults { .micros(length.microseconds) }
}
