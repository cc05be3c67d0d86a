/// A thing to measure.
struct Measurement: Sendable {
  let name: String
  let about: String
  let run: @Sendable (Bench) throws -> Void
}

/// Everything that can be measured.
enum Measurements {
  /// Memory comes first: a peak is that of the whole process.
  static let all: [Measurement] =
    SteadyMemory.measurements + KeyCountSweep.measurements + WindowedCount.measurements
    + YahooMeasurements.measurements + Scaling.measurements + BatchSizeSweep.measurements + CSVText.measurements
    + WindowClosing.measurements + BoundedWork.measurements + NexmarkEvents.measurements
    + NexmarkMeasurements.measurements + CommitLatency.measurements
    + RowLatency.measurements + StateThroughput.measurements + RecoveryTime.measurements + CrashStates.measurements
}
