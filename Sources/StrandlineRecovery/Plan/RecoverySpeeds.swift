/// How fast a recovery goes: learned from the last one, with defaults before the first.
///
/// Predicted time = snapshot bytes / restore speed + redo bytes / redo speed + log bytes / reading speed + what every opening
/// takes, whatever it finds: a manifest and a segment made durable.
public struct RecoverySpeeds: Sendable, Hashable {
  /// Nanoseconds per byte of snapshots, before compression.
  public var nanosPerSnapshotByte = 6.0
  /// Nanoseconds per byte of deltas, before compression.
  public var nanosPerRedoByte = 10.0
  /// Nanoseconds per byte of the log, for reading it, checksums and the chain.
  public var nanosPerLogByte = 0.9
  /// Nanoseconds of an opening that finds next to nothing.
  public var fixedNanos = 6_000_000.0

  /// Speeds of an ordinary machine.
  public init() {}

  /// Below this many bytes the time that a part took says little about its speed.
  private static let smallestSample = 64 << 10

  /// Learns from a recovery that has just been carried out.
  ///
  /// - Parameter logBytes: the bytes of the log that were read.
  public mutating func learn(from report: RecoveryReport, logBytes: Int) {
    learn(from: report.figures)
    if logBytes >= Self.smallestSample && report.factsNanos > 0 {
      nanosPerLogByte = Double(report.factsNanos + report.figures.readNanos) / Double(logBytes)
    }
    let figures = report.figures
    let known = report.factsNanos + figures.readNanos + figures.snapshotNanos + figures.redoNanos
    if report.nanos > known { fixedNanos = Double(report.nanos - known) }
  }

  /// Learns from restoring a state.
  public mutating func learn(from figures: RestoreFigures) {
    if figures.snapshotBytes >= Self.smallestSample && figures.snapshotNanos > 0 {
      nanosPerSnapshotByte = Double(figures.snapshotNanos) / Double(figures.snapshotBytes)
    }
    if figures.redoBytes >= Self.smallestSample && figures.redoNanos > 0 {
      nanosPerRedoByte = Double(figures.redoNanos) / Double(figures.redoBytes)
    }
  }

  /// How many nanoseconds a recovery will take.
  ///
  /// - Parameter logBytes: the bytes of the log that hold records.
  public func predictedNanos(_ work: RecoveryWork, logBytes: Int) -> UInt64 {
    let nanos =
      Double(work.snapshotBytes) * nanosPerSnapshotByte + Double(work.redoBytes) * nanosPerRedoByte
      + Double(logBytes) * nanosPerLogByte + fixedNanos
    return UInt64(min(max(nanos, 0), 1e18))
  }
}
