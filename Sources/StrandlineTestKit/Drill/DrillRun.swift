import StrandlineStorage

/// How far a drill has come.
public struct DrillProgress: Sendable, Hashable {
  /// Faults tried so far.
  public var tried: Int
  /// The share of the work that is done, from 0 to 1; nil where nobody knows how much there is.
  public var fraction: Double?
  /// How much time has gone, in nanoseconds.
  public var nanos: UInt64

  /// How far a drill has come.
  public init(tried: Int, fraction: Double?, nanos: UInt64) {
    self.tried = tried
    self.fraction = fraction
    self.nanos = nanos
  }
}

/// How much a drill tries, and from where its random draws begin.
public struct DrillLimits: Sendable, Hashable {
  /// Up to so many independent unsynced parts every combination of them is tried; of more, samples.
  public var exhaustiveParts = 6
  /// How many samples are drawn where not everything is tried.
  public var samples = 12
  /// How often recovery itself is interrupted, one inside the other: 0 to 3.
  public var depth = 1
  /// How many crashes are tried inside each recovery, where `depth` asks for them.
  public var branches = 2
  /// Of errors and of damaged bytes, one in so many is tried; 1 for all.
  public var stride = 1
  /// At every so many-th moment one of the recovered runs goes on to its end; at least 1.
  public var finishEvery = 4
  /// What the random draws begin with: the same seed repeats a drill.
  public var seed: UInt64 = 7
  /// When to end, in nanoseconds from the beginning; nil to end when everything was tried once.
  public var nanosMax: UInt64?
  /// The one case to try, as a violation names it; nil for all.
  public var only: String?

  /// Limits of those defaults.
  public init() {}
}

/// A drill inside this process: a subject is run on a simulated disk, faults are put in, and what is left is recovered and
/// checked.
public protocol Drill {
  /// Carries the drill out. What was not as promised is in the report.
  ///
  /// - Parameters:
  ///   - clock: monotonic nanoseconds, for the figures and the end.
  ///   - progress: is told from time to time how far the drill has come.
  /// - Throws: what keeps the drill from being carried out at all, such as a plan that is wrong.
  func run(clock: @Sendable () -> UInt64, progress: (DrillProgress) -> Void) throws -> DrillReport
}

extension Drill {
  /// Carries the drill out with the system's clock, and tells nobody how far it has come.
  ///
  /// - Throws: what keeps the drill from being carried out at all.
  public func run() throws -> DrillReport {
    try run(clock: { SystemClock.monotonicNanos() }) { _ in }
  }
}
