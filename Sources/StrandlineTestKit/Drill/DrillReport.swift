/// What a drill tried, and what came of it.
public struct DrillReport: Sendable {
  /// What kind of fault was tried, such as `kill`, `disk` or `damage`.
  public var mode: String
  /// The faults tried: kills, crash states, turned bits.
  public var tried = 0
  /// Those of them that left the disk in a state that no other had left.
  public var distinct = 0
  /// How often each outcome came, in the order in which they first came.
  public private(set) var outcomes: [Outcome] = []
  /// Rows of the undisturbed result that were missing.
  public var lost = 0
  /// Rows that came more than once.
  public var duplicated = 0
  /// Rows that stood behind one in front of which they belong.
  public var outOfOrder = 0
  /// Rows that the undisturbed result doesn't have.
  public var wrong = 0
  /// What the recoveries took.
  public var recoveries: [RecoverySample] = []
  /// What was not as promised.
  public var violations: [DrillViolation] = []
  /// How long the drill took.
  public var nanos: UInt64 = 0

  /// An outcome and how often it came.
  public struct Outcome: Sendable, Hashable {
    /// In a few words, such as `recovered` or `torn tail cut`.
    public var name: String
    /// How often.
    public var count: Int
  }

  /// A report of nothing yet.
  public init(mode: String) {
    self.mode = mode
  }

  /// Whether everything was as promised.
  public var isGood: Bool { violations.isEmpty }

  /// Faults tried in a second.
  public var triedPerSecond: Double { nanos == 0 ? 0 : Double(tried) / (Double(nanos) / 1e9) }

  /// Different crash states tried in a second.
  public var distinctPerSecond: Double { nanos == 0 ? 0 : Double(distinct) / (Double(nanos) / 1e9) }

  /// Notes an outcome.
  public mutating func note(_ outcome: String, count: Int = 1) {
    if let index = outcomes.firstIndex(where: { $0.name == outcome }) {
      outcomes[index].count += count
    } else {
      outcomes.append(Outcome(name: outcome, count: count))
    }
  }

  /// Adds what another part of the same drill came to; the time is that of the slower part.
  public mutating func merge(_ other: DrillReport) {
    tried += other.tried
    distinct += other.distinct
    for outcome in other.outcomes { note(outcome.name, count: outcome.count) }
    lost += other.lost
    duplicated += other.duplicated
    outOfOrder += other.outOfOrder
    wrong += other.wrong
    recoveries += other.recoveries
    violations += other.violations
    nanos = max(nanos, other.nanos)
  }
}

/// Something that was not as promised, and how to see it again.
public struct DrillViolation: Sendable, Hashable, CustomStringConvertible {
  /// What was wrong, after which fault.
  public var text: String
  /// The case that failed, as the drill's option `only` takes it; nil where it can't be tried alone.
  public var replay: String?

  /// A violation.
  public init(_ text: String, replay: String? = nil) {
    self.text = text
    self.replay = replay
  }

  /// The text.
  public var description: String { text }
}

/// What one recovery took.
public struct RecoverySample: Sendable, Hashable {
  /// Everything from the lock to the first batch, in nanoseconds.
  public var nanos: UInt64
  /// The part of it that was spent on snapshots.
  public var snapshotNanos: UInt64
  /// The part of it that was spent on redoing batches.
  public var redoNanos: UInt64
  /// Bytes of state read, uncompressed.
  public var bytes: Int
  /// Batches redone.
  public var batchesRedone: Int

  /// What a recovery took.
  public init(nanos: UInt64, snapshotNanos: UInt64, redoNanos: UInt64, bytes: Int, batchesRedone: Int) {
    self.nanos = nanos
    self.snapshotNanos = snapshotNanos
    self.redoNanos = redoNanos
    self.bytes = bytes
    self.batchesRedone = batchesRedone
  }
}
