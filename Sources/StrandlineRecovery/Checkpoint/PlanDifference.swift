import StrandlineBytes
import StrandlineLog

/// How a plan relates to the one that a store was made by.
public struct PlanDifference: Sendable, Hashable {
  /// A part of the plan that is another one.
  public struct Change: Sendable, Hashable {
    /// What was, what is, in words.
    public var text: String
    /// Whether the state is the same under both, so that a run may go on.
    public var isCarriedOver: Bool

    /// A change in words.
    public init(_ text: String, isCarriedOver: Bool) {
      self.text = text
      self.isCarriedOver = isCarriedOver
    }
  }

  /// The changes, in the order of the plan's parts.
  public var changes: [Change]

  /// A difference of those changes.
  public init(_ changes: [Change]) {
    self.changes = changes
  }

  /// Whether a run may go on with the store's state.
  public var isCarriedOver: Bool { changes.allSatisfy(\.isCarriedOver) }

  /// The hash of a plan's description.
  public static func fingerprint(_ plan: String) -> UInt64 {
    XXH64.hash(Array(plan.utf8))
  }

  /// The lines that differ, `-` for the store's and `+` for the wanted ones; empty for the same plan.
  public static func lines(stored: String, wanted: String) -> [String] {
    let old = stored.split(separator: "\n")
    let new = wanted.split(separator: "\n")
    return old.filter { !new.contains($0) }.map { "- \($0)" } + new.filter { !old.contains($0) }.map { "+ \($0)" }
  }

  /// The difference of two plans of which nothing is known but their lines: none of it is carried over.
  @Sendable public static func ofLines(stored: String, wanted: String) -> PlanDifference {
    if stored == wanted { return PlanDifference([]) }
    let lines = lines(stored: stored, wanted: wanted)
    let texts = lines.isEmpty ? ["the same lines in another order"] : lines
    return PlanDifference(texts.map { Change($0, isCarriedOver: false) })
  }

  /// The refusal of a plan under which the state isn't the same; nil for one that may go on.
  func refusal(_ path: String) -> LogError? {
    if isCarriedOver { return nil }
    let refused = changes.filter { !$0.isCarriedOver }.map { "\n  \($0.text)" }
    return LogError(
      .mismatch,
      "the store was made by another plan, and its state doesn't fit this one:\(refused.joined())\nuse the plan of the store, or another checkpoint directory and output",
      file: path)
  }
}

extension Manifest {
  /// Makes sure that so many shards are the store's own.
  ///
  /// - Throws: `LogError` `.mismatch` with the command that changes their number.
  func requireShards(_ wanted: Int?, _ path: String) throws(LogError) {
    guard let wanted, wanted != identity.shardCount else { return }
    throw LogError(
      .mismatch,
      "the store has \(identity.shardCount) shards, and \(wanted) are asked for: leave that out, or `strandline fork \(path) --batch latest --shards \(wanted) NEWSTORE` makes a store of \(wanted)",
      file: path)
  }
}
