/// A thing to measure.
struct Measurement: Sendable {
  let name: String
  let about: String
  let run: @Sendable (Bench) throws -> Void
}

/// Everything that can be measured.
enum Measurements {
  static let all: [Measurement] =
    WindowedCount.measurements + YahooText.measurements + CSVText.measurements + CommitLatency.measurements
    + SteadyMemory.measurements
}
